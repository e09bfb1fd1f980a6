"""Verifiers: a model that is asked how sure one may be of a cheaper one's answer."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from instant import run
from interlock import (
    ConfigError,
    Message,
    PluginError,
    Request,
    Response,
    Router,
    TotalTimeout,
    Unavailable,
    hookimpl,
)
from interlock.protocols import ArbitrateCall, Ruling
from interlock.testing import Step, scripted_router

SCHEMA = {"type": "object", "properties": {"right": {"type": "boolean"}}, "required": ["right"]}


class Verifier:
    """An arbiter that asks each judge whether the answer is right, and the plugin that offers it."""

    api = 1
    name = "verify"
    asks = True
    verifies = True

    def __init__(self, ruling: Any = None) -> None:
        self.ruling = ruling
        self.calls: list[ArbitrateCall] = []

    @hookimpl
    def interlock_arbiters(self) -> Iterable[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Any:
        self.calls.append(call)
        if self.ruling is not None:
            return self.ruling
        assert call.ask is not None
        [member] = call.members
        asked = Request([Message("user", f"Is it right? {member.answer.text}")], output=SCHEMA)
        said = await asyncio.gather(*(call.ask(asked, judge) for judge in range(call.judges)))
        yes = sum("true" in each.text for each in said)
        return Ruling(chosen=(member.label,), scores={member.label: yes / len(said)}, flags=("seen",))


def verifying(scripts: dict[str, Any], verifier: Any = "c", plugin: Any = None, **options: Any) -> Router:
    config = {key: options.pop(key) for key in [*options] if key in ("timeouts", "deployments")}
    cascade = {"steps": ["a", "b"], "signal": "verifier", "verifier": verifier, **options}
    return scripted_router(scripts, cascades={"default": cascade}, plugins=[plugin or Verifier()], **config)


async def plain(router: Router, **options: Any) -> Response:
    return await router.complete("Which?", **options)


async def streamed(router: Router, **options: Any) -> Response:
    stream = router.stream("Which?", **options)
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


fast = pytest.mark.parametrize("ask", [plain, streamed])


@fast
@pytest.mark.parametrize(("said", "text"), [('{"right": true}', "4"), ('{"right": false}', "5")])
def test_what_the_verifier_believes_is_handed_over_and_nothing_else(ask: Any, said: str, text: str) -> None:
    router = verifying({"a": ["4"], "b": ["5"], "c": [said]})
    response = run(ask(router))
    assert response.text == text
    roles = [(each.deployment, each.role) for each in response.record.attempts]
    assert roles[:2] == [("a", "answer"), ("c", "arbiter")]
    first = response.record.cascade.steps[0]  # type: ignore[union-attr]  # there is one
    assert (first.signal, first.value, first.threshold, first.why) == (
        "verifier",
        float("true" in said),
        0.5,
        "seen",
    )


def test_the_verifier_sees_the_request_and_a_label_and_not_who_answered() -> None:
    plugin = Verifier()
    run(plain(verifying({"a": ["4"], "b": [], "c": ['{"right": true}']}, plugin=plugin)))
    [call] = plugin.calls
    assert call.request.messages[0].text == "Which?"
    assert [(each.label, each.answer.text) for each in call.members] == [("A", "4")]


@fast
def test_several_may_verify(ask: Any) -> None:
    said = [['{"right": true}'], ['{"right": false}']]
    router = verifying(
        {"a": ["4"], "b": ["5"], "c": said[0], "d": said[1]}, verifier=["c", "d"], threshold=0.6
    )
    response = run(ask(router))
    assert (response.text, response.record.cascade.steps[0].value) == ("5", 0.5)  # type: ignore[union-attr]  # as above


@fast
@pytest.mark.parametrize("absent", ["escalate", "accept"])
@pytest.mark.parametrize("broken", ["no JSON", Unavailable("503")])
def test_a_verifier_that_says_nothing_is_none(ask: Any, broken: Any, absent: str) -> None:
    broken = [broken] * 3
    router = verifying({"a": ["4"], "b": ["5"], "c": broken}, absent=absent)
    response = run(ask(router))
    assert response.text == {"escalate": "5", "accept": "4"}[absent]
    first = response.record.cascade.steps[0]  # type: ignore[union-attr]  # as above
    assert (first.value, first.why) == (None, "no verifier")


def test_a_verifier_that_may_not_see_the_request_is_none() -> None:
    router = verifying({"a": ["4"], "b": ["5"], "c": []}, deployments={"c": {"region": "cn"}})
    response = run(plain(router, constraints={"residency": {"eu"}}))
    assert (response.text, [each.deployment for each in response.record.attempts]) == ("5", ["a", "b"])


@fast
def test_a_slow_verifier_leaves_the_next_step_its_time(ask: Any) -> None:
    timeouts = {"total": 40, "answer": 500, "first_token": 500}
    router = verifying(
        {"a": ["4"], "b": ["5"], "c": [Step('{"right": true}', delay=1_000)]}, timeouts=timeouts
    )

    async def timed() -> tuple[str, float]:
        response = await ask(router)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return response.text, asyncio.get_running_loop().time()

    assert run(timed()) == ("5", pytest.approx(20))


def test_a_call_that_is_due_while_it_is_verified_ends() -> None:
    timeouts = {"total": 40, "answer": 500, "first_token": 500}
    router = verifying(
        {"a": [Step("4", delay=19)], "b": [Step("5", delay=500)], "c": [Step("{}", delay=500)]},
        timeouts=timeouts,
    )
    with pytest.raises(TotalTimeout):
        run(plain(router))


def test_a_verifier_that_would_cost_too_much_is_not_asked() -> None:
    price = {"price": {"input": 1, "output": 1}}
    router = verifying(
        {"a": ["4"], "b": [], "c": []},
        max_cost=0.005,
        deployments={
            "a": price,
            "b": {"price": {"input": 9, "output": 9}},
            "c": {"price": {"input": 9, "output": 9}},
        },
        absent="accept",
    )
    response = run(plain(router))
    facts = response.cascade
    assert facts is not None
    assert (response.text, facts.bound, facts.steps[0].why) == ("4", "max_cost", "no verifier")


@pytest.mark.parametrize(
    ("ruling", "told"),
    [
        (Ruling(chosen=("A",), scores={"A": 7.0}), "between 0 and 1"),
        (Ruling(chosen=("B",)), "names? B|named B"),
        ("yes", "not a Ruling"),
    ],
)
def test_a_verifier_that_breaks_its_protocol_ends_the_call(ruling: Any, told: str) -> None:
    router = verifying({"a": ["4"], "b": [], "c": []}, plugin=Verifier(ruling))
    with pytest.raises(PluginError, match=told):
        run(plain(router))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"mode": "vote"}, "vote compares answers.*there is verify"),
        ({"mode": "verfy"}, "verify"),
        ({"verifier": []}, "is missing"),
        ({"verifier": ["q"]}, "neither a model nor a deployment"),
        ({"signal": "schema", "threshold": None}, "asks nobody"),
    ],
)
def test_a_verifier_that_cannot_be_is_refused_at_the_start(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        verifying({"a": [], "b": [], "c": []}, **options)
