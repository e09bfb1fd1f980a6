"""A log as it lies in a database, for verification: nothing is written, and nothing is believed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from interlock import StoreError
from interlock_audit.keys import PublicKey
from interlock_audit.verifying.findings import Finding, Report, Source, shown
from interlock_audit.verifying.layout import lacking, wrong
from interlock_audit.verifying.verify import TOLERANCE, verify
from interlock_audit.verifying.walk import RowTuple
from interlock_sql import Address
from interlock_sql.building import Connected

_AT_ONCE = 2000
_INSIDE = "the database"


def checkpoints_in(path: Path) -> Source:
    """The checkpoints of a file, one a line.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig", "replace").split("\n")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or type(error).__name__}") from None
    return Source(name=str(path), lines=lines)


def verify_database(
    address: Address,
    *,
    sources: Sequence[Source] = (),
    keys: Sequence[PublicKey] = (),
    tolerance: float = TOLERANCE,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """`verify`, of what lies there. `sources` were read before, so that none is ahead of what is found.

    `tolerance` is in seconds; `progress` is told how many entries were seen, and of how many.

    Raises:
        StoreError: it cannot be read, or holds no log of this kind.
    """
    if address.file is not None and not address.file.is_file():
        raise StoreError(f"{address.label}: there is no such file")
    database = Connected(address, migrations=None)
    try:
        level = {} if address.file is not None else {"isolation_level": "REPEATABLE READ"}
        with database.told(), database.engine.execution_options(**level).connect() as connection:
            if address.file is not None:
                _read_whatever_is_there(connection)
            if not inspect(connection).has_table("audit"):
                raise StoreError("it holds no audit log")
            shape = wrong(connection)
            total = int(connection.execute(text("SELECT count(*) FROM audit")).scalar() or 0)
            kept = _lines(connection) if inspect(connection).has_table("audit_checkpoints") else []
            inside = Source(name=_INSIDE, lines=kept, outside=False)
            report = verify(
                _rows(connection, total, progress),
                _finder(connection),
                sources=[*sources, inside],
                keys=keys,
                tolerance=tolerance,
            )
            findings = [*shape, *report.findings, *_there_again(connection, report)]
            return replace(report, findings=findings, notes=lacking(connection))
    finally:
        database.close()


def _there_again(connection: Connection, report: Report) -> Iterator[Finding]:
    """Keys that were erased, and that somebody has put back."""
    if not report.erased or not inspect(connection).has_table("audit_keyring"):
        return
    for handle in connection.execute(text("SELECT handle FROM audit_keyring")).scalars():
        if handle in report.erased:
            chain, seq = report.erased[handle]
            what = (
                f"Entry {seq} of chain {shown(chain)} says the key of {shown(handle)} was erased, and "
                "it is in the keyring: a backup may have been put back."
            )
            yield Finding(kind="erased", chain=chain, seq=seq, what=what)


def _rows(
    connection: Connection, total: int, progress: Callable[[int, int], None] | None
) -> Iterator[RowTuple]:
    statement = "SELECT chain, seq, id, hash, body FROM audit ORDER BY chain, seq"
    found = connection.execution_options(stream_results=True).exec_driver_sql(statement)
    done = 0
    while some := found.fetchmany(_AT_ONCE):
        yield from _tuples(some)
        done += len(some)
        if progress is not None:
            progress(done, total)


def _read_whatever_is_there(connection: Connection) -> None:
    """A text that is no UTF-8 is an entry that was changed, and no end of the reading."""
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda data: str(data, "utf-8", "replace")


def _tuples(rows: Iterable[Sequence[object]]) -> Iterator[RowTuple]:
    for row in rows:
        yield tuple(row)  # type: ignore[misc]  # of five, as they were selected


def _lines(connection: Connection) -> list[str]:
    found = connection.execute(text("SELECT line FROM audit_checkpoints ORDER BY number")).scalars()
    return [line if isinstance(line, str) else "unreadable" for line in found]


def _finder(connection: Connection) -> Callable[[str, int], str | None]:
    statement = text("SELECT hash FROM audit WHERE chain = :chain AND seq = :seq")

    def find(chain: str, seq: int) -> str | None:
        found = connection.execute(statement, {"chain": chain, "seq": seq}).scalar()
        return found if isinstance(found, str) else None

    return find
