"""`interlock drill`: every fault against the user's own configuration, before a vendor has it."""

from collections.abc import Callable, Iterable
from typing import Any

from interlock import hookimpl
from interlock.protocols import CommandOffer

__all__ = ["interlock_commands"]


def _load() -> Callable[..., Any]:
    from interlock_drill.verb import drill  # noqa: PLC0415 - whoever does not drill need not wait for it

    return drill


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [
        CommandOffer(name="drill", help="Try the configuration on an upstream that misbehaves.", load=_load)
    ]
