"""The program: its own verbs, and what stands before them."""

from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer

from interlock.cli.failures import EPILOG
from interlock.cli.session import Session, log_to_stderr
from interlock.cli.verbs import Verbs
from interlock.types.commands import OWN_COMMANDS

app = typer.Typer(
    cls=Verbs,
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"interlock {version('interlock')}")
        raise typer.Exit


@app.callback()
def before(
    context: typer.Context,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The configuration; INTERLOCK_CONFIG says the same. Without either it is ./interlock.yaml, "
            "else the keys in the environment, else the local model.",
        ),
    ] = None,
    verbose: Annotated[
        int,
        typer.Option(
            "-v", "--verbose", count=True, show_default=False, help="Log to stderr; twice for details."
        ),
    ] = 0,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Many language models used as if they were one, with routes that are safe or not set at all."""
    log_to_stderr(verbose)
    context.obj = Session(config=config, verbose=verbose)


for name in OWN_COMMANDS:
    module = import_module(f"interlock.cli.{name}")
    if hasattr(module, "app"):
        app.add_typer(module.app, name=name)
    else:
        app.command()(getattr(module, name))
