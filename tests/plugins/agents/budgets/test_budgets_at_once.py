"""However many draw on an account at once, spent and held together never exceed its limit."""

import asyncio
import multiprocessing
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from interlock_agents.budgets import Amounts
from interlock_agents.budgets.accounts import close, hold, limit, release, report, settle
from interlock_agents.errors import OverBudget
from interlock_agents.store import Store
from spending import draw, drawn


async def test_a_hundred_holders_at_once_never_exceed_a_dollar(url: str) -> None:
    stores = [Store.open(url) for _ in range(5)]
    await stores[0].run(lambda each: limit(each, "run", usd=1.0))
    ended: Counter[str] = Counter()

    async def one(number: int) -> None:
        holder = f"node-{number}"
        try:
            await stores[number % len(stores)].run(
                lambda each: hold(each, holder=holder, account="run", amounts=Amounts(usd=0.03))
            )
        except OverBudget as error:
            ended[f"refused for {error.limit}"] += 1
        else:
            ended["held"] += 1

    await asyncio.gather(*(one(number) for number in range(100)))
    known = await stores[0].read(lambda each: report(each, "run"))
    for store in stores:
        await store.aclose()
    assert ended == {"held": 33, "refused for usd": 67}
    assert (known.held.usd, known.left("usd")) == (0.99, 0.01)


async def test_those_who_spend_and_give_back_meanwhile_never_exceed_it_either(url: str) -> None:
    stores = [Store.open(url) for _ in range(5)]
    await stores[0].run(lambda each: limit(each, "run", usd=1.0, calls=50))
    rounds = await asyncio.gather(
        *(
            draw(store, "run", [f"{name}-{number}" for number in range(20)], Amounts(usd=0.04, calls=1))
            for name, store in enumerate(stores)
        )
    )
    seen = [each for one in rounds for each in one]
    known = await stores[0].read(lambda each: report(each, "run"))
    for store in stores:
        await store.aclose()
    assert max(each.used("usd") for each in seen) <= 1.0
    assert max(each.used("calls") for each in seen) <= 50
    assert known.used("usd") == pytest.approx(0.04 * known.used("calls"))
    assert known.used("usd") > 0.9, "what was left was used"


async def test_nor_do_several_processes(url: str) -> None:
    store = Store.open(url)
    await store.run(lambda each: limit(each, "run", usd=1.0))
    work = [(url, "run", [f"{name}-{number}" for number in range(34)], 0.05) for name in range(3)]
    with multiprocessing.get_context("spawn").Pool(len(work)) as pool:
        seen = await asyncio.to_thread(pool.starmap, drawn, work)
    known = await store.read(lambda each: report(each, "run"))
    await store.aclose()
    assert max(used for one in seen for used in one) <= 1.0
    assert known.used("usd") == 1.0


async def test_of_two_who_hold_for_the_same_place_one_does(url: str) -> None:
    stores = [Store.open(url) for _ in range(4)]
    for store in stores:
        await store.read(lambda _: None)

    def same(connection: Connection) -> None:
        hold(connection, holder="run/a/0/0", account="run", amounts=Amounts(usd=0.5))

    await asyncio.gather(*(store.run(same) for store in stores))
    known = await stores[0].read(lambda each: report(each, "run"))
    await asyncio.gather(*(store.run(lambda each: settle(each, holder="run/a/0/0")) for store in stores))
    after = await stores[0].read(lambda each: report(each, "run"))
    for store in stores:
        await store.aclose()
    assert known.held == Amounts(usd=0.5)
    assert (after.held, after.spent) == (Amounts(), Amounts(usd=0.5))


