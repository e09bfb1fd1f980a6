"""Budgets that a plugin tells for each request: counted as those of the configuration are."""

import asyncio

import pytest

from interlock import BudgetExceeded, NoDeployment, hookimpl
from interlock.budgets import books as shelves
from interlock.budgets.books import Books
from interlock.budgets.ledger import Ledger
from interlock.testing import FakeClock, Step, scripted_providers, scripted_router
from interlock.types.budgets import Budget

DEAR = {"price": {"input": 10.0, "output": 100.0}}
CHEAP = {"price": {"input": 0.1, "output": 1.0}}
KEY = "server.key"


class Keys:
    """A budget for each key, as `limits` has it now."""

    api = 1
    name = "keys"

    def __init__(self, **limits):
        self.limits = limits
        self.asked = 0

    @hookimpl
    def interlock_budgets(self):
        return [self]

    def budgets(self, request):
        self.asked += 1
        key = request.metadata.get(KEY)
        limits = self.limits.get(key)
        if limits is None:
            return ()
        return [Budget(id=key, where={KEY: key}, **({"per": "day"} | limits))]


def router(keys, scripts=None, **more):
    scripts = {"a": ["ok"] * 50} if scripts is None else scripts
    return scripted_router(
        scripts,
        deployments=dict(zip(scripts, (DEAR, CHEAP), strict=False)),
        routes={"conversational": list(scripts)},
        plugins=[keys],
        **more,
    )


def ask(router, key=None, tokens=100):
    metadata = {} if key is None else {KEY: key}
    return router.complete("Hello", task="conversational", settings={"max_tokens": tokens}, metadata=metadata)


async def test_each_key_has_what_its_own_budget_says_and_others_have_no_limit():
    limited = router(Keys(ann={"requests": 2}, bob={"requests": 1}))
    for key in ("ann", "ann", "bob", "eve", "eve", "eve", None):
        await ask(limited, key)
    for key in ("ann", "bob"):
        with pytest.raises(BudgetExceeded, match=f"budget {key}: 0 of") as caught:
            await ask(limited, key)
        assert caught.value.resets_at is not None
    await ask(limited, "eve")


async def test_a_cheaper_deployment_that_fits_is_used_instead():
    both = router(Keys(ann={"usd": 0.005}), {"a": [], "b": ["cheap"]})
    assert (await ask(both, "ann")).text == "cheap"


async def test_limits_that_are_edited_hold_from_the_next_request_on_and_what_was_counted_stays():
    keys = Keys(ann={"requests": 1})
    limited = router(keys)
    await ask(limited, "ann")
    with pytest.raises(BudgetExceeded):
        await ask(limited, "ann")
    keys.limits["ann"] = {"requests": 3, "usd": 100.0}
    await ask(limited, "ann")
    (row,) = await limited.spent({KEY: "ann"})
    assert (row.source, row.budget, row.requests, row.limit_requests) == ("keys", "ann", 2, 3)
    keys.limits["ann"] = {"requests": 2}
    with pytest.raises(BudgetExceeded, match="0 of 2 requests"):
        await ask(limited, "ann")
    del keys.limits["ann"]
    await ask(limited, "ann")
    keys.limits["ann"] = {"requests": 2}
    with pytest.raises(BudgetExceeded):
        await ask(limited, "ann")


