"""Budgets that several routers count together: nothing is sent that the ledger does not hold."""

import asyncio
import gc
import time
from random import Random

import pytest

from interlock import (
    AllAttemptsFailed,
    Answer,
    BudgetExceeded,
    ConfigError,
    Delta,
    NoDeployment,
    Router,
    StoreError,
    Text,
    TotalTimeout,
    Unavailable,
    Usage,
)
from interlock.assembly import assemble
from interlock.engine import ledger_writer
from interlock.engine.attempting import allotments
from interlock.testing import Step, scripted_providers
from interlock.testing.scripted import ScriptedProvider
from memory_ledger import MemoryLedgers, Place

DEAR = {"price": {"input": 10.0, "output": 100.0}}  # 0.0001 USD for each output token
CHEAP = {"price": {"input": 0.1, "output": 1.0}}
LEDGER = {"url": "memory://here"}
GRACE = LEDGER | {"down": "grace"}
UNSENT = {"NoLongerAllowed", "StoreError"}


@pytest.fixture
def ledgers():
    return MemoryLedgers()


@pytest.fixture(autouse=True, params=["often", "seldom"])
def hasty(request, monkeypatch):
    """What takes a second takes a fifth of it. Room is held ahead as seldom as ever, or where it can be."""
    if request.param == "often":
        monkeypatch.setattr(allotments, "_BUSY", 1)
        monkeypatch.setattr(allotments, "_LEAST", 1)
        monkeypatch.setattr(allotments, "SHARE", 4)
        monkeypatch.setattr(allotments, "LIFE", 0.1)
    monkeypatch.setattr(ledger_writer, "_PATIENCE", 0.2)
    monkeypatch.setattr(ledger_writer, "_FIRST", 0.2)
    monkeypatch.setattr(ledger_writer, "_FRESH", 0.05)


@pytest.fixture
async def made(ledgers):
    """Makes routers, each as it would be in a process of its own."""
    routers = []

    def make(scripts, *budgets, ledger=LEDGER, former=None, plugins=(), **config):
        providers = [ScriptedProvider(script, name) for name, script in scripts.items()]
        prices = zip(scripts, (DEAR, CHEAP), strict=False)
        deployments = [
            {"id": name, "model": f"scripted/{name}", "provider": name} | price for name, price in prices
        ]
        source = {
            "deployments": deployments,
            "routes": {"conversational": list(scripts)},
            "budgets": list(budgets),
            "retries": {"max": 0},
            "ledger": ledger,
        } | config
        wired = assemble(
            source,
            plugins=[ledgers, *plugins, *providers],
            environ={},
            former=None if former is None else former.wiring,
        )
        routers.append(Router(wired))
        return routers[-1]

    yield make
    for router in routers:
        await router.aclose()


def budget(**facts):
    return {"id": "daily", "per": "day"} | facts


def ask(router, *, tokens=100, **options):
    return router.complete("Hello", task="conversational", settings={"max_tokens": tokens}, **options)


def answer(used, text="ok"):
    usage = Usage(input_tokens=0, output_tokens=used)
    return Answer(parts=(Text(text),), finish_reason="stop", usage=usage)


def sent(router):
    return {provider.facts.name: len(provider.calls) for provider in scripted_providers(router)}


async def settled(router):
    """The one account, once everything has reached the ledger."""
    (row,) = await router.spent()
    return row


async def until(true):
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


async def test_what_one_spends_the_other_has_not(made):
    one, two = (made({"a": ["ok"] * 5}, budget(requests=3)) for _ in range(2))
    await ask(one), await ask(two), await ask(one)
    for router in (one, two, one):
        with pytest.raises(BudgetExceeded, match="budget daily: 0 of 3 requests are left until") as caught:
            await ask(router)
        assert caught.value.resets_at is not None
        assert caught.value.retry_after > 0
    assert (sent(one), sent(two)) == ({"a": 2}, {"a": 1})
    assert (await settled(two)).requests == 3


