"""Cascades: cheap first, and one answer that was accepted, or one error."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instant import run
from interlock import (
    AllAttemptsFailed,
    Answer,
    ConfigError,
    ContentPolicyViolation,
    InterlockError,
    NoDeployment,
    Response,
    Router,
    Text,
    TotalTimeout,
    Unavailable,
    Usage,
    response_to_plain,
)
from interlock.records import record_from_plain, record_to_plain
from interlock.testing import Step, scripted_router

Ask = Callable[..., Awaitable[Response]]
LONG = 1_000.0
PRICES = {
    name: {"price": {"input": price, "output": price}}
    for name, price in zip("abcd", (1, 2, 20, 40), strict=True)
}


def cascading(
    scripts: dict[str, Any], *, task: str = "default", deployments: Any = None, **options: Any
) -> Router:
    """A router with one cascade, of every script in its order unless `steps` says otherwise."""
    config = {
        key: options.pop(key)
        for key in [*options]
        if key in ("timeouts", "retries", "content", "hedge", "rescue")
    }
    cascade = {"steps": list(scripts), **options}
    given = {name: {**PRICES.get(name, {}), **(deployments or {}).get(name, {})} for name in scripts}
    return scripted_router(scripts, cascades={task: cascade}, deployments=given, **config)


async def plain(router: Router, **options: Any) -> Response:
    return await router.complete("Which?", **options)


async def streamed(router: Router, **options: Any) -> Response:
    stream = router.stream("Which?", **options)
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


async def plain_sync(router: Router, **options: Any) -> Response:
    return await asyncio.to_thread(router.complete_sync, "Which?", **options)


async def streamed_sync(router: Router, **options: Any) -> Response:
    def call() -> Response:
        with router.stream_sync("Which?", **options) as stream:
            text = "".join(chunk.text for chunk in stream)
        assert stream.response is not None
        assert stream.response.text == text
        return stream.response

    return await asyncio.to_thread(call)


ways = pytest.mark.parametrize("ask", [plain, streamed, plain_sync, streamed_sync])
fast = pytest.mark.parametrize("ask", [plain, streamed])


def said(text: str, finish: Any = "stop", tokens: int = 1_000_000) -> Answer:
    usage = Usage(input_tokens=0, output_tokens=tokens)
    return Answer(parts=(Text(text),), finish_reason=finish, usage=usage)


def became(response: Response) -> list[str]:
    assert response.cascade is not None
    return [step.outcome for step in response.cascade.steps]


@ways
async def test_where_the_cheap_ones_agree_nobody_else_is_asked(ask: Ask) -> None:
    router = cascading({"a": ["Paris."], "b": ["paris"], "c": []}, signal="agreement")
    response = await ask(router)
    assert (response.text, response.deployment, response.model) == ("Paris.", "a", "scripted/a")
    facts = response.cascade
    assert facts is not None
    assert (facts.cascade, facts.signal, facts.accepted, facts.escalated) == ("default", "agreement", True, 0)
    assert became(response) == ["accepted", "accepted", "unasked"]
    assert [(each.deployment, each.member, each.role) for each in response.record.attempts] == [
        ("a", "1", "answer"),
        ("b", "2", "answer"),
    ]
    assert router.records[-1] == response.record


@ways
async def test_where_they_differ_the_next_one_answers(ask: Ask) -> None:
    router = cascading({"a": ["Rome"], "b": ["Oslo"], "c": ["Paris"]}, signal="agreement")
    response = await ask(router)
    assert (response.text, response.deployment) == ("Paris", "c")
    assert became(response) == ["escalated", "escalated", "last"]
    assert response.cascade is not None
    assert response.cascade.steps[2].deployment == "c"
    assert (response.cascade.accepted, response.cascade.escalated) == (True, 2)


@fast
def test_an_answer_that_does_not_fit_is_asked_of_the_next_model(ask: Ask) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    router = cascading({"a": ['{"n": "x"}', '{"n": "y"}'], "b": ['{"n": 4}']})
    response = run(ask(router, output=schema))
    assert (response.parsed, response.deployment) == ({"n": 4}, "b")
    assert response.cascade is not None
    assert response.cascade.steps[0].why == "OutputInvalid"


@fast
@pytest.mark.parametrize("broken", [said("Yes and", "length"), said("I won't", "refusal"), said(" ")])
def test_what_is_no_whole_answer_is_never_handed_over_while_another_can_answer(
    ask: Ask, broken: Answer
) -> None:
    response = run(ask(cascading({"a": [broken], "b": ["Yes."]})))
    assert (response.text, response.finish_reason) == ("Yes.", "stop")
    assert became(response) == ["escalated", "last"]


def test_the_last_step_is_streamed_and_what_was_rejected_is_never_seen() -> None:
    router = cascading({"a": [said("Half an", "length")], "b": [Step("One two three", between=1)]})

    async def heard() -> list[tuple[float, str]]:
        loop = asyncio.get_running_loop()
        return [(loop.time(), chunk.text) async for chunk in router.stream("Which?") if chunk.text]

    assert run(heard()) == [(0.0, "One"), (1.0, " two"), (2.0, " three")]


def test_what_may_be_rejected_is_held() -> None:
    router = cascading({"a": [Step("One two three", between=1)], "b": []})
    provider = router.wiring.offers.providers["a"]

    async def heard() -> list[str]:
        return [chunk.text async for chunk in router.stream("Which?") if chunk.text]

    assert run(heard()) == ["One two three"]
    assert len(provider.calls) == 1  # type: ignore[attr-defined]  # a scripted one


@fast
def test_every_attempt_is_paid_for_and_told(ask: Ask) -> None:
    router = cascading({"a": [said("Rome")], "b": [said("Oslo")], "c": [said("Paris")]}, signal="agreement")
    response = run(ask(router))
    assert response.cost == pytest.approx(1 + 2 + 20)
    told = response_to_plain(response, None)["cascade"]
    assert [(each["number"], each["outcome"]) for each in told["steps"]] == [
        (1, "escalated"),
        (2, "escalated"),
        (3, "last"),
    ]
    assert record_from_plain(record_to_plain(response.record)) == response.record
    assert "Rome" not in str(record_to_plain(response.record))


@fast
def test_a_step_that_costs_too_much_is_not_begun_and_the_error_says_so(ask: Ask) -> None:
    router = cascading({"a": [said("Ye", "length", 100_000)], "c": []}, max_cost=0.15)
    told = r"(?s)max_cost.*1 \(a\): escalated, cut at a length.*2 \(c\): unasked, max_cost"
    with pytest.raises(AllAttemptsFailed, match=told) as caught:
        run(ask(router, settings={"max_tokens": 100_000}))
    assert [each.deployment for each in caught.value.attempts] == ["a"]
    facts = router.records[-1].cascade
    assert facts is not None
    assert (facts.bound, facts.accepted) == ("max_cost", False)


def test_where_not_even_the_first_step_is_cheap_enough_nothing_is_sent() -> None:
    router = cascading({"a": [], "b": []}, max_cost=0.000001)
    with pytest.raises(NoDeployment, match="no step of the cascade 'default' keeps to its max_cost"):
        run(plain(router))


def test_a_price_that_nobody_knows_cannot_be_bounded() -> None:
    router = scripted_router(
        {"a": [], "b": []},
        deployments={name: {"region": "eu"} for name in "ab"},
        cascades={"default": {"steps": ["a", "b"], "max_cost": 5}},
    )
    with pytest.raises(NoDeployment, match="max_cost"):
        run(plain(router))


@fast
def test_without_steps_the_cheaper_models_come_first_and_the_best_last(ask: Ask) -> None:
    router = cascading({"c": ["Paris"], "b": [said("", "stop")], "a": [said("", "stop")], "d": []}, steps=[])
    response = run(ask(router))
    assert [each.deployment for each in response.record.attempts] == ["a", "b", "c"]


@fast
def test_a_rejected_answer_is_no_answer_when_the_last_step_fails(ask: Ask) -> None:
    router = cascading({"a": ["Rome"], "b": ["Oslo"], "c": [Unavailable("is down")]}, signal="agreement")
    told = r"(?s)cascade 'default' was accepted.*1 \(a\): escalated.*3 \(c\): failed, Unavailable"
    with pytest.raises(AllAttemptsFailed, match=told):
        run(ask(router))


@fast
def test_a_rejected_answer_is_handed_over_where_that_is_wanted_and_flagged(ask: Ask) -> None:
    scripts = {"a": ["Rome"], "b": ["Oslo"], "c": [Unavailable("is down")]}
    response = run(ask(cascading(scripts, signal="agreement", rejected="hand_over")))
    assert (response.text, response.deployment) == ("Oslo", "b")
    assert response.cascade is not None
    assert response.cascade.accepted is False
    assert became(response) == ["escalated", "handed_over", "failed"]


def test_nothing_rejected_takes_the_place_of_a_stream_that_broke() -> None:
    scripts: dict[str, Any] = {"a": ["Rome"], "b": ["Oslo"], "c": [["Par", Unavailable("reset")]]}
    router = cascading(scripts, signal="agreement", rejected="hand_over")

    async def heard() -> str:
        text = ""
        with pytest.raises(Exception, match="stream broke"):
            async for chunk in router.stream("Which?"):
                text += chunk.text
        return text

    assert run(heard()) == "Par"


@fast
def test_a_step_that_fails_everywhere_is_told_as_any_failure(ask: Ask) -> None:
    with pytest.raises(
        AllAttemptsFailed, match=r"(?s)1 \(a\): failed, Unavailable.*2 \(b\): failed, Unavailable"
    ):
        run(ask(cascading({"a": [Unavailable("503")], "b": [Unavailable("503")]})))


def test_a_vendors_refusal_is_not_routed_around() -> None:
    with pytest.raises(ContentPolicyViolation):
        run(plain(cascading({"a": [ContentPolicyViolation("not this")], "b": []})))


@fast
def test_a_slow_step_leaves_the_next_one_its_time(ask: Ask) -> None:
    timeouts = {"total": 40, "answer": 500, "first_token": 500}
    router = cascading({"a": [Step("Late.", delay=LONG)], "b": ["Quick."]}, timeouts=timeouts)

    async def timed() -> tuple[Response, float]:
        response = await ask(router)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return response, asyncio.get_running_loop().time()

    response, seconds = run(timed())
    assert (response.text, seconds) == ("Quick.", pytest.approx(20))
    assert response.cascade is not None
    assert response.cascade.steps[0].why == "late"


def test_a_call_that_is_due_has_accepted_nothing() -> None:
    timeouts = {"total": 10, "answer": 500, "first_token": 500}
    router = cascading({"a": [said("Ye", "length")], "b": [Step("Yes", delay=LONG)]}, timeouts=timeouts)
    with pytest.raises(TotalTimeout):
        run(plain(router))
    facts = router.records[-1].cascade
    assert facts is not None
    assert ([step.outcome for step in facts.steps], facts.accepted) == (["escalated", "failed"], False)


def test_a_cascade_is_a_tasks_and_other_tasks_know_nothing_of_it() -> None:
    router = cascading({"c": ["Here."], "a": ["4"]}, task="quantitative", steps=["a", "c"])
    response = run(plain(router, task="code_generation"))
    assert (response.deployment, response.cascade) == ("c", None)
    assert run(plain(router, task="quantitative")).deployment == "a"


@fast
def test_a_request_for_one_model_gets_that_one_alone(ask: Ask) -> None:
    router = cascading(
        {"a": ["Ye"], "b": ["No"], "c": ["Yes"], "d": []}, signal="agreement", steps=["a", "b", "c"]
    )
    response = run(ask(router, model="b"))
    assert (response.text, became(response)) == ("No", ["unasked", "last", "unasked"])
    assert response.cascade is not None
    assert response.cascade.steps[0].why


def test_a_model_that_is_no_step_is_asked_as_if_there_were_no_cascade() -> None:
    response = run(plain(cascading({"a": [], "b": [], "d": ["Yes"]}, steps=["a", "b"]), model="d"))
    assert (response.text, response.cascade) == ("Yes", None)


@fast
def test_who_is_excluded_is_no_step_and_is_told_by_its_rule(ask: Ask) -> None:
    router = cascading({"a": [], "b": ["Yes"], "c": []}, deployments={"a": {"region": "cn"}})
    response = run(ask(router, constraints={"residency": {"eu"}}))
    assert response.deployment == "b"
    assert response.cascade is not None
    assert "cn" in response.cascade.steps[0].why
    assert not router.wiring.offers.providers["a"].calls  # type: ignore[attr-defined]  # a scripted one


@pytest.mark.parametrize(
    ("cascade", "told"),
    [
        ({"steps": ["a"]}, "at least two"),
        ({"steps": ["a", "b"], "signal": "agreement"}, "at least three"),
        ({"steps": ["a", "b"], "signal": "logprobs"}, "is missing"),
        ({"steps": ["a", "b"], "threshold": 0.5}, "schema has none"),
        ({"steps": ["a", "bb"]}, "neither a model nor a deployment"),
        ({"steps": ["a", "b"], "signal": "guess"}, "schema"),
        ({"steps": ["a", "b"], "max_steps": 0}, "max_steps"),
        ({"steps": ["a", "b"], "treshold": 1}, "threshold"),
    ],
)
def test_a_cascade_that_cannot_work_is_refused_at_the_start(cascade: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        scripted_router({"a": [], "b": []}, cascades={"default": cascade})


def test_a_cascade_of_no_task_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match=r"(?s)no task.*quantitative"):
        scripted_router({"a": [], "b": []}, cascades={"quantitive": {"steps": ["a", "b"]}})


@pytest.mark.parametrize("section", [{"strategy": "cascade"}, {"strategies": {"cascade": {"steps": []}}}])
def test_a_cascade_has_a_section_of_its_own(section: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="cascades: "):
        scripted_router({"a": []}, **section)


SAYS = st.sampled_from(
    [
        said("yes"),
        said("no"),
        said("", "stop"),
        said("ye", "length"),
        said("I won't", "refusal"),
        Unavailable("503"),
        ContentPolicyViolation("not this"),
        Step("yes", delay=LONG),
    ]
)


@given(
    scripts=st.fixed_dictionaries({name: st.lists(SAYS, min_size=3, max_size=3) for name in "abcd"}),
    steps=st.sampled_from([["a", "b", "c"], ["a", "b", "c", "d"], ["a", "a", "b"], []]),
    signal=st.sampled_from(["schema", "agreement", "logprobs"]),
    rejected=st.sampled_from(["fail", "hand_over"]),
    most=st.none() | st.integers(1, 4),
)
@settings(max_examples=25, deadline=None)
def test_a_stream_says_what_a_plain_call_says(
    *, scripts: Any, steps: Any, signal: str, rejected: str, most: int | None
) -> None:
    def ended(ask: Ask) -> Any:
        options = {"threshold": 0.5, "absent": "accept"} if signal == "logprobs" else {}
        timeouts = {"total": 40, "answer": 500, "first_token": 500}
        router = cascading(
            scripts,
            steps=steps,
            signal=signal,
            rejected=rejected,
            max_steps=most,
            timeouts=timeouts,
            **options,
        )
        try:
            response = run(ask(router))
        except InterlockError as error:
            return type(error), router.records[-1].cascade
        return response.text, response.finish_reason, response.deployment, response.cascade

    assert ended(plain) == ended(streamed)
