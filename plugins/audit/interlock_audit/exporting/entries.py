"""The entries of an export, in the order in which they were appended, a few at a time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from interlock import StoreError
from interlock_audit.bodies import entry_in, fit
from interlock_audit.refusals import AT, CALL, RUN
from interlock_audit.sealing.keys import Unopened
from interlock_audit.sealing.opening import Opener

_AT_ONCE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which entries; those of the log's own that tell of no call are left out where one is named.

    Attributes:
        since, until: seconds since the epoch; the first is included, the second is not.
        handle: of the subject.
    """

    since: float | None = None
    until: float | None = None
    call: str | None = None
    run: str | None = None
    handle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """An entry.

    Attributes:
        at, logged: when it happened, and when it was written.
        personal: `sealed`, `erased`, `unreadable` (under another sealing key), or what was opened; empty
            where there is nothing.
    """

    number: int
    chain: str
    seq: int
    hash: str
    kind: str
    id: str = ""
    at: str = ""
    logged: str = ""
    call: str | None = None
    run: str | None = None
    step: str | None = None
    attempt: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    handle: str | None = None
    subject: str | None = None
    personal: str | Mapping[str, Any] = ""


def entries(connection: Connection, scope: Scope, opener: Opener, *, opens: bool) -> Iterator[Exported]:
    """All of that scope. `opens` has what is personal read, as far as the opener can."""
    statement = f"SELECT number, chain, seq, hash, body FROM audit{_where(connection, scope)} ORDER BY number"  # noqa: S608 - texts of our own; values are bound
    found = connection.execution_options(stream_results=True).execute(text(statement), _values(scope))
    while some := found.fetchmany(_AT_ONCE):
        for number, chain, seq, head, body in some:
            yield _exported((number, chain, seq, head), body, opener, opens=opens)


def count(connection: Connection, scope: Scope, *, sealed: bool = False) -> int:
    """How many there are; `sealed` counts those with something personal alone."""
    where = _where(connection, scope)
    if sealed:
        where += f"{' AND' if where else ' WHERE'} {_HANDLE[connection.dialect.name]} IS NOT NULL"
    counted = connection.execute(text(f"SELECT count(*) FROM audit{where}"), _values(scope))  # noqa: S608 - likewise
    return int(counted.scalar() or 0)


_HANDLE = {"sqlite": "json_extract(body, '$.handle')", "postgresql": "interlock_audit_text(body, 'handle')"}


def _where(connection: Connection, scope: Scope) -> str:
    dialect = connection.dialect.name
    wanted = [
        wants
        for wants, value in (
            (f"{AT[dialect]} >= :since", scope.since),
            (f"{AT[dialect]} < :until", scope.until),
            (f"{CALL[dialect]} = :call", scope.call),
            (f"{RUN[dialect]} = :run", scope.run),
            (f"{_HANDLE[dialect]} = :handle", scope.handle),
        )
        if value is not None
    ]
    return f" WHERE {' AND '.join(wanted)}" if wanted else ""


def _values(scope: Scope) -> dict[str, Any]:
    values = {
        "since": scope.since,
        "until": scope.until,
        "call": scope.call,
        "run": scope.run,
        "handle": scope.handle,
    }
    return {
        name: fit(value) if isinstance(value, str) else value
        for name, value in values.items()
        if value is not None
    }


def _exported(row: tuple[int, str, int, str], body: str, opener: Opener, *, opens: bool) -> Exported:
    number, chain, seq, head = row
    try:
        said, entry = json.loads(body), entry_in(body)
        subject, personal = _personal(said, opener, opens=opens)
        return Exported(
            number=number,
            chain=chain,
            seq=seq,
            hash=head,
            id=entry.id,
            at=_time(entry.at * 1e6),
            logged=_time(said["logged"]),
            kind=entry.kind,
            call=entry.call,
            run=entry.run,
            step=entry.step,
            attempt=entry.attempt,
            facts=entry.facts,
            handle=said.get("handle"),
            subject=subject,
            personal=personal,
        )
    except (StoreError, ValueError, TypeError, LookupError, OverflowError):
        return Exported(number=number, chain=str(chain), seq=seq, hash=str(head), kind="unreadable")


def _personal(said: Mapping[str, Any], opener: Opener, *, opens: bool) -> tuple[str | None, Any]:
    if "sealed" not in said:
        return None, ""
    if opener.erased(said):
        return None, "erased"
    if not opens:
        return None, "sealed"
    try:
        found = opener.opened(said)
    except Unopened:
        return None, "unreadable"
    return (found.subject, dict(found.facts)) if found is not None else (None, "erased")


def _time(microseconds: float) -> str:
    return (_EPOCH + timedelta(microseconds=round(microseconds))).isoformat().replace("+00:00", "Z")