async def test_fifty_at_once_in_three_routers_on_room_for_five_are_five(made):
    routers = [made({"a": [Step("ok", delay=0.02)] * 5}, budget(requests=5)) for _ in range(3)]
    calls = [ask(routers[number % 3]) for number in range(50)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(not isinstance(each, BaseException) for each in results) == 5
    assert {type(each) for each in results if isinstance(each, BaseException)} == {BudgetExceeded}
    assert sum(sent(router)["a"] for router in routers) == 5


async def test_money_is_held_at_its_price_and_comes_back_when_it_was_not_used(made, ledgers):
    one, two = (made({"a": [Step(answer(used=1), delay=0.05)] * 3}, budget(usd=0.1)) for _ in range(2))
    first = asyncio.ensure_future(ask(one, tokens=900))
    await until(lambda: sent(one) == {"a": 1})
    with pytest.raises(BudgetExceeded, match="are held for attempts under way"):
        await ask(two, tokens=900)
    await first
    await one.aclose()
    await asyncio.sleep(1.01)  # a figure may refuse for a second
    assert (await ask(two, tokens=900)).text == "ok"
    assert (await settled(two)).usd == pytest.approx(0.0002)


async def test_a_failed_attempt_gives_back_and_its_fallback_may_have_it(made):
    router = made({"a": [Unavailable("down")] * 3, "b": ["fine"] * 3}, budget(usd=0.0105))
    for _ in range(3):
        assert (await ask(router)).text == "fine"
    row = await settled(router)
    assert row.requests == 6
    assert row.usd < 0.001


async def test_the_dear_one_is_forbidden_and_the_cheap_one_used(made):
    one, two = (made({"a": [answer(used=900)] * 2, "b": ["cheap"]}, budget(usd=0.1)) for _ in range(2))
    await ask(one)
    await one.aclose()
    response = await ask(two, tokens=200)
    assert (response.text, [each.deployment for each in response.record.attempts]) == ("cheap", ["a", "b"])
    assert response.record.attempts[0].error.kind == "NoLongerAllowed"
    assert not response.record.attempts[0].cost
    assert (
        two.decide("Hello", task="conversational", settings={"max_tokens": 200})
        .excluded["a"]
        .startswith("budget daily: 0.0097 of 0.10 USD are left")
    )


async def test_no_figure_refuses_that_is_older_than_a_second(made, ledgers):
    one = made({"a": ["ok"] * 5}, budget(requests=1))
    await ask(one)
    with pytest.raises(BudgetExceeded):
        await ask(one)
    ledgers.place.tallies.clear()  # as at the turn of its window
    with pytest.raises(BudgetExceeded):
        await ask(one)
    await asyncio.sleep(1.05)
    assert one.decide("Hello").shortlist
    assert (await ask(one)).text == "ok"


async def test_limits_that_are_raised_elsewhere_hold_at_once(made):
    one = made({"a": ["ok"] * 5}, budget(requests=1))
    await ask(one)
    two = made({"a": ["ok"] * 5}, budget(requests=2))
    assert (await ask(two)).text == "ok"
    with pytest.raises(BudgetExceeded, match="0 of 2"):
        await ask(two)


async def test_streams_are_held_and_settled_alike(made):
    one, two = (made({"a": [answer(used=7), answer(used=7)]}, budget(requests=1)) for _ in range(2))
    async for _ in one.stream("Hello", task="conversational"):
        pass
    assert (await settled(one)).tokens == 7
    with pytest.raises(BudgetExceeded):
        async for _ in two.stream("Hello", task="conversational"):
            pass


async def test_without_the_ledger_nothing_is_sent(made, ledgers):
    ledgers.place.trouble = "down"
    router = made({"a": ["ok"] * 3, "b": []}, budget(requests=9))
    with pytest.raises(StoreError, match="the ledger of budgets is out of reach: the place is down"):
        await ask(router)
    assert sent(router) == {"a": 0, "b": 0}
    record = router.records[-1]
    assert record.error == "StoreError"
    assert [(each.error.kind, each.cost, each.usage) for each in record.attempts] == [
        ("StoreError", 0.0, Usage())
    ]
    with pytest.raises(StoreError):
        await router.spent()
    ledgers.place.trouble = None
    await asyncio.sleep(0.06)
    assert (await ask(router)).text == "ok"
    assert (await settled(router)).requests == 1


async def test_a_ledger_that_is_silent_is_waited_for_no_longer_than_it_is_worth(made, ledgers):
    ledgers.place.trouble = "silent"
    router = made({"a": ["ok"]}, budget(requests=9))
    began = time.monotonic()
    with pytest.raises(StoreError, match="took longer than"):
        await ask(router)
    await asyncio.sleep(0.06)
    with pytest.raises(TotalTimeout):
        await ask(router, timeout=0.05)
    assert time.monotonic() - began < 5
    ledgers.place.trouble = None
    await asyncio.sleep(0.3)
    assert (await ask(router)).text == "ok"
    await until(lambda: ledgers.place.tallies[next(iter(ledgers.place.tallies))].requests == 1)


async def test_what_was_held_and_never_heard_of_is_given_back(made, ledgers):
    ledgers.place.trouble = "deaf"
    router = made({"a": ["ok"] * 2}, budget(requests=1))
    with pytest.raises(StoreError):
        await ask(router)
    assert next(iter(ledgers.place.tallies.values())).requests == 1
    ledgers.place.trouble = None
    await asyncio.sleep(0.06)
    assert (await ask(router)).text == "ok"
    assert (await settled(router)).requests == 1


async def test_the_ledger_is_connected_before_the_first_call_or_told_of_by_it(made, ledgers):
    router = made({"a": ["ok"] * 2}, budget(requests=9))
    ledgers.place.trouble = "down"
    await router.warm()
    assert ledgers.place.exchanges == 1
    await asyncio.sleep(0.06)
    with pytest.raises(StoreError, match="out of reach"):
        await ask(router)
    ledgers.place.trouble = None
    await asyncio.sleep(0.06)
    await router.warm()
    assert (await ask(router)).text == "ok"


async def test_what_no_budget_concerns_needs_no_ledger(made, ledgers):
    ledgers.place.trouble = "down"
    router = made({"a": ["ok"]}, budget(requests=1, where={"team": "legal"}))
    assert (await ask(router)).text == "ok"
    assert ledgers.place.exchanges == 0


async def test_a_caller_who_leaves_while_the_ledger_is_asked_leaves_nothing_behind(made, ledgers):
    ledgers.place.trouble = "silent"
    router = made({"a": ["ok"] * 2}, budget(requests=1))
    call = asyncio.ensure_future(ask(router))
    await until(lambda: ledgers.place.exchanges)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    record = router.records[-1]
    assert [(each.cancelled is not None, each.cost) for each in record.attempts] == [(True, 0.0)]
    ledgers.place.trouble = None
    await asyncio.sleep(0.3)
    assert (await ask(router)).text == "ok"


async def test_what_is_held_for_a_caller_who_has_left_is_given_back(made, ledgers):
    ledgers.place.trouble = "slow"
    router = made({"a": ["ok"] * 2}, budget(requests=1))
    call = asyncio.ensure_future(ask(router))
    await until(lambda: ledgers.place.exchanges)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await ask(router)).text == "ok"
    assert sent(router) == {"a": 1}


