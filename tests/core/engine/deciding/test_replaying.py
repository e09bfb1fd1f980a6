"""A record replays to the same decision, and to another one where the configuration says so."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import (
    Constraints,
    Decision,
    Image,
    Message,
    NoDeployment,
    QuotaExceeded,
    RateLimited,
    Record,
    Request,
    Router,
    Text,
    ToolSpec,
    Unavailable,
    hookimpl,
)
from interlock.assembly import assemble
from interlock.engine.deciding.replaying import Replay, Tally, replay
from interlock.records import record_from_plain, record_to_plain
from interlock.testing import FakeClock, scripted_router

KEYS = {"ZHIPU_API_KEY": "k", "OPENAI_API_KEY": "k", "MISTRAL_API_KEY": "k"}
REPORT = "The quarterly report describes revenue, costs and risks in every region. " * 5_000
PROMPTS = (
    "Write a poem about the first snow.",
    "def broken(:\n  fix this function",
    "第十二条 违约责任：请审阅这一条款。",
    "Review the KYC records of our Luxembourg clients, no transfer outside the EEA.",
    "secret",
    REPORT,
)
CLOUD = {"region": "us", "api_key": "k", "base_url": "http://127.0.0.1:9/v1"}
CONFIGS: dict[str, dict[str, Any]] = {
    "keys in the environment": {},
    "twins": {
        "deployments": [
            {"id": "glm-a", "model": "zhipu/glm-5.2", "provider": "zhipu", **CLOUD},
            {"id": "glm-b", "model": "zhipu/glm-5.2", "provider": "zhipu", **CLOUD, "region": "eu"},
            {"id": "glm-c", "model": "zhipu/glm-5.2", "provider": "zhipu", **CLOUD},
            {"id": "small", "model": "mini", "provider": "openai", **CLOUD},
        ],
        "models": [{"id": "test/mini", "maker": "Test", "jurisdiction": "us", "context_window": 300}],
        "load": {"balance": "least_busy"},
    },
    "strict": {
        "deployments": [
            {"id": "openai/gpt-5.5", "model": "openai/gpt-5.5", "provider": "openai", **CLOUD},
            {
                "id": "mistral",
                "model": "mistral/mistral-large-3",
                "provider": "mistral",
                **CLOUD,
                "region": "eu",
            },
            {"id": "zhipu", "model": "zhipu/glm-5.2", "provider": "zhipu"},
        ],
        "constraints": {"residency": ["eu", "us"], "deny_vendors": ["mistral"]},
        "routes": {"code_generation": ["mistral/mistral-large-3", "openai/gpt-5.5"]},
    },
}


class Secretive:
    """Reads the prompt, which a record does not keep."""

    api = 1
    name = "secretive"

    def check(self, call: Any) -> str | None:
        asked = call.request.messages[-1].text
        return "it is a secret" if "secret" in asked and call.deployment.region == "us" else None


class Plugin:
    @hookimpl
    def interlock_constraints(self) -> list[Any]:
        return [Secretive()]


def make(name: str) -> Router:
    return Router(assemble(CONFIGS[name], plugins=[Plugin()], environ=KEYS, clock=FakeClock()))


made, fresh = cache(make), cache(make)


def recorded(decision: Decision) -> Record:
    """The record as it comes back from a file."""
    record = Record(id="r", started=1.0, latency=0.5, decision=decision)
    return record_from_plain(json.loads(json.dumps(record_to_plain(record))))


def again(record: Record, router: Router) -> Replay:
    return replay(record, router.wiring.engine.decider, router.deployments)


constraints = st.builds(
    Constraints,
    residency=st.sampled_from([frozenset(), frozenset({"eu"}), frozenset({"us", "cn"})]),
    on_premise=st.booleans(),
    deny_vendors=st.sampled_from([frozenset(), frozenset({"openai"}), frozenset({"zhipu"})]),
)
contents = st.sampled_from(PROMPTS) | st.sampled_from(PROMPTS).map(
    lambda text: (Text(text), Image(url="https://pictures.example/a.jpg"))
)


@st.composite
def requests(draw: st.DrawFn, router: Router) -> Request:
    names = sorted(router.deployments)
    models = {each.model for each in router.deployments.values()}
    return Request(
        [Message("user", draw(contents))],
        task=draw(st.none() | st.sampled_from(["code_generation", "eu_regulated", "long_document"])),
        model=draw(st.none() | st.sampled_from([*names, *sorted(models)])),
        prefer=draw(st.none() | st.sampled_from(names)),
        constraints=draw(constraints),
        demands=draw(st.sampled_from([(), ("low_latency",)])),
        settings={"max_tokens": draw(st.none() | st.integers(1, 200_000))},
        tools=draw(st.just(()) | st.just((ToolSpec(name="look"),))),
    )


ERRORS: tuple[Callable[[], Any], ...] = (
    lambda: None,
    lambda: Unavailable("503"),
    lambda: RateLimited("429", retry_after=30.0),
    lambda: QuotaExceeded("402"),
)


@pytest.mark.parametrize("name", CONFIGS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_record_replays_to_the_same_decision(name: str, data: st.DataObject) -> None:
    router = made(name)
    request = data.draw(requests(router))
    health = router.wiring.health
    for deployment in data.draw(st.lists(st.sampled_from(sorted(router.deployments)), max_size=8)):
        health.ended(deployment, data.draw(st.sampled_from(ERRORS))())
    load = router.wiring.engine.decider._load
    for deployment in data.draw(st.lists(st.sampled_from(sorted(router.deployments)), max_size=3)):
        if load is not None:
            load.began(deployment, object())
    decision = router.decide(request)
    found = again(recorded(decision), fresh(name))
    assert found.now == decision
    assert found.change == "same"
    assert not found.unchecked


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_record_can_be_replayed_by_any_configuration(data: st.DataObject) -> None:
    then = fresh(data.draw(st.sampled_from(sorted(CONFIGS))))
    now = fresh(data.draw(st.sampled_from(sorted(CONFIGS))))
    found = again(recorded(then.decide(data.draw(requests(then)))), now)
    assert (found.now is None) == (found.change == "unknown")
    if found.now is None:
        assert "model" in found.why
    else:
        listed = {each.deployment for each in found.now.shortlist}
        named = listed | set(found.now.excluded)
        assert named >= set(now.deployments)
        # With keys alone, what was one router's name for a deployment is a vendor's for a model.
        assert named - set(now.deployments) <= {f"zhipu:{found.record.decision.facts.model}"}


def test_keys_that_are_missing_where_it_is_replayed_change_nothing() -> None:
    named = {"deployments": [{"id": "a", "model": "openai/gpt-5.5", "provider": "openai"}]}
    decision = Router(assemble(named, environ=KEYS)).decide("Hello")
    poor = Router(assemble(named, environ={}))
    assert poor.decide("Hello").excluded == {"a": "OPENAI_API_KEY is not set"}
    assert again(recorded(decision), poor).now == decision


def test_a_key_that_was_missing_then_and_is_there_now_changes_it() -> None:
    decision = Router(assemble({}, environ={"MISTRAL_API_KEY": "k"})).decide("Hello", task="code_generation")
    found = again(recorded(decision), fresh("keys in the environment"))
    assert (found.change, found.first_then, found.first_now) == (
        "moved",
        "mistral/mistral-large-3",
        "zhipu/glm-5.2",
    )


def test_a_rule_that_reads_prompts_says_what_it_said_then_and_nothing_of_what_is_new() -> None:
    record = recorded(made("twins").decide("secret", task="code_generation"))
    assert record.decision.excluded["glm-a"] == "it is a secret"
    found = again(record, fresh("twins"))
    assert (found.change, found.unchecked) == ("same", frozenset())
    elsewhere = again(record, fresh("strict"))
    assert elsewhere.unchecked == {"secretive"}


DENIED = {"deny_vendors": ["scripted/dear", "scripted/cheap"]}
PRICES = {"cheap": (1, 2), "dear": (10, 20)}


def priced(order: list[str], **config: Any) -> Router:
    return scripted_router(
        {name: ["one two three"] for name in PRICES},
        deployments={
            name: {"price": {"input": price[0], "output": price[1]}} for name, price in PRICES.items()
        },
        routes={"conversational": order},
        **config,
    )


async def call(router: Router) -> Record:
    async with router:
        return (await router.complete("Hi there", task="conversational")).record


async def test_another_route_moves_the_call_and_costs_what_its_tokens_cost_there() -> None:
    record = await call(priced(["dear", "cheap"]))
    found = again(record, priced(["cheap", "dear"]))
    assert (found.change, found.first_then, found.first_now) == ("moved", "dear", "cheap")
    assert found.why == "cheap: primary for conversational"
    assert found.cost_then == pytest.approx((2 * 10 + 3 * 20) / 1e6)
    assert found.cost_now == pytest.approx((2 * 1 + 3 * 2) / 1e6)


async def test_an_ensemble_costs_what_all_its_members_do_whoever_leads() -> None:
    both = {"both": {"members": ["dear", "cheap"]}}
    async with priced(["dear", "cheap"], ensembles=both) as router:
        record = (await router.complete("Hi there", task="conversational", ensemble="both")).record
    found = again(record_from_plain(record_to_plain(record)), priced(["cheap", "dear"], ensembles=both))
    assert found.change == "moved"
    assert found.cost_now == found.cost_then == pytest.approx((2 * 10 + 3 * 20 + 2 * 1 + 3 * 2) / 1e6)
    assert record_from_plain(record_to_plain(record)) == record


async def test_the_same_deployment_at_another_price_is_no_move() -> None:
    record = await call(priced(["dear", "cheap"]))
    other = scripted_router({"dear": []}, deployments={"dear": {"price": {"input": 100, "output": 200}}})
    found = again(record, other)
    assert found.change == "behind"
    assert found.cost_now == pytest.approx((2 * 100 + 3 * 200) / 1e6)


async def test_a_rule_that_excludes_everything_is_told() -> None:
    record = await call(priced(["dear", "cheap"]))
    found = again(record, priced(["dear", "cheap"], constraints=DENIED))
    assert (found.change, found.first_now, found.cost_now) == ("excluded", None, None)
    assert found.why == "dear: scripted/dear is a denied vendor"


async def test_what_was_excluded_may_be_allowed() -> None:
    strict = priced(["dear"], constraints=DENIED)
    with pytest.raises(NoDeployment):
        await strict.complete("Hi")
    found = again(strict.records[-1], priced(["cheap"]))
    assert (found.change, found.first_then) == ("allowed", None)
    assert found.why.startswith("cheap: ")


async def test_a_deployment_that_is_gone_is_named() -> None:
    record = await call(priced(["dear", "cheap"]))
    found = again(record, scripted_router({"other": []}))
    assert (found.change, found.why) == ("moved", "dear is no deployment of this configuration")


async def test_the_retried_attempts_of_an_unchanged_call_are_all_priced() -> None:
    router = scripted_router(
        {"a": [Unavailable("x")], "b": ["yes"]},
        deployments={name: {"price": {"input": 1, "output": 1}} for name in "ab"},
    )
    record = await call(router)
    found = again(record, router)
    assert (found.change, found.cost_then, found.cost_now) == ("same", record.cost, record.cost)


def test_records_that_say_too_little_are_told_apart() -> None:
    router = fresh("strict")
    bare = recorded(replace(router.decide("Hello"), facts=None))
    assert again(bare, router).why == "the record does not say what was asked for"
    gone = recorded(replace(router.decide("Hello"), task="juggling"))
    assert "'juggling' is no task" in again(gone, router).why
    facts = router.decide("Hello").facts
    assert facts is not None
    later = json.loads(json.dumps(record_to_plain(recorded(router.decide("Hello")))))
    later["decision"]["facts"]["conditions"] = {"openai/gpt-5.5": {"verdict": "napping"}}
    assert again(record_from_plain(later), router).why == "the record was written by a later version"


async def test_a_tally_counts_in_little_space() -> None:
    record = await call(priced(["dear", "cheap"]))
    tally = Tally()
    for _ in range(100):
        tally.add(again(record, priced_other))
        tally.add(again(record, priced_same))
    tally.add(again(replace(record, decision=replace(record.decision, facts=None)), priced_same))
    assert tally.total == 201
    assert tally.changes == {"moved": 100, "same": 100, "unknown": 1}
    assert tally.moves == {("dear", "cheap"): 100}
    assert len(tally.examples) == 1
    assert tally.costs.calls == 200
    assert tally.costs.now < tally.costs.then
    (of_task,) = tally.tasks.values()
    assert (of_task.calls, of_task.moved, of_task.costs) == (200, 100, tally.costs)


priced_other, priced_same = priced(["cheap", "dear"]), priced(["dear", "cheap"])
