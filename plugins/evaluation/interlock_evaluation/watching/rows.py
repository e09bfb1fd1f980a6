"""Watches as rows; imported in the store's thread."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from interlock_evaluation.watching import tables
from interlock_evaluation.watching.traffic import from_plain, plain
from interlock_evaluation.watching.watch import Looked, Step, Told, Watch
from interlock_sql.building import INSERT, text

_TOGETHER = 500


def last(connection: Connection) -> Watch | None:
    """The watch that began last, with all of its steps and looks."""
    row = connection.execute(
        select(tables.watches).order_by(tables.watches.c.watch.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    # Looks first: should another be kept meanwhile, steps that are too new for them are never kept again.
    looks = [
        Told(
            look=each.look,
            at=each.at,
            until=each.until,
            calls=each.calls,
            late=each.late,
            found=json.loads(each.found),
        )
        for each in connection.execute(
            select(tables.looks).where(tables.looks.c.watch == row.watch).order_by(tables.looks.c.look)
        )
    ]
    steps = [
        Step(
            number=each.step,
            look=each.look,
            since=each.since,
            until=each.until,
            traffic=from_plain(json.loads(each.traffic)),
        )
        for each in connection.execute(
            select(tables.steps).where(tables.steps.c.watch == row.watch).order_by(tables.steps.c.step)
        )
    ]
    return Watch(
        number=row.watch,
        began=row.began,
        since=row.since,
        until=row.until,
        options=json.loads(row.options),
        steps=steps,
        looks=looks,
    )


def counted(connection: Connection, watch: int) -> set[str]:
    """The ids of the calls that were counted lately."""
    found = select(tables.counted.c.record).where(tables.counted.c.watch == watch)
    return set(connection.execute(found).scalars())


def keep(connection: Connection, looked: Looked) -> bool:
    """Write a look down; False where another was kept meanwhile, and nothing is written."""
    watch, told = looked.watch, looked.told
    newest = connection.execute(select(func.max(tables.watches.c.watch))).scalar() or 0
    if newest != watch.number - (told.look == 0):
        return False
    # Whoever comes second waits here for whoever came first, and finds the place taken.
    taken = connection.execute(
        INSERT[connection.dialect.name](tables.looks)
        .values(
            watch=watch.number,
            look=told.look,
            at=told.at,
            until=told.until,
            calls=told.calls,
            late=told.late,
            found=json.dumps(told.found),
        )
        .on_conflict_do_nothing()
        .returning(tables.looks.c.look)
    )
    if taken.one_or_none() is None:
        return False
    if told.look == 0:
        connection.execute(
            tables.watches.insert().values(
                watch=watch.number,
                began=watch.began,
                since=watch.since,
                until=watch.until,
                options=json.dumps(dict(watch.options)),
            )
        )
    for step in looked.steps:
        connection.execute(
            tables.steps.insert().values(
                watch=watch.number,
                step=step.number,
                look=step.look,
                since=step.since,
                until=step.until,
                traffic=json.dumps(plain(step.traffic)),
            )
        )
    _count(connection, watch.number, looked.calls, looked.forget)
    return True


def _count(connection: Connection, watch: int, calls: Mapping[str, float], since: float) -> None:
    table = tables.counted
    connection.execute(table.delete().where((table.c.watch != watch) | (table.c.started < since)))
    rows = [
        {"watch": watch, "record": text(name), "started": started}
        for name, started in calls.items()
        if started >= since
    ]
    for at in range(0, len(rows), _TOGETHER):
        connection.execute(table.insert(), rows[at : at + _TOGETHER])


def facts(connection: Connection, evidence: str) -> dict[str, tuple[float, dict[str, Any]]]:
    """What was known of each deployment when this evidence was first seen, with when that was."""
    table = tables.facts
    found = connection.execute(select(table).where(table.c.evidence == text(evidence)))
    return {each.deployment: (each.at, json.loads(each.facts)) for each in found}


def know(connection: Connection, evidence: str, at: float, known: Mapping[str, Mapping[str, Any]]) -> None:
    """Write down what is known of deployments of which nothing was known yet."""
    there = facts(connection, evidence)
    for deployment, each in known.items():
        if deployment not in there:
            connection.execute(
                tables.facts.insert().values(
                    evidence=text(evidence), deployment=text(deployment), at=at, facts=json.dumps(each)
                )
            )
