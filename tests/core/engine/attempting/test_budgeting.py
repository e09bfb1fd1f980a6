"""Budgets around whole calls: every attempt asks its own price first, and is charged what it used."""

import asyncio
from datetime import UTC, datetime

import pytest

from interlock import (
    AllAttemptsFailed,
    Answer,
    BudgetExceeded,
    Classification,
    Delta,
    NoDeployment,
    NoLongerAllowed,
    ProtocolError,
    Request,
    Router,
    StreamInterrupted,
    Text,
    Unavailable,
    Usage,
    hookimpl,
)
from interlock.assembly import assemble
from interlock.testing import FakeClock, Step, scripted_providers, scripted_router
from interlock.testing.scripted import ScriptedProvider

DEAR = {"price": {"input": 10.0, "output": 100.0}}  # 0.0001 USD for each output token
CHEAP = {"price": {"input": 0.1, "output": 1.0}}
ROUTES = {"conversational": ["a", "b", "c"]}
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()
SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}


def budget(**facts):
    return {"id": "daily", "per": "day"} | facts


def router(scripts, *budgets, prices=(DEAR, CHEAP), plugins=(), **config):
    deployments = dict(zip(scripts, prices, strict=False))
    routes = {"conversational": list(scripts)}
    return scripted_router(
        scripts, deployments=deployments, routes=routes, budgets=list(budgets), plugins=plugins, **config
    )


def ask(router, text="Hello", *, tokens=100, **options):
    return router.complete(text, task="conversational", settings={"max_tokens": tokens}, **options)


def answer(text="ok", used=None):
    usage = Usage() if used is None else Usage(input_tokens=0, output_tokens=used)
    return Answer(parts=(Text(text),), finish_reason="stop", usage=usage)


def left(router, limit):
    """The tokens that the one budget has left, as its sentence tells them."""
    longest = limit - router.count_tokens("Hi")
    sentence = router.decide("Hi", settings={"max_tokens": longest}).excluded["a"]
    return int(sentence.split()[2].replace(",", ""))


def used(router):
    return {provider.facts.name: len(provider.calls) for provider in scripted_providers(router)}


def kinds(attempts):
    return [(each.deployment, each.error and each.error.kind) for each in attempts]


async def test_an_exhausted_budget_forbids_the_dear_deployment_and_not_the_cheap_one():
    dear = router({"a": [answer(used=900)], "b": ["cheap"]}, budget(usd=0.1))
    assert (await ask(dear)).deployment == "a"
    response = await ask(dear, tokens=200)
    decision = response.record.decision
    assert (response.text, decision.reason) == ("cheap", "fallback_excluded")
    assert list(decision.excluded) == ["a"]
    assert decision.excluded["a"].startswith("budget daily: 0.01 of 0.10 USD are left until 20")
    assert decision.excluded["a"].endswith("; this request may cost 0.021 USD here")


async def test_a_fallback_is_checked_against_its_own_price():
    failing = router(
        {"a": [Unavailable("down")], "b": []}, budget(usd=0.01), prices=(CHEAP, DEAR), retries={"max": 0}
    )
    with pytest.raises(Unavailable):
        await ask(failing, tokens=1_000)
    assert used(failing) == {"a": 1, "b": 0}


async def test_a_fallback_that_was_allowed_is_forbidden_once_others_have_spent():
    async def meanwhile(call):
        await ask(both, "another call", model="b")
        raise Unavailable("down")

    both = router({"a": [meanwhile], "b": [answer(used=100)]}, budget(usd=0.012), prices=(CHEAP, DEAR))
    with pytest.raises(AllAttemptsFailed) as caught:
        await ask(both)
    assert kinds(caught.value.attempts) == [("a", "Unavailable"), ("b", "NoLongerAllowed")]
    assert "budget daily" in str(caught.value)
    assert used(both) == {"a": 1, "b": 1}


