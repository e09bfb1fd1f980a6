"""`interlock work`: a worker, until it is told to stop."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import note, session
from interlock_dbos.commands.place import StoreOption, place_for

if TYPE_CHECKING:
    from interlock import Router
    from interlock_dbos.jobs.places import Place

_GRACE: Final = 30


def work(
    context: typer.Context,
    *,
    store: StoreOption = None,
    at_once: Annotated[
        int, typer.Option(min=1, max=64, metavar="COUNT", help="How many tasks it works on at a time.")
    ] = 16,
    grace: Annotated[
        int,
        typer.Option(
            min=1, max=3600, metavar="SECONDS", help="How long what is under way may take when it is stopped."
        ),
    ] = _GRACE,
) -> None:
    """Take tasks of jobs, on this machine, until it is interrupted.

    It does the jobs of its own configuration, and takes over those of a worker that is gone. SIGTERM and
    Ctrl-C let what is under way end, and give the rest back; a second one breaks it off.
    """
    place = place_for(context, store)
    with session(context).router() as router:
        asyncio.run(until_told(router, place, at_once=at_once, grace=grace))


async def until_told(router: "Router", place: "Place", *, at_once: int, grace: int) -> None:
    """Work until this process is told to stop, by SIGTERM or SIGINT."""
    from interlock_dbos.jobs.worker import Worker

    told, again = asyncio.Event(), asyncio.Event()

    def stop() -> None:
        (again if told.is_set() else told).set()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop)
    worker = Worker(router, place, at_once=at_once, tell=note)
    try:
        await router.warm()  # or its first calls would begin later than their time
        await worker.start()
        note(f"Working on jobs in {place.address.label}, {at_once} tasks at a time.")
        await told.wait()
        note(f"Stopping: what is under way has {grace} seconds to end.")
    finally:
        stopping = asyncio.create_task(worker.stop(grace=grace))
        hurry = asyncio.create_task(again.wait())
        await asyncio.wait([stopping, hurry], return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            await worker.hurry()
        hurry.cancel()
        await stopping