async def test_fifty_calls_are_fifty_and_forty_a_warning(store: Store) -> None:
    def ask(connection: Connection) -> None:
        limit(connection, "run", calls=50)
        for number in range(50):
            assert report(connection, "run").near == (("calls",) if number >= 40 else ())
            hold(connection, holder=f"call-{number}", account="run", amounts=Amounts(calls=1))
            settle(connection, holder=f"call-{number}")
        assert report(connection, "run").over == ("calls",)
        with pytest.raises(OverBudget, match="run has 0 calls left of 50 calls, and 1 call would"):
            hold(connection, holder="call-50", account="run", amounts=Amounts(calls=1))
        limit(connection, "run", calls=60)
        hold(connection, holder="call-50", account="run", amounts=Amounts(calls=1))
        assert report(connection, "run").left("calls") == 9

    await store.run(ask)


async def test_what_a_refused_holder_wanted_is_held_nowhere(store: Store) -> None:
    def ask(connection: Connection) -> None:
        limit(connection, "run", usd=0.5, tokens=100)
        with pytest.raises(OverBudget) as caught:
            hold(connection, holder="a", account="run", amounts=Amounts(usd=0.1, tokens=101))
        error = caught.value
        assert (error.limit, error.left, error.asked) == ("tokens", 100, 101)
        assert report(connection, "run").held == Amounts()
        hold(connection, holder="a", account="run", amounts=Amounts(usd=0.1, tokens=100))

    await store.run(ask)


async def test_what_cost_more_than_was_held_is_counted_whole(store: Store) -> None:
    def ask(connection: Connection) -> None:
        limit(connection, "run", usd=1.0)
        hold(connection, holder="a", account="run", amounts=Amounts(usd=0.9))
        settle(connection, holder="a", spent=Amounts(usd=1.25))
        known = report(connection, "run")
        assert (known.spent.usd, known.left("usd"), known.over) == (1.25, 0.0, ("usd",))
        with pytest.raises(OverBudget, match=r"run has \$0\.00 left of \$1\.00, and \$0\.000001 would"):
            hold(connection, holder="b", account="run", amounts=Amounts(usd=0.000001))

    await store.run(ask)


async def test_a_run_that_is_over_holds_nothing(store: Store) -> None:
    def ask(connection: Connection) -> None:
        for holder in ("a", "b"):
            hold(connection, holder=holder, account="run", amounts=Amounts(usd=0.25))
        hold(connection, holder="c", account="other", amounts=Amounts(usd=0.25))
        close(connection, "run")
        assert (report(connection, "run").held, report(connection, "run").spent.usd) == (Amounts(), 0.5)
        assert report(connection, "other").held.usd == 0.25

    await store.run(ask)


_STEPS = st.lists(st.tuples(st.sampled_from("hsrS"), st.integers(0, 4), st.integers(0, 400_000)), max_size=40)


@settings(max_examples=40, deadline=None)
@given(steps=_STEPS)
def test_whatever_is_done_the_account_is_the_sum_of_its_holders(steps: list[tuple[str, int, int]]) -> None:
    from sqlalchemy import create_engine

    from interlock_agents.migrations.tables import metadata

    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    held: dict[int, int] = {}
    spent = 0
    with engine.begin() as connection:
        limit(connection, "run", usd=1.0)
        for what, number, micros in steps:
            amounts = Amounts(usd=micros / 1_000_000)
            if what == "h":
                room = spent + sum(held.values()) + micros <= 1_000_000
                try:
                    hold(connection, holder=str(number), account="run", amounts=amounts)
                except OverBudget:
                    assert number not in held
                    assert not room
                else:
                    assert room or number in held or not micros
                    if micros:
                        held.setdefault(number, micros)
            elif what == "r":
                release(connection, holder=str(number))
                held.pop(number, None)
            else:
                mine = held.pop(number, None)
                settle(connection, holder=str(number), spent=amounts if what == "S" else None)
                spent += 0 if mine is None else micros if what == "S" else mine
            known = report(connection, "run")
            assert known.held.units["usd"] == sum(held.values())
            assert known.spent.units["usd"] == spent
    engine.dispose()
