"""Jobs that are begun."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from interlock_dbos.jobs.abilities import abilities
from interlock_dbos.jobs.contract import Job
from interlock_dbos.jobs.queueing import queue_of

if TYPE_CHECKING:
    from interlock import Router
    from interlock_dbos.jobs.store import JobStore


async def submit(
    store: "JobStore",
    router: "Router",
    *,
    id: str,  # noqa: A002 - as everywhere
    kind: str,
    spec: Mapping[str, Any],
    budget: float | None,
    at_once: int = 4,
) -> Job:
    """The job as it is from now on, for workers with the router's configuration. `budget` is in US dollars,
    and `at_once` counts calls of one provider.

    Raises:
        StoreError: it cannot be written down.
        RequestError: there is a job of that id and of another kind.
    """
    queue = queue_of(abilities(router))
    return await store.submit(Job(id=id, kind=kind, spec=spec, queue=queue, budget=budget, at_once=at_once))
