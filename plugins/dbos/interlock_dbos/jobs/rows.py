"""Jobs as rows, inside transactions of the store."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from interlock import RequestError
from interlock_dbos.jobs.clock import clock, dollars, nanos
from interlock_dbos.jobs.contract import FORM, OPEN, Job, Progress, State
from interlock_dbos.tables import jobs, providers, workers
from interlock_sql.building import INSERT, text

_ENDED = ("done", "failed", "cancelled", "over_budget")


def submit(connection: Connection, job: Job) -> Job:
    """Begin it, begin another wave of one that has ended, or join one that is under way: its budget and its
    pace are from now on what is given.
    """
    row = _row(connection, job.id, changes=True)
    now = connection.execute(select(clock(connection))).scalar_one()
    values: dict[str, Any] = {
        "spec": json.dumps(job.spec, ensure_ascii=False),
        "budget": None if job.budget is None else nanos(job.budget),
        "at_once": job.at_once,
    }
    if row is None:
        fresh = {"spent": 0, "held": 0, "total": 0, "done": 0, "errors": 0, "before": 0, "wave": 1}
        made = {"id": job.id, "kind": job.kind, "created": now, **fresh, **_again(job.queue), **values}
        connection.execute(jobs.insert().values(**made))
    elif row.kind != job.kind:
        raise RequestError(f"{job.id!r} is a job of another kind, {row.kind}.", key="JOB")
    elif row.state in OPEN:
        connection.execute(jobs.update().where(jobs.c.id == job.id).values(**values))
    else:
        again = {**_again(job.queue), "wave": row.wave + 1, **values}
        connection.execute(jobs.update().where(jobs.c.id == job.id).values(**again))
    return get(connection, job.id)


def resume(connection: Connection, name: str, budget: float | None) -> Job:
    """Begin another wave of one that has ended. Raises RequestError where it has nothing left or goes on."""
    job = get(connection, name)
    if job.state in OPEN:
        raise RequestError(f"{name!r} goes on: it is {job.state}.", key="JOB")
    values: dict[str, Any] = {**_again(job.queue), "wave": job.wave + 1}
    if budget is not None:
        values["budget"] = nanos(budget)
    connection.execute(jobs.update().where(jobs.c.id == name).values(**values))
    return get(connection, name)


def _again(queue: str) -> dict[str, Any]:
    return {
        "state": "waiting",
        "reason": "",
        "queue": queue,
        "form": FORM,
        "enqueued": False,
        "coordinator": "",
        "started": None,
        "updated": None,
        "ended": None,
    }


def change(connection: Connection, name: str, state: State, reason: str = "", *, wave: int = 0) -> bool:
    """Have an open job, of that wave if one is named, stand otherwise; whether it was open."""
    ended = {"ended": clock(connection)} if state in _ENDED else {}
    changed = connection.execute(
        jobs.update()
        .where(jobs.c.id == name, jobs.c.state.in_(OPEN), *([jobs.c.wave == wave] if wave else []))
        .values(state=state, reason=text(reason) or "", **ended)
    )
    return bool(changed.rowcount)


def get(connection: Connection, name: str) -> Job:
    """Raises RequestError where there is no such job."""
    row = _row(connection, name)
    if row is None:
        known = connection.execute(select(jobs.c.id).order_by(jobs.c.created.desc()).limit(5)).scalars().all()
        told = f"there are {', '.join(known)}" if known else "there is none yet"
        raise RequestError(f"there is no job {name!r}; {told}.", key="JOB")
    return _job(row)


def every(connection: Connection) -> list[Job]:
    """The newest first."""
    return [_job(row) for row in connection.execute(select(jobs).order_by(jobs.c.created.desc(), jobs.c.id))]


def opened(connection: Connection) -> list[Job]:
    """Those whose tasks are to be done."""
    return _in(connection, OPEN)


def asleep(connection: Connection) -> list[Job]:
    """Those that wait for a person."""
    return _in(connection, ("needs_person",))


def _in(connection: Connection, states: Sequence[State]) -> list[Job]:
    found = select(jobs).where(jobs.c.state.in_(states)).order_by(jobs.c.created, jobs.c.id)
    return [_job(row) for row in connection.execute(found)]


def claim(connection: Connection, name: str, owner: str, queue: str) -> Job | None:
    """See to the job from now on, if nobody does who lives; of another queue only if that has no worker."""
    row = _row(connection, name, changes=True)
    if row is None or row.state not in OPEN or (row.coordinator not in {"", owner} and row.queue == queue):
        return None
    if row.queue != queue:
        alive = select(workers.c.owner).where(workers.c.queue == row.queue).limit(1)
        if row.form > FORM or connection.execute(alive).first() is not None:
            return None
        moved = {**_again(queue), "wave": row.wave + 1, "reason": "another configuration has taken it over"}
        connection.execute(jobs.update().where(jobs.c.id == name).values(**moved))
    now = clock(connection)
    begun: dict[str, Any] = {"state": "running", "coordinator": owner, "updated": now}
    if row.started is None or row.queue != queue:
        begun["started"] = now
    connection.execute(jobs.update().where(jobs.c.id == name).values(**begun))
    return get(connection, name)


def enqueued(connection: Connection, name: str, wave: int, progress: Progress) -> None:
    """Write down that all tasks of the wave are in the queue."""
    connection.execute(
        jobs.update()
        .where(jobs.c.id == name, jobs.c.wave == wave)
        .values(enqueued=True, started=clock(connection), before=progress.done, **_counts(progress))
    )


def progressed(connection: Connection, name: str, owner: str, progress: Progress) -> Job | None:
    """Write down how far it has come; the job, or None where another one sees to it."""
    mine = jobs.update().where(jobs.c.id == name, jobs.c.coordinator == owner)
    changed = connection.execute(mine.values(updated=clock(connection), **_counts(progress)))
    return get(connection, name) if changed.rowcount else None


def _counts(progress: Progress) -> dict[str, int]:
    found = {"done": progress.done, "total": progress.total, "errors": progress.errors}
    money = {"spent": progress.spent, "held": progress.held}
    return found | {name: nanos(value) for name, value in money.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """A worker as the table has it; `alive` is whether its lease holds, `silent` for how many seconds it has
    said nothing.
    """

    owner: str
    machine: str
    pid: int
    queue: str
    form: int
    at_once: int
    busy: int
    began: float
    alive: bool
    silent: float


def beat(connection: Connection, row: Mapping[str, Any], *, seconds: float) -> bool:
    """Hold the lease for so many seconds from now on; False where somebody has taken it for gone, and it is
    there anew.
    """
    until = clock(connection) + seconds
    mine = workers.update().where(workers.c.owner == row["owner"], workers.c.adopter == "")
    if connection.execute(mine.values(until=until, busy=row["busy"])).rowcount:
        return True
    made: Any = INSERT[connection.dialect.name](workers).values(
        **row, began=clock(connection), until=until, adopter=""
    )
    connection.execute(
        made.on_conflict_do_update(index_elements=[workers.c.owner], set_={"until": until, "adopter": ""})
    )
    return False


def everybody(connection: Connection, *, seconds: float) -> list[WorkerRow]:
    """All workers; a lease holds for so many seconds."""
    now = clock(connection)
    silent = (now - (workers.c.until - seconds)).label("silent")
    rows = connection.execute(
        select(workers, (workers.c.until > now).label("alive"), silent).order_by(workers.c.began)
    )
    names = WorkerRow.__dataclass_fields__
    return [WorkerRow(**{name: getattr(row, name) for name in names}) for row in rows]


def adopt(connection: Connection, owner: str, adopter: str, *, gone: bool, seconds: float) -> bool:
    """Whether `adopter` is from now on, for so many seconds, who puts back what a worker had that is gone,
    for certain or because its lease is over.
    """
    over = workers.c.until <= clock(connection)
    takes = or_(over, workers.c.adopter == "") if gone else over
    mine = workers.update().where(workers.c.owner == owner, takes)
    values = {"adopter": adopter, "until": clock(connection) + seconds}
    return bool(connection.execute(mine.values(**values)).rowcount)


def forget(connection: Connection, owner: str) -> None:
    """The worker is no more: others see to its jobs."""
    connection.execute(workers.delete().where(workers.c.owner == owner))
    connection.execute(jobs.update().where(jobs.c.coordinator == owner).values(coordinator=""))


def limit(connection: Connection, provider: str, per_minute: int | None, per_second: int | None) -> None:
    """What all jobs keep to from now on; None for no such limit."""
    values = {"per_minute": per_minute, "per_second": per_second}
    made: Any = INSERT[connection.dialect.name](providers).values(
        provider=provider, number=0, paused=0.0, **values
    )
    connection.execute(made.on_conflict_do_update(index_elements=[providers.c.provider], set_=values))


def _row(connection: Connection, name: str, *, changes: bool = False) -> Row[Any] | None:
    """Locked, if it is to be changed."""
    wanted = select(jobs).where(jobs.c.id == name)
    return connection.execute(wanted.with_for_update() if changes else wanted).one_or_none()


def _job(row: Row[Any]) -> Job:
    facts = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    facts["spec"] = json.loads(facts["spec"])
    facts["budget"] = None if facts["budget"] is None else dollars(facts["budget"])
    facts |= {"spent": dollars(facts["spent"]), "held": dollars(facts["held"])}
    return Job(**facts)
