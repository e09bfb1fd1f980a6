"""Grants: a task's place in its job's budget and in its providers' limits, given in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select

from interlock_dbos.jobs.clock import clock, nanos
from interlock_dbos.jobs.contract import OutOfMoney
from interlock_dbos.tables import holds, jobs, providers, starts, turns
from interlock_sql.building import INSERT

_SLACK: Final = 0.025  # of a window: so late may a call begin after its time
_LEAST: Final = 0.09  # seconds, likewise
_MINUTE: Final = 60.0
_SECOND: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an attempt at a task asks for: `providers` are calls of each, `amount` US dollars."""

    job: str
    key: str
    token: str
    owner: str
    providers: Mapping[str, int]
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """It may begin in so many seconds, and so `late` at most; or, where `again`, it may ask again then."""

    seconds: float
    late: float = 0.0
    again: bool = False


def grant(connection: Connection, wanted: Wanted) -> Granted:
    """Hold the amount, a turn with each provider and their next starts; or nothing.

    What an earlier attempt holds was lost with its process, and counts as spent.

    Raises:
        OutOfMoney: the budget has not that much left, and nothing under way may cost less than it holds.
    """
    job = connection.execute(
        select(jobs.c.budget, jobs.c.spent, jobs.c.held, jobs.c.at_once)
        .where(jobs.c.id == wanted.job)
        .with_for_update()
    ).one()
    lost = _lost(connection, wanted)
    spent, held = job.spent + lost, job.held - lost
    if lost:
        connection.execute(jobs.update().where(jobs.c.id == wanted.job).values(spent=spent, held=held))
    amount = nanos(wanted.amount)
    if job.budget is not None and spent + held + amount > job.budget:
        if held:
            return Granted(seconds=_SECOND, again=True)
        raise OutOfMoney
    rows = {name: _provider(connection, name) for name in sorted(wanted.providers)}
    now = float(connection.execute(select(clock(connection))).scalar_one())
    paused = max((row.paused - now for row in rows.values()), default=0.0)
    if paused > 0:
        return Granted(seconds=paused, again=True)
    for name in rows:
        if _under_way(connection, wanted.job, name) >= job.at_once:
            return Granted(seconds=0.0, again=True)
    times = [_start(connection, rows[name], count, now) for name, count in wanted.providers.items()]
    _hold(connection, wanted, amount, held)
    return Granted(
        seconds=max((at - now for at, _ in times), default=0.0),
        late=min((late for _, late in times), default=float("inf")),
    )


def settle(connection: Connection, wanted: Wanted, cost: float) -> None:
    """It has ended, and cost so much; nothing where another attempt has taken the task over."""
    mine = select(holds.c.amount).where(*_is(holds, wanted), holds.c.token == wanted.token)
    job = jobs.update().where(jobs.c.id == wanted.job)
    connection.execute(select(jobs.c.id).where(jobs.c.id == wanted.job).with_for_update())
    amount = connection.execute(mine).scalar()
    if amount is None:
        return
    connection.execute(delete(holds).where(*_is(holds, wanted)))
    connection.execute(delete(turns).where(*_is(turns, wanted)))
    connection.execute(job.values(held=jobs.c.held - amount, spent=jobs.c.spent + nanos(cost)))


def release(connection: Connection, owner: str) -> None:
    """Nothing is under way any more of what a worker had that is gone. What it held counts as spent."""
    found = select(holds.c.job, func.sum(holds.c.amount)).where(holds.c.owner == owner)
    for job, amount in connection.execute(found.group_by(holds.c.job).order_by(holds.c.job)).all():
        connection.execute(
            jobs.update()
            .where(jobs.c.id == job)
            .values(held=jobs.c.held - int(amount), spent=jobs.c.spent + int(amount))
        )
    connection.execute(delete(holds).where(holds.c.owner == owner))
    connection.execute(delete(turns).where(turns.c.owner == owner))


def pause(connection: Connection, provider: str, seconds: float) -> None:
    """Have nobody ask the provider for so long."""
    row = _provider(connection, provider)
    until = clock(connection) + seconds
    connection.execute(
        providers.update()
        .where(providers.c.provider == row.provider, providers.c.paused < until)
        .values(paused=until)
    )


def again(connection: Connection, providers_: Mapping[str, int]) -> Granted:
    """Other starts with each provider, for those that were let pass."""
    rows = {name: _provider(connection, name) for name in sorted(providers_)}
    now = float(connection.execute(select(clock(connection))).scalar_one())
    times = [_start(connection, rows[name], count, now) for name, count in providers_.items()]
    return Granted(seconds=max(at - now for at, _ in times), late=min(late for _, late in times))


def _lost(connection: Connection, wanted: Wanted) -> int:
    found = connection.execute(select(holds.c.amount).where(*_is(holds, wanted))).scalar()
    if found is None:
        return 0
    connection.execute(delete(holds).where(*_is(holds, wanted)))
    connection.execute(delete(turns).where(*_is(turns, wanted)))
    return int(found)


def _hold(connection: Connection, wanted: Wanted, amount: int, held: int) -> None:
    of = {"job": wanted.job, "key": wanted.key, "token": wanted.token, "owner": wanted.owner}
    connection.execute(holds.insert().values(**of, amount=amount))
    if wanted.providers:
        connection.execute(turns.insert(), [{**of, "provider": each} for each in wanted.providers])
    connection.execute(jobs.update().where(jobs.c.id == wanted.job).values(held=held + amount))


def _under_way(connection: Connection, job: str, provider: str) -> int:
    found = select(func.count()).select_from(turns).where(turns.c.job == job, turns.c.provider == provider)
    return int(connection.execute(found).scalar_one())


def _provider(connection: Connection, name: str) -> Row[Any]:
    """Locked: whoever asks next waits for this transaction's end."""
    wanted = select(providers).where(providers.c.provider == name).with_for_update()
    row = connection.execute(wanted).one_or_none()
    if row is not None:
        return row
    made: Any = INSERT[connection.dialect.name](providers).values(provider=name, number=0, paused=0.0)
    connection.execute(made.on_conflict_do_nothing())
    return connection.execute(wanted).one()


def _start(connection: Connection, row: Row[Any], count: int, now: float) -> tuple[float, float]:
    """When so many calls may begin together, and how late: no window has more starts than its limit."""
    windows = [
        (most, seconds) for most, seconds in ((row.per_minute, _MINUTE), (row.per_second, _SECOND)) if most
    ]
    if not windows:
        return now, float("inf")
    number = connection.execute(
        select(providers.c.number).where(providers.c.provider == row.provider)
    ).scalar_one()
    late = min(max(_LEAST, seconds * _SLACK) for _, seconds in windows)
    at = now
    for most, seconds in windows:
        before = select(starts.c.at).where(
            starts.c.provider == row.provider, starts.c.number == number + min(count, most) - most
        )
        earlier = connection.execute(before).scalar()
        if earlier is not None:
            at = max(at, earlier + seconds + max(_LEAST, seconds * _SLACK))
    new = [{"provider": row.provider, "number": number + each, "at": at} for each in range(1, count + 1)]
    connection.execute(starts.insert(), new)
    of = starts.c.provider == row.provider
    most = max(most for most, _ in windows)
    connection.execute(delete(starts).where(of, starts.c.number <= number + count - most - 1))
    connection.execute(
        providers.update().where(providers.c.provider == row.provider).values(number=number + count)
    )
    return at, late


def _is(table: Any, wanted: Wanted) -> tuple[Any, Any]:
    return table.c.job == wanted.job, table.c.key == wanted.key
