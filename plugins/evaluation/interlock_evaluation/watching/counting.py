"""Calls out of a store of records, counted once each and divided by when they began."""

from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from interlock import Record
from interlock.protocols import RecordStore
from interlock.types.stores import RecordQuery
from interlock_evaluation.watching.traffic import Traffic

_PAGE: Final = 500


@dataclass(slots=True, kw_only=True)
class Counted:
    """What was counted: `parts` by time, oldest first; `calls`, the ids with when each began; and how many of
    them were `late`, from before the first part, which has them.
    """

    parts: list[Traffic]
    calls: dict[str, float] = field(default_factory=dict)
    late: int = 0


async def count(
    store: RecordStore,
    edges: Sequence[float],
    *,
    late_from: float | None = None,
    known: Collection[str] = (),
    tell: Callable[[int], None] | None = None,
) -> Counted:
    """Count the calls that began from the first of `edges` to the last, in seconds since the epoch: a part
    between each two. Calls whose ids are `known` are passed over, and so are those of evaluations.

    Args:
        store: of records.
        edges: ascending.
        late_from: from when on calls are counted that are from before the first edge.
        known: ids.
        tell: told how many records were read.

    Raises:
        StoreError: it cannot be read.
    """
    found = Counted(parts=[Traffic() for _ in edges[1:]])
    read = 0
    first = edges[0] if late_from is None else min(late_from, edges[0])
    async for record in _between(store, first, edges[-1]):
        read += 1
        if tell is not None:
            tell(read)
        if record.id in known or record.id in found.calls or not record.is_traffic:
            continue
        at = bisect_right(edges, record.started) - 1
        found.late += at < 0
        found.parts[min(max(at, 0), len(found.parts) - 1)].add(record)
        found.calls[record.id] = record.started
    return found


async def _between(store: RecordStore, since: float, until: float) -> AsyncIterator[Record]:
    wanted = RecordQuery(since=since, until=until, limit=_PAGE)
    while page := await store.find(wanted):
        for record in page:
            yield record
        wanted = replace(wanted, after=(page[-1].started, page[-1].id))


def edges_of(since: float, until: float, part: float) -> list[float]:
    """Where parts of about `part` seconds begin, and where the last ends; one part at least."""
    count = max(1, round((until - since) / part))
    return [since + (until - since) * at / count for at in range(count)] + [until]
