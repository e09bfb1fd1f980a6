"""Records counted where they lie."""

from typing import Any

from sqlalchemy import BigInteger, Row, Select, and_, case, cast, func, literal, select

from interlock.types.stores import CallTally, TallyQuery
from interlock_sql.rows import text
from interlock_sql.tables import labels, records


def tallying(query: TallyQuery, dialect: str) -> Select[Any]:
    """What the query asks of a database of that dialect; a row for each tally."""
    column = records.c
    time = column.seconds / float(query.every)
    # SQLite has no `floor` everywhere, and its casts cut what others round.
    part = cast(time if dialect == "sqlite" else func.floor(time), BigInteger)
    label = literal(None) if query.label is None else labels.c.value
    keys: tuple[Any, ...] = (part, column.task, column.deployment, label)
    counted = select(
        *(key.label(name) for key, name in zip(keys, ("part", "task", "deployment", "label"), strict=True)),
        func.count().label("calls"),
        _count(column.outcome == "error").label("errors"),
        _count(column.outcome == "left").label("left"),
        func.sum(column.latency).label("latency"),
        func.sum(column.input_tokens).label("input_tokens"),
        func.sum(column.output_tokens).label("output_tokens"),
        func.sum(column.cost).label("cost"),
        _count(column.cost.is_(None)).label("unpriced"),
    )
    if query.label is None:
        counted = counted.select_from(records)
        keys = keys[:3]
    else:
        named = and_(labels.c.record == column.id, labels.c.name == text(query.label))
        counted = counted.select_from(records.outerjoin(labels, named))
    if query.since is not None:
        counted = counted.where(column.seconds >= query.since)
    if query.until is not None:
        counted = counted.where(column.seconds < query.until)
    return counted.group_by(*keys)


def tally_of(row: Row[Any], query: TallyQuery) -> CallTally:
    """The tally that a row is."""
    return CallTally(
        at=int(row.part) * query.every,
        task=row.task,
        deployment=row.deployment,
        label=row.label,
        calls=row.calls,
        errors=int(row.errors),
        left=int(row.left),
        latency=row.latency,
        input_tokens=int(row.input_tokens or 0),
        output_tokens=int(row.output_tokens or 0),
        cost=row.cost or 0.0,
        unpriced=int(row.unpriced),
    )


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))
