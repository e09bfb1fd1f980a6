"""Writes an export: what was asked for, a summary of it, and a verification of the whole log."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, inspect

from interlock import StoreError
from interlock.errors import RequestError
from interlock_audit.exporting import page
from interlock_audit.exporting.entries import Scope, count, entries
from interlock_audit.exporting.summary import summary_of, told
from interlock_audit.exporting.writing import new_file, write_csv, write_json
from interlock_audit.keys import PublicKey
from interlock_audit.sealing import keyring
from interlock_audit.sealing.opening import Opener
from interlock_audit.verifying import words
from interlock_audit.verifying.findings import Source
from interlock_audit.verifying.reading import verify_database
from interlock_sql.building import Connected

if TYPE_CHECKING:
    from interlock_audit import AuditLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How many entries were written, and what a verification of the whole log came to."""

    entries: int
    verdict: str
    whole: bool


def export_log(
    log: "AuditLog",
    scope: Scope,
    output: Path,
    *,
    form: Literal["json", "csv", "html"],
    opens: bool = False,
    tell: Callable[[int], object] | None = None,
    sources: Callable[[], Sequence[Source]] = list,
    keys: Sequence[PublicKey] = (),
    named: str = "all",
) -> Done:
    """Write the entries of a scope to a file. It is read twice, and no more than a page of it is kept.

    With `opens`, `tell` is called with the number of entries that have something sealed, before any of it is
    opened. `sources` gives checkpoints, `named` says what the scope is.

    Raises:
        StoreError: the log cannot be read.
        RequestError: the file cannot be written, or a page would be too long.
    """
    with _reading(log) as connection:
        total = count(connection, scope)
        sealed = count(connection, scope, sealed=True) if opens else 0
    if form == "html" and total > page.MOST:
        raise RequestError(
            f"a page of {total:,} entries is too long to read, and {page.MOST:,} are the most: narrow it "
            "with --since, --until, --call or --run, or choose --format json or csv.",
            key="--format",
        )
    if opens and tell is not None:
        tell(sealed)
    verified = verify_database(log.address, sources=sources(), keys=keys)
    with _reading(log) as connection:
        opener = Opener([] if log.sealer is None else [log.sealer.key], _kept(connection))
        summary = summary_of(entries(connection, scope, opener, opens=False))
        found = entries(connection, scope, opener, opens=opens)
        with new_file(output) as file:
            if form == "csv":
                write_csv(file, found)
            elif form == "json":
                about = {
                    "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "made_by": f"interlock-audit {version('interlock-audit')}",
                    "scope": named,
                    "opened": opens,
                }
                write_json(
                    file,
                    {"about": about, "summary": told(summary), "verification": words.told(verified)},
                    found,
                )
            else:
                report = page.report_of(summary, found, verified, scope=named, opened=opens)
                file.write(report.html())
    return Done(entries=summary.entries, verdict=words.verdict(verified), whole=verified.whole)


def handle_of(log: "AuditLog", subject: str) -> str | None:
    """What entries have in place of a person; None where there is none.

    Raises:
        StoreError: the log cannot be read, or has no sealing key.
    """
    if log.sealer is None:
        raise StoreError("a person is found by the sealing key alone, and this log has none")
    lookup = log.sealer.key.lookup("subject", subject)
    with _reading(log) as connection:
        kept = keyring.by_lookup(connection, [lookup]).get(lookup)
    return None if kept is None else kept.handle


@contextmanager
def _reading(log: "AuditLog") -> Iterator[Connection]:
    """One state of the database, of which nothing is changed."""
    address = log.address
    if address.file is not None and not address.file.is_file():
        raise StoreError(f"{address.label}: there is no such file")
    database = Connected(address, migrations=None)
    try:
        level = {} if address.file is not None else {"isolation_level": "REPEATABLE READ"}
        with database.told(), database.engine.execution_options(**level).connect() as connection:
            if not inspect(connection).has_table("audit"):
                raise StoreError("it holds no audit log")
            yield connection
    finally:
        database.close()


def _kept(connection: Connection) -> list[keyring.Kept]:
    """None in a log that was made before there was a keyring."""
    return keyring.all_kept(connection) if inspect(connection).has_table("audit_keyring") else []