async def test_exactly_as_many_pass_at_once_as_a_key_has():
    limited = router(Keys(ann={"requests": 5}), {"a": [Step("ok", delay=0.01)] * 5})
    results = await asyncio.gather(*(ask(limited, "ann") for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(each, BudgetExceeded) for each in results) == 45
    assert [len(each.calls) for each in scripted_providers(limited)] == [5]


async def test_a_budget_that_is_cut_while_a_request_is_on_its_way_keeps_it_from_leaving():
    keys = Keys(ann={"requests": 5})

    async def cut(call):
        keys.limits["ann"] = {"requests": 0}
        raise TimeoutError

    limited = router(keys, {"a": [cut], "b": []}, retries={"max": 0})
    with pytest.raises(Exception, match="budget ann"):
        await ask(limited, "ann")
    assert [len(each.calls) for each in scripted_providers(limited)] == [1, 0]


async def test_the_configurations_budgets_hold_as_well():
    limited = router(Keys(ann={"requests": 9}), budgets=[{"id": "all", "requests": 1, "per": "day"}])
    await ask(limited, "ann")
    with pytest.raises(BudgetExceeded, match="budget all"):
        await ask(limited, "ann")
    assert {(each.source, each.budget) for each in await limited.spent()} == {("", "all"), ("keys", "ann")}


@pytest.mark.parametrize(
    "told",
    [
        lambda: 1 / 0,
        lambda: [object()],
        lambda: None,
        lambda: [Budget(id="x", per="day", requests=1), Budget(id="x", per="hour", requests=1)],
    ],
)
async def test_a_source_that_says_nothing_of_use_keeps_the_request_from_everybody(told):
    class Broken(Keys):
        def budgets(self, request):
            return told()

    closed = router(Broken(), {"a": [], "b": []})
    with pytest.raises(NoDeployment) as caught:
        await ask(closed, "ann")
    assert not isinstance(caught.value, BudgetExceeded)
    sentence = "the budgets of keys are not known, and what cannot be counted is not sent"
    assert set(caught.value.excluded.values()) == {sentence}
    assert await closed.spent({KEY: "ann"}) == ()


async def test_a_source_that_breaks_after_the_decision_keeps_the_attempt_from_leaving():
    class Breaking(Keys):
        def budgets(self, request):
            if self.asked >= 1:
                raise OSError("the list is gone")
            return super().budgets(request)

    closed = router(Breaking(ann={"requests": 9}), {"a": []})
    with pytest.raises(NoDeployment, match="the budgets of keys are not known"):
        await ask(closed, "ann")


async def test_a_source_is_asked_as_the_request_is_decided_and_as_its_attempt_is_counted():
    keys = Keys(ann={"requests": 9})
    await ask(router(keys), "ann")
    assert keys.asked == 2


async def test_two_sources_that_tell_the_same_are_counted_apart():
    shared = (Budget(id="one", per="day", requests=2),)

    class Telling(Keys):
        def __init__(self, name):
            super().__init__()
            self.name = name

        def budgets(self, request):
            return shared

    both = scripted_router(
        {"a": ["ok"] * 9}, routes={"conversational": ["a"]}, plugins=[Telling("first"), Telling("other")]
    )
    await ask(both)
    await ask(both)
    assert {(row.source, row.requests) for row in await both.spent({})} == {("first", 2), ("other", 2)}
    with pytest.raises(BudgetExceeded):
        await ask(both)


async def test_what_a_key_has_left_is_told_before_anything_is_spent():
    limited = router(Keys(ann={"usd": 2.0, "tokens": 10_000}))
    (row,) = await limited.spent({KEY: "ann"})
    assert (row.usd, row.limit_usd, row.tokens, row.limit_tokens) == (0, 2.0, 0, 10_000)
    assert await limited.spent({KEY: "eve"}) == ()


async def test_without_any_budget_nothing_is_spent():
    assert await scripted_router({"a": []}).spent() == ()


@pytest.mark.parametrize(
    "facts",
    [
        {"id": ""},
        {"per": "week"},
        {"usd": -1.0},
        {"usd": float("nan")},
        {"usd": float("inf")},
        {"usd": "5"},
        {"tokens": 1.5},
        {"tokens": True},
        {"requests": -1},
    ],
)
def test_a_budget_that_cannot_be_counted_by_is_refused_when_it_is_made(facts):
    with pytest.raises(ValueError, match=next(iter(facts))):
        Budget(**({"id": "b", "per": "day"} | facts))


def test_books_of_windows_that_are_over_are_let_go_of(monkeypatch):
    monkeypatch.setattr(shelves, "_MANY", 10)
    clock = FakeClock(1e9)
    ledger = Ledger([Budget(id="own", per="minute", requests=5)], clock)
    ledger.join(Books())

    def take(number):
        told = [("keys", Budget(id=f"key {number}", per="minute", requests=1))]
        return ledger.reserve("a", {}, 1, 0.0, told)

    for number in range(5):
        ledger.settle(take(number), 1, 0.0)
    assert len(ledger.snapshot()) == 6
    for number in range(5, 200):
        clock.advance(61)
        ledger.settle(take(number), 1, 0.0)
    assert len(list(ledger.shelf)) < 30
    assert "own" in {book.budget.id for book in ledger.shelf}


def test_what_is_counted_by_a_book_is_not_swept_away_in_the_midst_of_it(monkeypatch):
    monkeypatch.setattr(shelves, "_MANY", 1)
    clock = FakeClock(1e9)
    ledger = Ledger([], clock)
    told = [("keys", Budget(id=f"key {number}", per="minute", requests=1)) for number in range(20)]
    ledger.reserve("a", {}, 1, 0.0, told)
    assert all(row.requests == 1 for row in ledger.spending({}, told))