async def test_a_retry_that_would_exceed_falls_back():
    limited = router(
        {"a": [Unavailable("down")], "b": ["fine"]},
        budget(requests=1, deployments="a"),
        retries={"max": 2},
    )
    response = await ask(limited)
    assert kinds(response.record.attempts) == [("a", "Unavailable"), ("a", "NoLongerAllowed"), ("b", None)]
    assert used(limited) == {"a": 1, "b": 1}


async def test_exactly_as_many_requests_pass_as_the_budget_has():
    limited = router({"a": [Step("ok", delay=0.01)] * 50}, budget(requests=50))
    results = await asyncio.gather(*(ask(limited) for _ in range(200)), return_exceptions=True)
    refused = [each for each in results if isinstance(each, BaseException)]
    assert len(refused) == 150
    assert {type(each) for each in refused} == {BudgetExceeded}
    assert used(limited) == {"a": 50}


async def test_money_is_held_while_answers_are_under_way():
    limited = router({"a": [Step(answer(used=1), delay=0.01)] * 10}, budget(usd=0.1))
    results = await asyncio.gather(*(ask(limited, tokens=300) for _ in range(10)), return_exceptions=True)
    assert sum(not isinstance(each, BaseException) for each in results) == 3
    error = next(each for each in results if isinstance(each, BudgetExceeded))
    assert "are held for attempts under way" in str(error)
    assert (await ask(limited, tokens=300)).text == "ok"


async def test_the_error_says_when_to_come_back():
    clock = FakeClock(NOON)
    provider = ScriptedProvider(["one", "two"], "a")
    deployment = {"id": "a", "model": "scripted/a", "provider": "a"}
    source = {"deployments": [deployment], "budgets": [budget(requests=1, per="hour", each="team")]}
    hourly = Router(assemble(source, plugins=[provider], environ={}, wall=clock))
    await ask(hourly, metadata={"team": "legal"})
    clock.advance(600)
    with pytest.raises(BudgetExceeded) as caught:
        await ask(hourly, metadata={"team": "legal"})
    error = caught.value
    assert isinstance(error, NoDeployment)
    assert (error.resets_at, error.retry_after) == (NOON + 3_600, 3_000)
    assert error.excluded == {"a": "budget daily for team legal: 0 of 1 requests are left until 13:00 UTC"}
    assert hourly.records[-1].error == "BudgetExceeded"
    clock.advance(error.retry_after)
    assert (await ask(hourly, metadata={"team": "legal"})).text == "two"


async def test_waiting_is_not_advised_where_it_does_not_help():
    with pytest.raises(BudgetExceeded) as caught:
        await ask(router({"a": []}, budget(usd=0.01)), tokens=1_000)
    assert (caught.value.resets_at, caught.value.retry_after) == (None, None)
    assert "there are 0.01 USD per day; this request may cost 0.11 USD here" in str(caught.value)


async def test_where_another_rule_stands_in_the_way_the_budget_is_not_blamed():
    far = scripted_router({"a": []}, deployments={"a": DEAR | {"region": "us"}}, budgets=[budget(usd=0)])
    with pytest.raises(NoDeployment) as caught:
        await ask(far, constraints={"residency": {"eu"}})
    assert type(caught.value) is NoDeployment


async def test_an_answer_dearer_than_its_estimate_is_charged_in_full_and_blocks():
    limited = router({"a": [answer(used=5_000)], "b": []}, budget(usd=0.1))
    assert (await ask(limited)).cost == pytest.approx(0.5)
    with pytest.raises(BudgetExceeded) as caught:
        await ask(limited)
    for rule in caught.value.excluded.values():
        assert rule.startswith("budget daily: 0.00 of 0.10 USD are left")


async def test_what_is_estimated_counts_too():
    limited = router({"a": [answer("word " * 500)] * 2}, budget(tokens=700))
    response = await ask(limited)
    assert response.usage.estimated
    assert left(limited, 700) == 700 - response.usage.input_tokens - response.usage.output_tokens


