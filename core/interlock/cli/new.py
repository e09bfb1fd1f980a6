"""`interlock plugins new`: a plugin's project to start from, which keeps the rules of its kind."""

import re
from collections.abc import Mapping
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated, Final

import typer

from interlock.cli import show
from interlock.cli.failures import NotThere
from interlock.errors import RequestError
from interlock.types.commands import COMMANDS
from interlock.types.names import nearest
from interlock.types.providers import PROVIDERS

KINDS: Final = (
    "provider",
    "classifier",
    "constraint",
    "guardrail",
    "strategy",
    "arbiter",
    "connector",
    "store",
    "log",
    "command",
)
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIX: Final = "interlock-"


def new(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What follows `interlock-` in the distribution's name.")
    ],
    kind: Annotated[
        str, typer.Option(metavar="KIND", help=f"What it offers: {', '.join(KINDS)}.")
    ] = "provider",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Write a small plugin, with the test that proves it.

    It is a project of three files in ./interlock-NAME, and the least that keeps the rules of its kind.
    Nothing is overwritten: a folder of that name ends it with 1.
    """
    names = _names(name, kind)
    folder = Path(names["distribution"])
    _write(folder, written := _project(names))
    steps = [f"uv pip install -e {folder}", "interlock plugins", f"pytest {folder}"]
    if as_json or (context.parent is not None and context.parent.params.get("as_json")):
        told = {key: names[key] for key in ("name", "kind", "distribution", "module")}
        show.write_json({**told, "folder": str(folder), "files": [*written], "next_steps": steps})
        return
    typer.echo(f"Wrote {folder}, a plugin with {names['article']} {kind}: {', '.join(written)}.")
    typer.echo("\n".join(("Next:", *(f"  {step}" for step in steps))))


def _names(name: str, kind: str) -> dict[str, str]:
    """What the templates' placeholders stand for."""
    if kind not in KINDS:
        raise RequestError(
            f"there is no template for {kind!r}; there are {', '.join(KINDS)}.",
            key="--kind",
            suggestion=nearest(kind, KINDS),
        )
    short = name.removeprefix(_PREFIX)
    if not _NAME.fullmatch(short):
        fit = re.sub(r"[^a-z0-9]+", "-", short.lower()).strip("-")
        raise RequestError(
            f"{name!r} is no name for a plugin; it takes lower-case letters, digits and single dashes, and "
            "begins with a letter.",
            key="NAME",
            suggestion=fit if _NAME.fullmatch(fit) else None,
        )
    taken = {"provider": PROVIDERS, "command": COMMANDS}.get(kind, {})
    ours = distribution("interlock").metadata.get_all("Provides-Extra") or ()
    if owner := taken.get(short) or (short in ours and f"{_PREFIX}{short}"):
        raise RequestError(f"{short!r} is taken by {owner}; choose another name.", key="NAME")
    return {
        "name": short,
        "kind": kind,
        "article": "an" if kind[0] in "aeiou" else "a",
        "distribution": f"{_PREFIX}{short}",
        "module": f"{_PREFIX}{short}".replace("-", "_"),
        "title": "".join(word.capitalize() for word in short.split("-")),
    }


def _project(names: Mapping[str, str]) -> dict[str, str]:
    """File -> its text."""
    sources = {
        "pyproject.toml": "pyproject.toml",
        f"{names['module']}.py": f"{names['kind']}.py",
        f"test_{names['module']}.py": f"test_{names['kind']}.py",
    }
    folder = files("interlock.cli") / "plugin"
    return {
        target: Template((folder / f"{source}.txt").read_text("utf-8")).substitute(names)
        for target, source in sources.items()
    }


def _write(folder: Path, project: Mapping[str, str]) -> None:
    try:
        folder.mkdir()
        for name, text in project.items():
            (folder / name).write_text(text, encoding="utf-8")
    except FileExistsError:
        raise NotThere(f"{folder} is there already; choose another name, or remove it.") from None
    except OSError as error:
        raise NotThere(f"{folder} cannot be written: {error.strerror or error}.") from None
