"""What must not be lost: a log that is written before what it tells of happens."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from interlock.types.logs import LogCall, LogEntry, LogQuery


@runtime_checkable
class DurableLog(Protocol):
    """Takes entries and never changes them. Safe to use from several event loops and threads at once.

    Nothing blocks the event loop. Every failure is a StoreError, without the URL. A log that was opened
    before a fork is never used after it.

    An entry's `subject` and `personal` are kept sealed, so that whoever reads what the log is kept in learns
    nothing of them, or not at all.
    """

    api: int
    name: str

    async def append(self, entries: Sequence[LogEntry]) -> None:
        """Append them in their order. When it returns they outlive the process, and a loss of power.

        An entry whose id is there already is kept once: what was not confirmed is appended a second time. Of
        an append that fails, or that is cancelled, any part may be there.

        Raises:
            StoreError: they may not be there.
        """

    async def aclose(self) -> None:
        """Let go of everything. May be called twice."""


@runtime_checkable
class ReadableLog(DurableLog, Protocol):
    """A log that can be read here, too."""

    async def read(self, query: LogQuery) -> Sequence[LogEntry]:
        """Entries in the order in which they were appended; without what was sealed, or with all of it."""
        ...


@runtime_checkable
class LogKind(Protocol):
    """A kind of log, chosen by the scheme of the configuration's URL.

    It may also have, in so many words:
        options: the schema of `log.options`, a frozen dataclass or a pydantic model, as a `Configurable` has
            it. Without one, whatever is written there is refused.
        seals = True: its logs keep `subject` and `personal`, sealed. A configuration that hands them over is
            refused for any other kind. One that can seal only with an option refuses a `LogCall` that is
        `personal` without it.
    """

    api: int
    name: str
    schemes: tuple[str, ...]

    def open(self, call: LogCall) -> DurableLog:
        """The log at that place, each time another one. It does no I/O.

        Raises:
            StoreError: without the URL, for one that it cannot use.
            ValueError: the options do not go together. A `ConfigError` names the `key` among them.
        """
        ...
