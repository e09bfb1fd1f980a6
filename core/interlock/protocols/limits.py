"""Where limits are kept when several processes keep to them together."""

from typing import Protocol, runtime_checkable

from interlock.types.limits import LimitsCall, LimitsPlace, LimitsReply


@runtime_checkable
class SharedLimits(Protocol):
    """Says who may send, of all processes. Used by one event loop at a time.

    However many ask at once, no more attempts hold places than a limit has, and no more are sent in any
    window than a rate allows, but for what processes say to be so already. Who has waited longest goes
    first. What a process said is forgotten when its lease is over, unless it has said it again.
    `interlock.limits` has the rules in Python, for whoever keeps a limit as a document.
    """

    api: int

    async def exchange(self, call: LimitsCall) -> LimitsReply:
        """Take what the process says of itself for true, and let those go that may.

        Raises:
            StoreError: what has come of it is not known; the next exchange makes it good.
        """
        ...

    async def aclose(self) -> None:
        """Let go of everything. May be called twice."""
        ...


@runtime_checkable
class LimitsKind(Protocol):
    """A kind of place for limits, chosen by the scheme of the configuration's URL.

    `open` does no I/O: it is connected when it is first used. It raises StoreError for a URL that it cannot
    use, without repeating it.
    """

    api: int
    name: str
    schemes: tuple[str, ...]

    def open(self, call: LimitsPlace) -> SharedLimits:
        """The limits there. Raises StoreError, without the URL."""
