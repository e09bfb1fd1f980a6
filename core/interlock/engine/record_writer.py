"""Records on their way to their store, and old ones on their way out of it."""

import time
from collections.abc import Callable, Sequence

from interlock.engine.bridge import Bridge
from interlock.engine.writer import ROOM, Writer
from interlock.logs import redacting_logger
from interlock.protocols import RecordStore
from interlock.types.records import Record
from interlock.types.stores import PruneCall

_log = redacting_logger("interlock.records")

_PRUNED_EVERY = 1_000  # records, and no more than a tenth of what is kept


class RecordWriter(Writer[Record, RecordStore]):
    """Writes a router's records, and removes those that are too many or too old."""

    what = "records"
    where = "store"

    def __init__(
        self,
        store: Callable[[], RecordStore],
        bridge: Bridge,
        *,
        keep: int | None = None,
        seconds: float | None = None,
        room: int = ROOM,
    ) -> None:
        self._keep, self._seconds = keep, seconds
        tenth = _PRUNED_EVERY if keep is None else keep // 10
        self._prune_after = max(1, min(_PRUNED_EVERY, tenth))
        super().__init__(store, bridge, room=room)

    def _begin(self) -> None:
        super()._begin()
        self._unpruned = self._prune_after

    async def _write(self, place: RecordStore, batch: Sequence[Record]) -> None:
        await place.put(batch)

    async def _done(self, place: RecordStore, batch: Sequence[Record]) -> None:
        self._unpruned += len(batch)
        if self._waiting:
            await self._tidy(place)

    async def _tidy(self, place: RecordStore) -> bool:
        """Remove some of what is too much or too old. Whether there is more to remove."""
        if self._unpruned < self._prune_after:
            return False
        before = None if self._seconds is None else time.time() - self._seconds
        try:
            removed = await place.prune(PruneCall(keep=self._keep, before=before))
        except Exception as error:  # noqa: BLE001 - as for writing; the next records bring another try
            _log.warning("old records cannot be removed: %s", type(error).__name__)
            removed = 0
        if not removed:
            self._unpruned = 0
        return bool(removed)
