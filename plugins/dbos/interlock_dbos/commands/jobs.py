"""`interlock jobs`: how jobs stand, and what may be done about it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from interlock.commands import FAILED, note, write_json
from interlock_dbos.commands.place import JsonOption, StoreOption, place_for

if TYPE_CHECKING:
    from interlock_dbos.jobs.contract import Job
    from interlock_dbos.jobs.rows import WorkerRow
    from interlock_dbos.jobs.store import JobStore

T = TypeVar("T")

_PERSON: Final = 3
_OVER_BUDGET: Final = 4
_CODES: Final = {"failed": FAILED, "cancelled": FAILED, "needs_person": _PERSON, "over_budget": _OVER_BUDGET}
_LOOK: Final = 0.5  # seconds between looks
_PATIENCE: Final = 120.0  # seconds for a database that is away
_EPILOG: Final = """\b
Exit codes:
  0    done; or, but for `watch`, what was asked for was done
  1    the job failed, or was cancelled
  2    wrong usage, or no such job
  3    it waits for a person
  4    its budget is used up
  130  interrupted: the job goes on
"""

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="See how jobs stand; cancel and resume them."
)
JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="The id of the job.")]


@app.callback()
def jobs() -> None:
    """See how jobs stand; cancel and resume them."""


@app.command("list")
def list_(context: typer.Context, *, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """All jobs, the newest first, and the workers that are there."""
    from interlock_dbos.commands.shown import jobs_shown, plain, workers_shown

    async def both(opened: "JobStore") -> "tuple[list[Job], list[WorkerRow]]":
        return await opened.every(), await opened.everybody()

    found, workers = _asked(context, store, both)
    if as_json:
        write_json({"jobs": [plain(each) for each in found], "workers": [asdict(each) for each in workers]})
        return
    jobs_shown(found)
    workers_shown(workers)


@app.command()
def show(
    context: typer.Context, job: JobArgument, *, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """One job, and the workers that may do its tasks."""
    from interlock_dbos.commands.shown import job_shown, plain, workers_shown

    async def both(opened: "JobStore") -> "tuple[Job, list[WorkerRow]]":
        return await opened.get(job), await opened.everybody()

    found, workers = _asked(context, store, both)
    workers = [each for each in workers if each.queue == found.queue]
    if as_json:
        write_json({**plain(found), "workers": [asdict(each) for each in workers]})
        return
    job_shown(found)
    workers_shown(workers)


@app.command(epilog=_EPILOG)
def watch(
    context: typer.Context, job: JobArgument, *, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Wait until the job has ended, and show how far it is meanwhile."""
    from interlock_dbos.commands.shown import following, job_shown, plain
    from interlock_dbos.jobs.contract import OPEN
    from interlock_dbos.jobs.patience import again

    async def until(opened: "JobStore") -> "Job":
        with following(job) as tell:
            while (found := await again(lambda: opened.get(job), seconds=_PATIENCE)).state in OPEN:
                tell(found)
                await asyncio.sleep(_LOOK)
        return found

    found = _asked(context, store, until)
    if as_json:
        write_json(plain(found))
    else:
        job_shown(found)
    if code := _CODES.get(found.state):
        raise typer.Exit(code)


@app.command()
def cancel(context: typer.Context, job: JobArgument, *, store: StoreOption = None) -> None:
    """Have no more of its tasks begun. Those under way end, and are kept."""

    async def cancelled(opened: "JobStore") -> "tuple[Job, bool]":
        found = await opened.get(job)
        return found, await opened.change(job, "cancelled", "by `interlock jobs cancel`")

    found, changed = _asked(context, store, cancelled)
    if not changed:
        note(f"{job} was {found.state} already.")
        raise typer.Exit(FAILED)
    note(f"{job} is cancelled; `interlock jobs resume {job}` goes on.")


@app.command()
def resume(
    context: typer.Context,
    job: JobArgument,
    *,
    budget: Annotated[
        float | None, typer.Option(min=0, metavar="DOLLARS", help="What it may spend in all from now on.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Go on with a job that has ended, with what is left of it. Workers do it."""
    found = _asked(context, store, lambda opened: opened.resume(job, budget))
    note(f"{found.id} goes on; `interlock jobs watch {found.id}` shows how far it is.")


def _asked(context: typer.Context, url: str | None, ask: "Callable[[JobStore], Awaitable[T]]") -> T:
    from interlock_dbos.jobs.store import JobStore

    store = JobStore(place_for(context, url).address, thread="interlock-jobs")

    async def through() -> Any:
        try:
            return await ask(store)
        finally:
            await store.aclose()

    found: T = asyncio.run(through())
    return found
