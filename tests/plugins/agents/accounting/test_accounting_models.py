"""A router that spends no more than a run may: held before each call, settled from its record."""

import asyncio
from typing import Any

import pytest

from interlock import Request, RequestError, Router, Unavailable
from interlock.testing import Step, scripted_providers, scripted_router
from interlock_agents import Amounts, OverBudget, Store, budgeted, in_run
from interlock_agents.budgets.accounts import report

PRICED = {"m": {"price": {"input": 10.0, "output": 100.0}}}


@pytest.fixture
async def store(tmp_path):
    """On SQLite alone: the accounts' own tests have both databases."""
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    yield store
    await store.aclose()


async def account(store: Store, run: str = "order-7") -> Any:
    return await store.read(lambda connection: report(connection, run))


async def asked(router: Router, how: str) -> str:
    if how == "plain":
        return (await router.complete("Count.")).text
    if how == "streamed":
        async with router.stream("Count.") as stream:
            return "".join([chunk.text async for chunk in stream])
    if how == "blocking":
        return (await asyncio.to_thread(router.complete_sync, "Count.")).text
    return await asyncio.to_thread(lambda: "".join(chunk.text for chunk in router.stream_sync("Count.")))


@pytest.mark.parametrize("how", ["plain", "streamed", "blocking", "blocking and streamed"])
async def test_every_verb_is_held_and_settled_once(store: Store, how: str) -> None:
    inner = scripted_router({"m": ["one two three"] * 3}, deployments=PRICED)
    router = budgeted(inner, store=store, budget={"calls": 2, "usd": 1.0})
    with in_run("order-7"):
        assert [await asked(router, how) for _ in range(2)] == ["one two three"] * 2
        with pytest.raises(OverBudget, match="2 calls is spent"):
            await asked(router, how)
    known = await account(store)
    assert (known.spent.calls, known.held) == (2, Amounts())
    assert known.spent.usd == pytest.approx(sum(each.cost or 0 for each in inner.records), abs=1e-5)
    assert len(inner.records) == 2
    assert {each.run for each in inner.records} == {"order-7"}


async def test_what_a_call_may_cost_is_held_while_it_is_under_way(store: Store) -> None:
    held: list[Any] = []

    async def looks(call: Any) -> str:
        held.append((await account(store)).held)
        assert call.request.settings.max_tokens == 1000
        return "one"

    router = budgeted(
        scripted_router({"m": [looks]}, deployments=PRICED),
        store=store,
        budget={"usd": 1.0},
        max_tokens=1000,
    )
    with in_run("order-7"):
        await router.complete("Count.")
    assert held[0].usd == pytest.approx(0.1, rel=0.01)
    assert held[0].tokens >= 1000
    assert held[0].calls == 1


async def test_an_ensemble_is_held_for_each_of_its_members(store: Store) -> None:
    inner = scripted_router({"a": ["yes"], "b": ["yes"]}, deployments={"a": PRICED["m"], "b": PRICED["m"]})
    router = budgeted(inner, store=store, budget={"usd": 0.15}, max_tokens=1000)
    panel = {"members": ["a", "b"], "mode": "vote"}
    with in_run("order-7"):
        with pytest.raises(OverBudget) as caught:
            await router.complete("Count.", ensemble=panel)
        assert caught.value.asked == pytest.approx(0.2, rel=0.01)
        assert inner.records == ()


async def test_a_call_that_is_cancelled_counts_with_all_that_was_held(store: Store) -> None:
    begun = asyncio.Event()

    async def waits(_: Any) -> str:
        begun.set()
        await asyncio.sleep(60)
        return "one"

    router = budgeted(
        scripted_router({"m": [waits]}, deployments=PRICED), store=store, budget={"usd": 1.0}, max_tokens=1000
    )
    with in_run("order-7"):
        task = asyncio.create_task(router.complete("Count."))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    known = await account(store)
    assert known.held == Amounts()
    assert known.spent.usd == pytest.approx(0.1, rel=0.01)


async def test_a_stream_that_is_left_early_counts_with_all_that_was_held(store: Store) -> None:
    inner = scripted_router({"m": [Step("one two three four")]}, deployments=PRICED)
    router = budgeted(inner, store=store, budget={"usd": 1.0}, max_tokens=1000)
    with in_run("order-7"):
        async with router.stream("Count.") as stream:
            async for _ in stream:
                break
    known = await account(store)
    assert known.held == Amounts()
    assert known.spent.usd == pytest.approx(0.1, rel=0.01)


async def test_a_stream_that_nobody_reads_costs_nothing(store: Store) -> None:
    router = budgeted(scripted_router({"m": ["one"]}), store=store, budget={"calls": 1})
    with in_run("order-7"):
        await router.stream("Count.").aclose()
        assert (await router.complete("Count.")).text == "one"


async def test_what_failed_is_counted_and_told_as_it_is(store: Store) -> None:
    inner = scripted_router({"m": [Unavailable("gone", status=503)]})
    router = budgeted(inner, store=store, budget={"calls": 1})
    with in_run("order-7"), pytest.raises(Unavailable):
        await router.complete("Count.")
    assert (await account(store)).spent.calls == 1


async def test_a_hundred_at_once_never_exceed_the_budget(store: Store) -> None:
    router = budgeted(scripted_router({"m": ["one"] * 100}), store=store, budget={"calls": 30})
    with in_run("order-7"):
        ends = await asyncio.gather(*(router.complete("Count.") for _ in range(100)), return_exceptions=True)
    assert sum(isinstance(end, OverBudget) for end in ends) == 70
    known = await account(store)
    assert (known.spent.calls, known.held.calls) == (30, 0)


async def test_a_requests_own_run_pays_for_it(store: Store) -> None:
    router = budgeted(scripted_router({"m": ["one"] * 3}), store=store, budget={"calls": 1}, run="else")
    with in_run("order-7"):
        await router.complete(Request("Count.", run="order-8"))
    await router.complete("Count.")
    assert [(await account(store, run)).spent.calls for run in ("order-7", "order-8", "else")] == [0, 1, 1]


async def test_everything_else_of_the_router_is_as_it_was(store: Store) -> None:
    inner = scripted_router({"m": ["one"]})
    router = budgeted(inner, store=store, budget={"calls": 1})
    assert router.decide("Count.").shortlist == inner.decide("Count.").shortlist
    assert router.digest == inner.digest
    assert router.deployments == inner.deployments
    assert (await router.refine("Count.")).task == inner.decide("Count.").task
    assert router.policies is None
    assert router.rescue == inner.rescue
    assert (await inner.complete("Count.")).text == "one"  # nobody's run, and no budget
    assert len(scripted_providers(router)[0].calls) == 1


async def test_what_cannot_be_a_budget_is_refused(store: Store) -> None:
    router = scripted_router({"m": ["one"]})
    for budget in ({}, {"euros": 1}, {"usd": float("nan")}):
        with pytest.raises(RequestError):
            budgeted(router, store=store, budget=budget)
    with pytest.raises(RequestError, match="max_tokens"):
        budgeted(router, store=store, budget={"calls": 1}, max_tokens=0)
    with pytest.raises(RequestError, match="already"):
        budgeted(budgeted(router, store=store, budget={"calls": 1}), store=store, budget={"calls": 1})
    with pytest.raises(RequestError, match="in_run"):
        await budgeted(router, store=store, budget={"calls": 1}).complete("Count.")
