"""What is asked for a page of records, so that an index has it in its order and nothing else is read."""

from typing import Any

from sqlalchemy import Select, Table, exists, select, tuple_

from interlock.types.stores import RecordQuery
from interlock_sql.rows import text
from interlock_sql.tables import attempts, labels, records


def finding(query: RecordQuery) -> Select[Any]:
    """The bodies that the query asks for, newest first."""
    leading, key, found = _leading(query)
    seconds = leading.c.seconds
    if query.since is not None:
        found.append(seconds >= query.since)
    if query.until is not None:
        found.append(seconds < query.until)
    if query.after is not None:
        at, last = query.after
        found.append(tuple_(seconds, key) < tuple_(at, text(last)))
    statement = select(records.c.body).where(*found, *_rest(query))
    if leading is not records:
        statement = statement.select_from(leading.join(records, records.c.id == key))
    return statement.order_by(seconds.desc(), key.desc()).limit(query.limit)


def _leading(query: RecordQuery) -> tuple[Any, Any, list[Any]]:
    """The table whose index leads to the records, its column with their ids, and what it is asked for."""
    if query.run is not None:
        return records, records.c.id, []
    for name, value in query.metadata.items():
        return labels, labels.c.record, [labels.c.name == text(name), labels.c.value == text(value)]
    if query.deployment is None:
        return records, records.c.id, []
    # A record is found once, however often the deployment was tried.
    before = attempts.alias()
    again = (
        exists()
        .where(
            before.c.record == attempts.c.record,
            before.c.deployment == attempts.c.deployment,
            before.c.number < attempts.c.number,
        )
        .correlate(attempts)
    )
    return attempts, attempts.c.record, [attempts.c.deployment == text(query.deployment), ~again]


def _rest(query: RecordQuery) -> list[Any]:
    found: list[Any] = []
    if query.task is not None:
        found.append(records.c.task == text(query.task))
    if query.error is not None:
        found.append(records.c.error == text(query.error))
    if query.failed is not None:
        found.append(records.c.outcome == ("error" if query.failed else "answer"))
    if query.failed:
        found.append(records.c.error.is_not(None))  # as it is; it says which index will do
    if query.run is not None:
        found.append(records.c.run == text(query.run))
    led_by_label = bool(query.metadata) and query.run is None
    if query.deployment is not None and (led_by_label or query.run is not None):
        found.append(_has(attempts, attempts.c.deployment == text(query.deployment)))
    for name, value in list(query.metadata.items())[led_by_label:]:
        found.append(_has(labels, labels.c.name == text(name), labels.c.value == text(value)))
    return found


def _has(table: Table, *conditions: Any) -> Any:
    """Whether the record has such a row."""
    return exists().where(table.c.record == records.c.id, *conditions).correlate(records)
