"""The program: its verbs, what stands before them, and how every one of them ends."""

import os
import re
import sys
from importlib.metadata import version
from itertools import islice
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from interlock.cli import ask, doctor, drill, explain, init, models, plugins, records, replay, show, trace
from interlock.cli.failures import CLOSED, EPILOG, FAILED, describe, exit_code
from interlock.cli.session import Session, log_to_stderr
from interlock.errors import InterlockError

_ORDER = ("ask", "explain", "models", "plugins", "doctor", "drill", "trace", "records", "replay", "init")
_VERBOSE = re.compile(r"-v+|--verbose")


class Verbs(TyperGroup):
    """Turns what a verb raises into a line and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=_ORDER.index)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _forward(self, args))

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


def _forward(group: TyperGroup, args: list[str]) -> list[str]:
    """The arguments, what belongs before the verb put there: wherever it stands, it is meant for the program.

    A verb that has an option of the same name keeps it, and what follows `--` is a prompt.
    """
    verb = next((at for at, each in enumerate(args) if each in group.commands), None)
    if verb is None:
        return args
    own = _options(group.commands[args[verb]])
    moved: list[str] = []
    rest = args[: verb + 1]
    tail = iter(args[verb + 1 :])
    for each in tail:
        name = each.partition("=")[0]
        if each == "--":
            rest += [each, *tail]
        elif name == "--config" and name not in own:
            value = [] if "=" in each else [*islice(tail, 1)]
            if not value and "=" not in each:
                raise typer.BadParameter("names no file.", param_hint=each)
            moved += [each, *value]
        elif _VERBOSE.fullmatch(each) and not own & {"-v", "--verbose"}:
            moved.append(each)
        else:
            rest.append(each)
    return moved + rest


def _options(command: Any) -> set[str]:
    """Every option of a verb, those of its own verbs included."""
    inner = getattr(command, "commands", {}).values()
    return {name for each in command.params for name in each.opts}.union(*map(_options, inner))


def _close_quietly() -> None:
    """Nobody reads on; what is still buffered must not raise again when the interpreter flushes it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


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


for verb in (ask.ask, explain.explain, models.models, doctor.doctor, drill.drill, replay.replay, init.init):
    app.command()(verb)
app.add_typer(plugins.app, name="plugins")
app.add_typer(records.app, name="records")
app.add_typer(trace.app, name="trace")
