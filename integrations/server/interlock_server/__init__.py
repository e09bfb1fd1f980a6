"""An endpoint in front of a router, for clients that speak the dialects of OpenAI and Anthropic."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from interlock import hookimpl
from interlock.protocols import CommandOffer

if TYPE_CHECKING:
    from typer import Typer

__all__ = ["interlock_commands"]


def _load_serve() -> Callable[..., Any]:
    from interlock_server.commands.serve import serve  # noqa: PLC0415 - loaded when the verb is used

    return serve


def _load_keys() -> "Typer":
    from interlock_server.commands.keys import app  # noqa: PLC0415 - loaded when the verb is used

    return app


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [
        CommandOffer(
            name="serve", help="Serve the router to clients of OpenAI and Anthropic.", load=_load_serve
        ),
        CommandOffer(name="keys", help="Make, list and revoke the keys of the endpoint.", load=_load_keys),
    ]