async def test_without_a_limit_of_its_own_a_request_is_taken_to_be_long():
    plain = router({"a": []}, budget(usd=0.4))
    assert "may cost 0.41 USD" in plain.decide("Hello").excluded["a"]
    assert not plain.decide("Hello", settings={"max_tokens": 100}).excluded
    card = {"id": "scripted/a", "max_output": 1_000}
    short = router({"a": []}, budget(usd=0.4), models=[card])
    assert not short.decide("Hello").excluded
    assert not short.decide("Hello", settings={"max_tokens": 50_000}).excluded


async def test_a_cancelled_call_gives_back_what_it_held():
    sent = asyncio.Event()

    async def never(call):
        sent.set()
        await asyncio.sleep(60)

    limited = router({"a": [never, "ok"]}, budget(usd=0.02))
    task = asyncio.create_task(ask(limited, tokens=150))
    await sent.wait()
    with pytest.raises(BudgetExceeded):
        await ask(limited, tokens=150)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    cancelled = limited.records[-1].attempts[0]
    assert (cancelled.usage.output_tokens, cancelled.usage.estimated) == (0, True)
    assert cancelled.cost == pytest.approx(cancelled.usage.input_tokens * 10e-6)
    assert (await ask(limited, tokens=150)).text == "ok"


async def test_a_stream_left_early_is_charged_what_it_said():
    limited = router({"a": ["one two three four five six"]}, budget(tokens=1_000))
    async with limited.stream("Hello", task="conversational", settings={"max_tokens": 900}) as stream:
        async for _ in stream:
            break
    (attempt,) = limited.records[-1].attempts
    assert attempt.usage.estimated
    assert 1 <= attempt.usage.output_tokens < 6
    assert left(limited, 1_000) == 1_000 - attempt.usage.input_tokens - attempt.usage.output_tokens


async def test_a_stream_that_breaks_is_charged_and_its_successor_must_fit_as_well():
    broken = ["word " * 400, ProtocolError("reset")]
    limited = router({"a": [broken], "b": []}, budget(tokens=1_000))
    with pytest.raises(StreamInterrupted) as caught:
        async for _ in limited.stream("Hello", task="conversational", settings={"max_tokens": 900}):
            pass
    assert kinds(caught.value.attempts) == [("a", "ProtocolError"), ("b", "NoLongerAllowed")]
    assert caught.value.attempts[0].usage.output_tokens > 300
    assert used(limited) == {"a": 1, "b": 0}


async def test_a_stream_that_breaks_before_its_first_word_costs_nothing():
    limited = router({"a": [[ProtocolError("reset")]], "b": ["fine"]}, budget(tokens=1_000))
    async for _ in limited.stream("Hello", task="conversational", settings={"max_tokens": 900}):
        pass
    assert limited.records[-1].attempts[0].cost == 0.0
    assert limited.records[-1].deployment == "b"


async def test_the_vendors_own_count_wins_when_a_stream_breaks():
    counted = Delta("one", usage=Usage(input_tokens=5, output_tokens=7))
    limited = router({"a": [[counted, ProtocolError("reset")]]}, budget(tokens=1_000))
    with pytest.raises(StreamInterrupted):
        async for _ in limited.stream("Hello", task="conversational", settings={"max_tokens": 10}):
            pass
    assert left(limited, 1_000) == 988


async def test_a_repair_is_checked_with_what_it_sends():
    wrong = answer("no JSON " * 400, used=10)
    limited = router({"a": [wrong]}, budget(tokens=600))
    with pytest.raises(NoLongerAllowed) as caught:
        await ask(limited, tokens=50, output=SCHEMA)
    assert kinds(caught.value.attempts) == [("a", "OutputInvalid"), ("a", "NoLongerAllowed")]
    assert used(limited) == {"a": 1}


class Oracle:
    """Asks a model which task it is."""

    api = 1
    name = "oracle"

    def classify(self, call):
        return None

    async def refine(self, call, sofar):
        await call.ask(Request("Which task?"))
        return Classification(task="conversational", confidence=0.9)