async def test_in_grace_each_goes_on_by_itself_and_tells_afterwards(made, ledgers):
    one, two = (made({"a": ["ok"] * 9}, budget(requests=4), ledger=GRACE) for _ in range(2))
    await ask(one), await ask(two)
    ledgers.place.trouble = "down"
    await ask(one), await ask(one), await ask(two)
    with pytest.raises(BudgetExceeded, match="0 of 4"):
        await ask(one), await ask(one), await ask(one)
    ledgers.place.trouble = None
    await until(lambda: next(iter(ledgers.place.tallies.values())).requests >= 5)
    row = await settled(two)
    assert (row.requests, row.limit_requests) == (2 + 3 + sent(one)["a"] - 3, 4)
    (tally,) = ledgers.place.tallies.values()
    assert (tally.held_tokens, tally.held_money) == (0, 0)
    await asyncio.sleep(0.06)
    with pytest.raises(BudgetExceeded):
        await ask(two)


async def test_grace_ends(made, ledgers):
    router = made({"a": ["ok"] * 9}, budget(requests=9), ledger=GRACE | {"grace": 0.2})
    await ask(router)
    ledgers.place.trouble = "down"
    await ask(router)
    await asyncio.sleep(0.25)
    with pytest.raises(StoreError):
        await ask(router)


