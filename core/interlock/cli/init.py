"""`interlock init`: a configuration to start from."""

import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

import typer

from interlock.cli.failures import NotThere
from interlock.cli.session import session
from interlock.types.models import Deployment

_NAME: Final = "interlock.yaml"
_EXAMPLES: Final = "#deployments:\n"


def init(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="PATH", show_default=False, help="A file, or a folder for interlock.yaml."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a configuration: what the keys at hand reach, and every section explained.

    It says where each key comes from, and holds none.
    """
    target = path or Path(session(context).config or _NAME)
    if target.is_dir():
        target /= _NAME
    found = _reached()
    template = (files("interlock.cli") / "template.yaml").read_text("utf-8")
    try:
        with target.open("w" if force else "x", encoding="utf-8") as file:
            file.write(template.replace(_EXAMPLES, _written(found) or _EXAMPLES, 1))
    except FileExistsError:
        raise NotThere(f"{target} is there already; --force overwrites it.") from None
    except FileNotFoundError:
        raise NotThere(f"there is no folder {target.parent}.") from None
    except OSError as error:
        raise NotThere(f"{target} cannot be written: {error.strerror or error}.") from None
    typer.echo(f"Wrote {target}. {_next(found, '' if target == Path(_NAME) else f' --config {target}')}")


def _reached() -> list[Deployment]:
    """The deployments that the environment's keys reach now, under names that are served."""
    from interlock.assembly import assemble

    # Neither a configuration that is there nor the environment's own parts of one: keys alone.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("INTERLOCK_")}
    wiring = assemble({}, environ=environ)
    return [
        each
        for each in wiring.deployments.values()
        if each.provider in wiring.offers.providers
        and each.credential.secret is not None
        and not each.unserved
    ]


def _written(found: Sequence[Deployment]) -> str:
    if not found:
        return ""
    lines = [
        "# What the keys in the environment reach. Once deployments are named, they are all there is.",
        "deployments:",
    ]
    for each in found:
        lines += [
            f"  - id: {_id(each)}",
            f"    model: {each.model}",
            f"    provider: {each.provider}",
            # Where the vendor's own rows say it, a region would only grow old.
            *([] if each.handling.offer else [f"    region: {each.region}"]),
            f"    api_key: {each.credential.source}",
        ]
    return "\n".join([*lines, "# More of them:", ""])


def _next(found: Sequence[Deployment], elsewhere: str) -> str:
    doctor = f"`interlock{elsewhere} doctor`"
    if not found:
        return (
            f"Next: name your deployments in it, then run {doctor}; or set a key, such as OPENAI_API_KEY, "
            "and write it again with --force."
        )
    keys = list(dict.fromkeys(each.credential.source.removeprefix("env:") for each in found))
    return (
        f"It starts with what {' and '.join(keys)} reach{'es' if len(keys) == 1 else ''}: "
        f"{', '.join(_id(each) for each in found)}. Next: {doctor} tests the way there, and "
        f'`interlock{elsewhere} explain "…"` says where a prompt goes.'
    )


def _id(deployment: Deployment) -> str:
    return deployment.id.partition("/")[2]
