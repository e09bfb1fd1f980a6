"""Jobs and workers for people, and as JSON."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from interlock.commands import note, printable, tables
from interlock_dbos.jobs.contract import OPEN, Job

if TYPE_CHECKING:
    from interlock_dbos.jobs.rows import WorkerRow


def plain(job: Job) -> dict[str, Any]:
    """With `rate` in tasks a second, and `left` in seconds."""
    return {**asdict(job), "rate": job.rate, "left": job.left if job.state in OPEN else None}


def jobs_shown(jobs: Sequence[Job]) -> None:
    rows = [
        (
            printable(job.id),
            job.state.replace("_", " "),
            f"{job.done:,} of {job.total:,}",
            f"{job.errors:,}",
            _money(job),
            _pace(job),
        )
        for job in jobs
    ]
    tables((("Job", "State", "Done", "Failed", "Spent", "Pace"), rows))


def workers_shown(workers: Sequence["WorkerRow"]) -> None:
    if not workers:
        note("No worker is there: `interlock work` is one.")
        return
    rows = [
        (
            f"{each.machine} {each.pid}",
            f"{each.busy:,} of {each.at_once:,}",
            "alive" if each.alive else f"silent for {each.silent:.0f} s",
            each.queue.rpartition(":")[2],
        )
        for each in workers
    ]
    tables((("Worker", "Busy", "State", "Configuration"), rows))


def job_shown(job: Job) -> None:
    jobs_shown([job])
    if job.reason:
        note(f"{job.state.replace('_', ' ')}: {job.reason}")


@contextmanager
def following(name: str) -> Iterator[Callable[[Job], None]]:
    """A bar on a terminal; nothing where nobody would see it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(printable(name), said="")
        yield lambda job: shown.update(
            task, completed=job.done, total=job.total or None, said=f"{_money(job)} {_pace(job)}"
        )


def _money(job: Job) -> str:
    held = f" + {job.held:,.4f} held" if job.held else ""
    most = "" if job.budget is None else f" of ${job.budget:,.2f}"
    return f"${job.spent:,.4f}{held}{most}"


def _pace(job: Job) -> str:
    if job.state not in OPEN or not job.rate:
        return "-"
    return f"{job.rate:,.1f}/s, {_span(job.left or 0.0)} left"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
