"""The program: its verbs, what stands before them, and how every one of them ends."""

import os
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from interlock.cli import ask, doctor, drill, explain, init, models, plugins, records, replay, show, trace
from interlock.cli.failures import CLOSED, EPILOG, FAILED, describe, exit_code
from interlock.cli.session import Session, log_to_stderr
from interlock.errors import InterlockError

_ORDER = ("ask", "explain", "models", "plugins", "doctor", "drill", "trace", "records", "replay", "init")
_BEFORE = ("--config", "--verbose", "-v")


class Verbs(TyperGroup):
    """Turns what a verb raises into a line and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=_ORDER.index)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InterlockError as error:
            show.complain(describe(error))
            raise typer.Exit(exit_code(error)) from error
        except BrokenPipeError as error:
            _close_quietly()
            raise typer.Exit(CLOSED) from error
        except OSError as error:
            show.complain(f"Error: {error}")
            raise typer.Exit(FAILED) from error
        except Exception as error:
            _send_forward(error)
            raise


def _send_forward(error: Any) -> None:
    """Say of an option that a verb does not know that it belongs before the verb."""
    name = getattr(error, "option_name", None)  # only the parser's own errors have it
    if name in _BEFORE:
        shown = f"{name} FILE" if name == "--config" else name
        error.message = f"{name} stands before the verb: interlock {shown} VERB …"


def _close_quietly() -> None:
    """Nobody reads on; what is still buffered must not raise again when the interpreter flushes it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


app = typer.Typer(
    cls=Verbs,
    epilog=EPILOG,
    add_completion=False,
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


for verb in (ask.ask, explain.explain, models.models, doctor.doctor, drill.drill, replay.replay, init.init):
    app.command()(verb)
app.add_typer(plugins.app, name="plugins")
app.add_typer(records.app, name="records")
app.add_typer(trace.app, name="trace")
