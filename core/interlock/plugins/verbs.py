"""What a plugin offers as a verb, made into a command of the program's."""

import inspect
from typing import TYPE_CHECKING, Any

from interlock.errors import PluginError
from interlock.plugins.running import attempt, cause
from interlock.protocols import CommandOffer

if TYPE_CHECKING:
    from typer import Typer


def command_of(offer: CommandOffer, distribution: str) -> Any:
    """The verb, loaded, as Typer builds commands. Raises PluginError when it cannot be."""
    from typer.main import get_group  # noqa: PLC0415 - the command line alone has a use for it

    command, error = attempt(lambda: get_group(program_of(offer)).commands[offer.name])
    if error is not None:
        raise PluginError(
            f"{distribution} offers the verb {offer.name!r}, which cannot be loaded: {cause(error)}",
            distribution=distribution,
        )
    return command


def program_of(offer: CommandOffer) -> "Typer":
    """A program with this one verb. Raises whatever loading it raises, and TypeError for what is no verb."""
    import typer  # noqa: PLC0415 - as above

    found = offer.load()
    program = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    program.callback()(_nothing)
    if isinstance(found, typer.Typer):
        program.add_typer(found, name=offer.name)
    elif inspect.iscoroutinefunction(found):
        raise TypeError("load gave a coroutine function; give one that runs it, as with asyncio.run")
    elif inspect.isfunction(found) or inspect.ismethod(found):
        program.command(offer.name, help=inspect.getdoc(found) or offer.help)(found)
    else:
        raise TypeError(f"load gave a {type(found).__name__}; give a function or a typer.Typer")
    return program


def _nothing() -> None:
    """A program without this would have no verbs but be its only one."""
