"""Verbs of the command line."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from typer import Typer

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOffer:
    """A verb, as far as a list of verbs shows it, and the way to the rest.

    Attributes:
        name: what is typed after `interlock`: lower-case letters, digits and dashes.
        help: one line for the list of verbs.
        load: called when the verb is used, so that nobody else waits for what it imports. Returns a function
            with Typer's annotations, or a `typer.Typer` for a verb that has verbs of its own.

    Raises:
        ValueError: the name or the line cannot stand in the list.
    """

    name: str
    help: str
    load: "Callable[[], Callable[..., Any] | Typer]"

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and _NAME.fullmatch(self.name)):
            raise ValueError(
                f"name: {self.name!r} is no verb; use lower-case letters, digits and dashes, as in 'my-verb'"
            )
        if not (isinstance(self.help, str) and self.help.strip() and len(self.help.splitlines()) == 1):
            raise ValueError(f"help: {self.help!r} is not one line, as the list of verbs shows it")
        if not callable(self.load):
            raise ValueError(f"load: {self.load!r} cannot be called; give a function that returns the verb")  # noqa: TRY004 - one error for an offer that cannot be
