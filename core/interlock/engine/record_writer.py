"""Records on their way to their store, and old ones on their way out of it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing

from interlock.engine.bridge import Bridge
from interlock.engine.deadline import Deadline
from interlock.engine.writer import ROOM, Writer
from interlock.errors import InterlockError, StoreError
from interlock.logs import redacting_logger
from interlock.protocols import RecordStore
from interlock.types.records import Record
from interlock.types.stores import PruneCall

_log = redacting_logger("interlock.records")

_PRUNED_EVERY = 1_000  # records, and no more than a tenth of what is kept


class RecordWriter(Writer[Record, RecordStore]):
    """Writes a router's records, and removes those that are too many or too old.

    When one batch cannot be written, everybody who waits is told so at once. Their records stay, and are
    tried again.
    """

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
        self._waiters: dict[str, Future[None]] = {}  # by the id of the record
        self._unpruned = self._prune_after

    def hand(self, record: Record) -> "Future[None]":
        """Hand a record over; done when the store has it, or with a StoreError. From any thread."""
        waiter: Future[None] = Future()
        with self._lock:
            if len(self._waiting) < self._room:
                self._waiters[record.id] = waiter
            else:
                waiter.set_exception(StoreError(f"{len(self._waiting)} records wait for the store already"))
            self.put(record)
        self._bridge.call_soon(self._wake)
        return waiter

    def _pressing(self) -> bool:
        return bool(self._waiters)

    async def _write(self, place: RecordStore, batch: Sequence[Record]) -> None:
        await place.put(batch)

    async def _done(self, place: RecordStore, batch: Sequence[Record]) -> None:
        for record in batch:
            self._tell(record.id, None)
        self._unpruned += len(batch)
        if self._waiting:
            await self._tidy(place)

    def _failed(self) -> None:
        error = StoreError(self.problem)
        for id_ in tuple(self._waiters):
            self._tell(id_, error)

    def _tell(self, id_: str, error: StoreError | None) -> None:
        with self._lock:
            waiter = self._waiters.pop(id_, None)
        if waiter is None or not waiter.set_running_or_notify_cancel():
            return
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)

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


class RequiredRecords:
    """Records without which nothing is handed over: each is in the store before its call's answer is."""

    def __init__(self, writer: RecordWriter, timeout: float) -> None:
        """`timeout` is the seconds for which a call waits."""
        self.hand = writer.hand
        self._writer = writer
        self._timeout = timeout

    async def kept(self, waiter: "Future[None]", due: float, too_late: Callable[[], InterlockError]) -> None:
        """Until the store has a record that was handed over, at most until `due`, which is the loop's time.

        Raises:
            StoreError: it may not have it.
            TotalTimeout: what `too_late` makes.
        """
        limit = (asyncio.get_running_loop().time() + self._timeout, self._slow)
        try:
            with closing(Deadline()) as deadline, deadline.until(*min(limit, (due, too_late), key=_first)):
                await asyncio.wrap_future(waiter)
        except StoreError as error:
            what = "the record of this call could not be kept, so its answer was not handed over"
            raise StoreError(
                f"{what}: {error.message}. records.mode: background goes on without it"
            ) from error

    def _slow(self) -> StoreError:
        return StoreError(
            self._writer.problem or f"the store took longer than {self._timeout:g} s (records.timeout)"
        )


def _first(limit: tuple[float, object]) -> float:
    return limit[0]
