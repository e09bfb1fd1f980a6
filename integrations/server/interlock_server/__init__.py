"""An endpoint in front of a router, for clients that speak the dialects of OpenAI and Anthropic."""

from collections.abc import Callable, Iterable
from typing import Any

from interlock import hookimpl
from interlock.protocols import CommandOffer

__all__ = ["interlock_commands"]


def _load_serve() -> Callable[..., Any]:
    from interlock_server.commands.serve import serve  # noqa: PLC0415 - loaded when the verb is used

    return serve


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [
        CommandOffer(
            name="serve", help="Serve the router to clients of OpenAI and Anthropic.", load=_load_serve
        ),
    ]