async def test_there_is_no_grace_for_a_ledger_that_was_never_reached(made, ledgers):
    ledgers.place.trouble = "down"
    router = made({"a": []}, budget(requests=9), ledger=GRACE)
    with pytest.raises(StoreError):
        await ask(router)


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_stays_held_however_calls_end(made, ledgers, seed):
    chance = Random(seed)

    def step():
        said = chance.choice(
            [answer(used=3), Unavailable("down"), ["par", "t", "ial"], [Delta("x"), Unavailable("cut")]]
        )
        return Step(said, delay=chance.choice([0.0, 0.01, 0.05]), between=0.01)

    steps = {name: [step() for _ in range(200)] for name in "ab"}
    hedge = {"after": 0.02, "at_least": 0.01, "budget": 1.0}
    router = made(
        steps, budget(usd=1.0, each="team"), budget(id="all", requests=150), hedge=hedge, ledger=GRACE
    )

    async def call(number):
        team = {"team": chance.choice("xyz")}
        if number % 3 == 0:
            async for _ in router.stream("Hello", task="conversational", metadata=team):
                if chance.random() < 0.3:
                    break
        else:
            await ask(router, metadata=team, timeout=chance.choice([0.02, 1.0, 5.0]))

    async def trouble():
        for kind in ("slow", "down", "slow", "deaf", None, "silent", None):
            ledgers.place.trouble = kind
            await asyncio.sleep(0.06)

    calls = [asyncio.ensure_future(call(number)) for number in range(60)]
    troubled = asyncio.ensure_future(trouble())
    for each in chance.sample(calls, 15):
        await asyncio.sleep(0.005)
        each.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await troubled
    await asyncio.sleep(0.06)
    await settled_all(router)
    gc.collect()  # streams that were left in the middle
    await asyncio.sleep(0.05)
    await settled_all(router)
    held = {name: (tally.held_tokens, tally.held_money) for name, tally in ledgers.place.tallies.items()}
    assert held == dict.fromkeys(held, (0, 0))
    counted = ledgers.place.tallies['["","all","day",null]'].requests
    tried = sum(
        not (each.error and each.error.kind in UNSENT)
        for record in router.records
        for each in record.attempts
    )
    assert sum(sent(router).values()) <= counted <= tried


async def settled_all(router):
    async with asyncio.timeout(10):
        while True:
            try:
                return await router.spent()
            except StoreError:
                await asyncio.sleep(0.05)


async def test_each_value_has_an_account_whatever_it_is(made, ledgers):
    router = made({"a": ["ok"] * 9}, budget(requests=1, each="team"))
    teams = ["legal", "ädvisory", "x" * 150 + "1", "x" * 150 + "2", '["', "\x00", "👩‍👩‍👧" * 40]
    for team in teams:
        await ask(router, metadata={"team": team})
    await ask(router)
    for team in teams:
        with pytest.raises(BudgetExceeded):
            await ask(router, metadata={"team": team})
    assert len(ledgers.place.tallies) == len(teams) + 1
    assert all(name.isascii() and name.isprintable() and len(name) <= 200 for name in ledgers.place.tallies)


