"""The verbs as a group: which there are, what before a verb may stand behind it, and how every one ends."""

import os
import re
import sys
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from interlock.cli import show
from interlock.cli.failures import CLOSED, FAILED, describe, exit_code
from interlock.cli.offered import OfferedVerbs
from interlock.cli.summaries import unabridged
from interlock.errors import InterlockError
from interlock.types.commands import COMMANDS, OWN_COMMANDS
from interlock.types.names import nearest

_VERBOSE: Final = re.compile(r"-v+|--verbose")
_OFFERED: Final = "interlock.cli.verbs"


class Verbs(TyperGroup):
    """Interlock's own verbs before those of plugins, which are looked for when a list or one of them is
    wanted. What a verb raises becomes a line and an exit code.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        own = [name for name in OWN_COMMANDS if name in self.commands]
        return own + [name for name in _offered(ctx).lines if name not in own]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A plugin's verb is no more than its line in a list here; `resolve_command` loads one."""
        own = super().get_command(ctx, cmd_name)
        line = None if own else _offered(ctx).lines.get(cmd_name)
        return unabridged(TyperCommand(cmd_name, help=line) if line else own)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name in self.commands:
            return super().resolve_command(ctx, args)
        command = self._plugins_own(ctx, name)
        if command is None and not ctx.resilient_parsing:
            near = nearest(name, {*self.commands, *COMMANDS, *_offered(ctx).lines})
            hint = f" Did you mean {near!r}?" if near else ""
            if not near and _offered(ctx).failed:
                hint = " A plugin failed, which may have it: `interlock plugins` says how."
            ctx.fail(f"No such command {name!r}.{hint}")
        return (name if command else None), unabridged(command), args[1:]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta[_OFFERED] = OfferedVerbs(_configuration(args))
        return super().parse_args(ctx, self._forward(ctx, args))

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

    def _plugins_own(self, ctx: Any, name: str) -> Any:
        try:
            return _offered(ctx).command(name)
        except InterlockError:
            if ctx.resilient_parsing:  # a shell asks how to complete it, and nobody reads an error
                return None
            raise

    def _forward(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, what belongs before the verb put there: wherever it stands, it is meant for the
        program.

        A verb that has an option of the same name keeps it, and what follows `--` is a prompt.
        """
        verb = _verb_at(args)
        if verb is None:
            return args
        try:
            command = self.commands.get(args[verb]) or _offered(ctx).command(args[verb])
        except InterlockError:
            command = None  # raised once more, and told, where the verb is resolved
        if command is None:
            return args
        own = _options(command)
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


def _offered(ctx: Any) -> OfferedVerbs:
    return ctx.meta[_OFFERED]  # type: ignore[no-any-return]  # parse_args puts it there


def _verb_at(args: Sequence[str]) -> int | None:
    """Where the verb stands: the first word that is no option and not the file of one."""
    words = enumerate(args)
    for at, each in words:
        if each == "--config":
            next(words, None)
        elif not each.startswith("-"):
            return at
    return None


def _configuration(args: Sequence[str]) -> str | None:
    """What `--config` says, wherever it stands."""
    words = iter(args)
    found = None
    for each in words:
        name, sign, value = each.partition("=")
        if each == "--":
            break
        if name == "--config":
            found = value if sign else next(words, None)
    return found


def _options(command: Any) -> set[str]:
    """Every option of a verb, those of its own verbs included."""
    inner = getattr(command, "commands", {}).values()
    return {name for each in command.params for name in each.opts}.union(*map(_options, inner))


def _close_quietly() -> None:
    """Nobody reads on; what is still buffered must not raise again when the interpreter flushes it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
