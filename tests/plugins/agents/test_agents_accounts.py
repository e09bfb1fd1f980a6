"""What is held and spent on accounts never exceeds a limit by what was allowed, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from interlock import RequestError
from interlock_agents.budgets import Amounts
from interlock_agents.budgets.accounts import hold, limit, release, settle, totals
from interlock_agents.errors import OverBudget
from interlock_agents.store import Store


async def test_what_would_exceed_the_limit_is_not_held(store: Store) -> None:
    def ask(connection: Connection) -> None:
        limit(connection, "run", usd=1.0)
        for number in range(10):
            hold(connection, holder=f"e{number}", account="run", amounts=Amounts(usd=0.1))
        with pytest.raises(OverBudget) as caught:
            hold(connection, holder="late", account="run", amounts=Amounts(usd=0.000001, tokens=5))
        assert (caught.value.account, caught.value.limit, caught.value.left) == ("run", "usd", 0.0)
        settle(connection, holder="e0", spent=Amounts(usd=0.05))
        release(connection, holder="e1")
        hold(connection, holder="late", account="run", amounts=Amounts(usd=0.15))
        assert totals(connection, "run") == (Amounts(usd=0.95), Amounts(usd=0.05))

    await store.run(ask)


async def test_each_kind_has_a_limit_of_its_own_and_the_rest_is_counted(store: Store) -> None:
    def ask(connection: Connection) -> None:
        limit(connection, "run", calls=2)
        hold(connection, holder="a", account="run", amounts=Amounts(calls=1, seconds=0.5, tokens=7))
        hold(connection, holder="b", account="run", amounts=Amounts(calls=1))
        with pytest.raises(OverBudget, match="run has 0 calls left of 2 calls, and 1 call would"):
            hold(connection, holder="c", account="run", amounts=Amounts(calls=1))
        settle(connection, holder="a")
        assert totals(connection, "run") == (Amounts(calls=1), Amounts(calls=1, seconds=0.5, tokens=7))

    await store.run(ask)


async def test_holding_settling_and_releasing_twice_is_as_good_as_once(store: Store) -> None:
    def ask(connection: Connection) -> None:
        for _ in range(2):
            hold(connection, holder="a", account="run", amounts=Amounts(usd=0.5))
        assert totals(connection, "run")[0] == Amounts(usd=0.5)
        for _ in range(2):
            settle(connection, holder="a")
            release(connection, holder="a")
        assert totals(connection, "run") == (Amounts(), Amounts(usd=0.5))

    await store.run(ask)


async def test_an_account_that_nobody_opened_has_nothing(store: Store) -> None:
    assert await store.read(lambda connection: totals(connection, "none")) == (Amounts(), Amounts())


@given(st.integers(0, 10**12))
def test_money_is_counted_in_whole_millionths(micros: int) -> None:
    assert Amounts(usd=micros / 1_000_000).units["usd"] == micros


@pytest.mark.parametrize("usd", [-0.1, float("nan"), float("inf"), True, "1"])
def test_what_is_no_amount_is_refused_by_name(usd: object) -> None:
    with pytest.raises(RequestError, match="usd"):
        Amounts(usd=usd)  # type: ignore[arg-type]  # as a careless caller would