async def test_what_a_request_falls_under_is_told_by_the_ledger(made):
    one, two = (made({"a": ["ok"] * 9}, budget(requests=5, each="team")) for _ in range(2))
    await ask(one, metadata={"team": "legal"})
    (row,) = await two.spent({"team": "legal"})
    assert (row.account, row.requests) == ("legal", 1)
    (row,) = await two.spent({"team": "sales"})
    assert row.requests == 0


async def test_a_router_that_takes_anothers_place_counts_on(made):
    one = made({"a": ["ok"] * 2}, budget(requests=2))
    await ask(one)
    two = made({"a": ["ok"] * 2}, budget(requests=2), former=one)
    await ask(two)
    with pytest.raises(BudgetExceeded):
        await ask(two)
    alone = made({"a": ["ok"] * 2}, budget(requests=2), former=two, ledger=None)
    await ask(alone)
    assert alone.spending[0].requests == 1


async def test_what_waits_is_told_before_the_router_is_closed(made, ledgers):
    router = made({"a": [answer(used=3)]}, budget(requests=2))
    await ask(router)
    await router.aclose()
    (tally,) = ledgers.place.tallies.values()
    assert (tally.tokens, tally.held_tokens) == (3, 0)
    assert ledgers.place.closed == 1


def test_synchronous_calls_are_held_alike(ledgers):
    source = {
        "deployments": [{"id": "a", "model": "scripted/a", "provider": "a"}],
        "budgets": [budget(requests=1)],
        "ledger": "memory://here",
    }
    plugins = [ledgers, ScriptedProvider(["ok"], "a")]
    with Router(assemble(source, plugins=plugins, environ={})) as router:
        assert router.complete_sync("Hello").text == "ok"
        with pytest.raises(BudgetExceeded):
            router.complete_sync("Hello")


async def test_everybody_excluded_for_other_reasons_is_no_matter_of_budgets(made, ledgers):
    router = made({"a": [Unavailable("down")], "b": [Unavailable("down")]}, budget(requests=9))
    with pytest.raises(AllAttemptsFailed):
        await ask(router)
    with pytest.raises(NoDeployment) as caught:
        await ask(router, constraints={"deny_vendors": ["a", "b"]})
    assert not isinstance(caught.value, BudgetExceeded)


@pytest.mark.parametrize(
    ("ledger", "key", "what"),
    [
        ("nowhere", "ledger.url", "expected an address such as redis://127.0.0.1:6379/0"),
        ("sqllite:///x.db", "ledger.url", "no plugin keeps a ledger in 'sqllite'"),
        ({"url": "memory://here", "down": "wait"}, "ledger.down", "refuse"),
        ({"url": "memory://here", "grace": 5}, "ledger.grace", "nothing is let through while down is refuse"),
        ({"url": "memory://here", "patience": 5}, "ledger.patience", "key"),
        ("redis://secret-of-all@/0", "ledger.url", "names no host"),
        ("sqlite://x.db", "ledger.url", "three slashes"),
    ],
)
def test_a_ledger_that_cannot_be_is_refused_by_its_key(ledgers, ledger, key, what):
    with pytest.raises(ConfigError, match=what) as caught:
        assemble({"ledger": ledger}, plugins=[ledgers], environ={})
    assert caught.value.key == key
    assert "secret-of-all" not in str(caught.value)


def test_the_reference_keeps_to_the_rules():
    from interlock.testing import LedgerConformance
    from interlock.testing.running import run_rules
    from interlock.types.ledgers import LedgerPlace

    class Kit(LedgerConformance):
        kind = MemoryLedgers()

        def place(self):
            return LedgerPlace(url=f"memory://{len(self.kind.places)}")

    findings = run_rules(Kit())
    assert not [finding for finding in findings if finding.result != "passed"]
    assert Place().trouble is None
