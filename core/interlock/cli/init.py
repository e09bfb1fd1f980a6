"""`interlock init`: a configuration to start from."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

import typer

from interlock.cli.failures import Missing
from interlock.cli.session import session

_NAME: Final = "interlock.yaml"


def init(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="PATH", show_default=False, help="A file, or a folder for interlock.yaml."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a configuration with every section explained."""
    target = path or Path(session(context).config or _NAME)
    if target.is_dir():
        target /= _NAME
    template = (files("interlock.cli") / "template.yaml").read_text("utf-8")
    try:
        with target.open("w" if force else "x", encoding="utf-8") as file:
            file.write(template)
    except FileExistsError:
        raise Missing(f"{target} is there already; --force overwrites it.") from None
    except FileNotFoundError:
        raise Missing(f"there is no folder {target.parent}.") from None
    except OSError as error:
        raise Missing(f"{target} cannot be written: {error.strerror or error}.") from None
    elsewhere = "" if target == Path(_NAME) else f" --config {target}"
    typer.echo(f"Wrote {target}. Next: name your deployments in it, then run `interlock{elsewhere} doctor`.")
