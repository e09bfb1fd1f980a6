"""A provider's stream for as long as somebody reads it."""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType

from interlock.engine.attempting.recorder import AttemptScope
from interlock.engine.deadline import PATIENCE, Deadline
from interlock.errors import AttemptTimeout
from interlock.logs import redacting_logger
from interlock.types.response import Delta

_log = redacting_logger("interlock.engine")


class ProviderStream:
    """Encloses the reading of a stream: leaving closes it, as a generator is closed, within PATIENCE.

    What a provider makes of being closed changes nothing about how its stream was left; it is logged.
    """

    __slots__ = ("_deadline", "_deltas", "_scope")

    def __init__(self, deltas: AsyncIterator[Delta], scope: AttemptScope, deadline: Deadline) -> None:
        self._deltas = deltas
        self._scope = scope
        self._deadline = deadline

    async def __aenter__(self) -> AsyncIterator[Delta]:
        return self._deltas

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        close = getattr(self._deltas, "aclose", None)
        if close is None or getattr(self._deltas, "ag_frame", self) is None:
            return  # no generator, or one that has ended
        try:
            with self._deadline.until(asyncio.get_running_loop().time() + PATIENCE, _stuck):
                await close()
        except Exception as failure:  # noqa: BLE001 - a provider may raise anything; it is logged
            deployment = self._scope.call.deployment.id
            _log.error("the stream of %s was closed and raised %s", deployment, type(failure).__name__)


def _stuck() -> AttemptTimeout:
    return AttemptTimeout(f"not closed within {PATIENCE:g} s")
