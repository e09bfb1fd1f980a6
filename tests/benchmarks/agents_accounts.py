"""What holding, settling and using a grant add to a transaction, in processor time, beside reading one row.

uv run python tests/benchmarks/agents_accounts.py
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from sqlalchemy import Connection

from interlock_agents import Amounts, Requests, Store
from interlock_agents.budgets.accounts import hold, limit, settle
from waiting import asked, place_of

ROUNDS = 400


def each(connection: Connection, step: Callable[[Connection, int], object]) -> float:
    """Milliseconds of processor time for one, after some that are not counted."""
    for number in range(ROUNDS):
        if number == ROUNDS // 4:
            began = time.thread_time()
        step(connection, number)
    return (time.thread_time() - began) / (ROUNDS - ROUNDS // 4) * 1000


async def main(folder: Path) -> None:
    store = Store.open("sqlite:///agents.db", folder)
    requests = Requests(store=store)
    wanted = [asked({"path": f"{number}.txt"}, step=f"s{number}/0/0") for number in range(ROUNDS)]
    grants = [await requests.approve((await requests.put(one)).id, by="Ada") for one in wanted]

    def read(connection: Connection, _: int) -> None:
        connection.exec_driver_sql("SELECT * FROM agents_accounts WHERE id = 'run'").fetchall()

    def held(connection: Connection, number: int) -> None:
        hold(connection, holder=f"h{number}", account="run", amounts=Amounts(usd=0.01, calls=1))

    def settled(connection: Connection, number: int) -> None:
        settle(connection, holder=f"h{number}", spent=Amounts(usd=0.005, calls=1))

    def used(connection: Connection, number: int) -> None:
        grant, one = grants[number], wanted[number]
        assert grant is not None
        assert requests.consume(connection, grant, one, effect=place_of(one)) is None

    await store.run(lambda connection: limit(connection, "run", usd=1e6, calls=10**6))
    base = await store.run(lambda connection: each(connection, read))
    print(f"reading a row     {base:.3f} ms")
    for name, step in (("holding", held), ("settling", settled), ("using a grant", used)):
        took = await store.run(lambda connection, step=step: each(connection, step))
        print(f"{name:<17} {took:.3f} ms, {took / base:.1f} times that")
    await store.aclose()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(Path(folder)))