async def test_a_classifiers_question_counts_too():
    plugin = type("Plugin", (), {"interlock_classifiers": hookimpl(lambda self: [Oracle()])})()
    limited = router(
        {"a": ["conversational"], "b": ["fine"]}, budget(requests=1, deployments="a"), plugins=[plugin]
    )
    response = await limited.complete("Have a look at this.")
    assert [(each.role, each.deployment) for each in response.record.attempts] == [
        ("classifier", "a"),
        ("answer", "b"),
    ]


async def test_an_unpriced_deployment_is_forbidden_where_dollars_are_counted():
    elsewhere = {"a": {"region": "us"}, "b": {"region": "us", "price": {"input": 0, "output": 0}}}
    limited = scripted_router({"a": [], "b": ["free"]}, deployments=elsewhere, budgets=[budget(usd=0)])
    response = await ask(limited)
    assert response.deployment == "b"
    assert "no price is known here" in response.record.decision.excluded["a"]
    counted = scripted_router(
        {"a": ["ok"]}, deployments={"a": {"region": "us"}}, budgets=[budget(requests=5)]
    )
    assert (await ask(counted)).text == "ok"


async def test_what_runs_on_ones_own_ground_is_free_unless_it_has_a_price():
    own = {"a": {"region": "eu", "on_premise": True}, "b": {"region": "local"}}
    limited = scripted_router({"a": ["ok"], "b": ["ok"]}, deployments=own, budgets=[budget(usd=0)])
    assert (await ask(limited, model="a")).text == (await ask(limited, model="b")).text == "ok"


async def test_a_budget_of_a_model_covers_each_of_its_deployments():
    limited = router({"a": ["ok"], "b": ["ok"]}, budget(requests=1, deployments=["scripted/a"]))
    await ask(limited)
    assert list(limited.decide("Hello").excluded) == ["a"]


async def test_metadata_that_is_missing_shares_an_account():
    limited = router(
        {"a": ["ok"] * 3},
        budget(requests=1, each="team"),
        budget(id="acme", requests=1, where={"customer": "acme"}),
    )
    await ask(limited)
    with pytest.raises(BudgetExceeded, match="for requests without team"):
        await ask(limited, metadata=None)
    await ask(limited, metadata={"team": "sales", "customer": "acme"})
    with pytest.raises(BudgetExceeded, match="budget acme: 0 of 1"):
        await ask(limited, metadata={"team": "legal", "customer": "acme"})


def test_a_synchronous_call_is_counted_as_well():
    with router({"a": ["ok", "ok"]}, budget(requests=2)) as limited:
        assert limited.complete_sync("Hello").text == "ok"
        with limited.stream_sync("Hello") as stream:
            assert "".join(chunk.text for chunk in stream) == "ok"
        with pytest.raises(BudgetExceeded):
            limited.complete_sync("Hello")


def test_without_budgets_nothing_is_asked_and_nothing_told():
    plain = scripted_router({"a": []}).wiring
    assert not [each for each in plain.engine.attempts._recorder.observers if hasattr(each, "nowhere")]
    assert "budget" not in plain.offers.constraints


async def test_a_hedge_that_does_not_fit_is_not_sent():
    slow = router(
        {"a": [Step("slow", delay=0.05)], "b": []},
        budget(usd=0.0101),
        prices=(CHEAP, DEAR),
        hedge={"after": 0.01, "at_least": 0.01, "budget": 1.0},
    )
    response = await ask(slow)
    assert (response.text, len(response.record.decision.shortlist)) == ("slow", 2)
    assert ("b", "NoLongerAllowed") in kinds(response.record.attempts), (
        "it fits alone, and not beside the first"
    )
    assert used(slow) == {"a": 1, "b": 0}


async def test_a_lost_hedge_is_charged_and_gives_back_the_rest():
    slow = router(
        {"a": [Step("slow", delay=60)], "b": ["quick"]},
        budget(tokens=1_000),
        hedge={"after": 0.01, "at_least": 0.01, "budget": 1.0},
    )
    response = await ask(slow)
    assert response.text == "quick"
    spent = sum(each.usage.input_tokens + each.usage.output_tokens for each in response.record.attempts)
    assert left(slow, 1_000) == 1_000 - spent
