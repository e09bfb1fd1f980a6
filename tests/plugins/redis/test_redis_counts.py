"""Whatever three processes tell in whatever order: each hears what the others told, once."""

import asyncio
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.types.health import HealthChange, HealthSync, ShareCall
from interlock_redis import Redis

PROCESSES = 3

CHANGES = st.builds(
    HealthChange,
    deployment=st.sampled_from("ab"),
    task=st.sampled_from([None, "chat"]),
    successes=st.integers(0, 9),
    failures=st.integers(0, 9),
    hard=st.integers(0, 9),
    closed=st.booleans(),
)
ROUNDS = st.lists(
    st.tuples(
        st.integers(0, PROCESSES - 1),
        st.lists(CHANGES, max_size=4, unique_by=lambda change: (change.deployment, change.task)),
    ),
    max_size=12,
)
NUMBERS = iter(range(10**9))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=ROUNDS)
def test_counts_are_heard_once(server: Any, rounds: list[tuple[int, list[HealthChange]]]) -> None:
    asyncio.run(play(f"{server.url}?prefix=p{next(NUMBERS)}", rounds))


async def play(url: str, rounds: list[tuple[int, list[HealthChange]]]) -> None:
    processes = [Redis().open(ShareCall(url=url)) for _ in range(PROCESSES)]
    told: list[Counter[str]] = [Counter() for _ in processes]
    heard: list[Counter[str]] = [Counter() for _ in processes]

    async def exchange(who: int, changes: list[HealthChange], *, fresh: bool = False) -> None:
        news = await processes[who].sync(HealthSync(changes=tuple(changes), fresh=fresh))
        for counter, items in ((told[who], changes), (heard[who], news)):
            for item in items:
                page = f"{item.deployment} {item.task}"
                counter[f"{page} successes"] += item.successes
                counter[f"{page} failures"] += item.failures

    for who in range(PROCESSES):
        await exchange(who, [], fresh=True)
    for who, changes in rounds:
        await exchange(who, changes)
    for who in range(PROCESSES):
        await exchange(who, [])
    for who in range(PROCESSES):
        others = sum((told[other] for other in range(PROCESSES) if other != who), Counter[str]())
        assert +heard[who] == +others
    for process in processes:
        await process.aclose()
