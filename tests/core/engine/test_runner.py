import asyncio

import pytest

from interlock import (
    AllAttemptsFailed,
    Answer,
    AnswerTimeout,
    AuthenticationError,
    ContentPolicyViolation,
    ContextLengthExceeded,
    Image,
    Message,
    NoDeployment,
    OutputInvalid,
    PermitError,
    ProtocolError,
    RateLimited,
    Refusal,
    Request,
    RequestError,
    Text,
    ToolCall,
    TotalTimeout,
    Unavailable,
    Usage,
    hookimpl,
)
from interlock.testing import Step, scripted_providers, scripted_router
from interlock.types.decisions import Attempt

SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}
PRICE = {"price": {"input": 2.0, "output": 10.0}}


def answer(text="ok", finish_reason="stop", **facts):
    return Answer(parts=(Text(text),), finish_reason=finish_reason, **facts)


def used(router):
    return {provider.facts.name: len(provider.calls) for provider in scripted_providers(router)}


async def test_the_first_answers():
    router = scripted_router({"a": ["Good morning"], "b": []})
    response = await router.complete("Say good morning")
    assert response.text == "Good morning"
    assert (response.model, response.deployment, response.finish_reason) == ("scripted/a", "a", "stop")
    assert response.message == Message("assistant", (Text("Good morning"),))
    assert [attempt.deployment for attempt in response.record.attempts] == ["a"]


async def test_a_failure_falls_over_and_is_written_down():
    usage = Usage(input_tokens=1_000, output_tokens=200)
    router = scripted_router(
        {"a": [Unavailable("503 from the vendor", status=503)], "b": [answer(usage=usage)]},
        deployments={"a": PRICE, "b": PRICE},
    )
    response = await router.complete("Hello")
    first, second = response.record.attempts
    assert (first.deployment, first.error.kind, first.error.status, first.cost) == (
        "a",
        "Unavailable",
        503,
        0.0,
    )
    assert (second.deployment, second.error, second.usage) == ("b", None, usage)
    assert second.cost == pytest.approx(1_000 * 2e-6 + 200 * 10e-6)
    assert response.cost == pytest.approx(second.cost)
    assert response.record.latency >= first.latency + second.latency > 0


async def test_a_failing_deployment_is_retried_first():
    router = scripted_router({"a": [Unavailable("500"), "fine"], "b": []}, retries={"max": 1})
    response = await router.complete("Hello")
    assert (response.deployment, len(response.record.attempts)) == ("a", 2)


async def test_when_nobody_answers_the_error_lists_every_attempt():
    router = scripted_router({"a": [Unavailable("down")], "b": [AuthenticationError("no key", status=401)]})
    with pytest.raises(AllAttemptsFailed) as caught:
        await router.complete("Hello")
    assert [str(attempt.error) for attempt in caught.value.attempts] == [
        "Unavailable: down",
        "AuthenticationError: no key",
    ]
    assert isinstance(caught.value.__cause__, AuthenticationError)
    assert router.records[-1].error == "AllAttemptsFailed"


async def test_with_one_deployment_its_own_error_is_raised():
    router = scripted_router({"a": [RateLimited("slow down", status=429)]})
    with pytest.raises(RateLimited) as caught:
        await router.complete("Hello")
    assert caught.value.deployment == "a"
    assert len(caught.value.attempts) == 1


async def test_a_policy_violation_is_not_routed_around():
    router = scripted_router({"a": [ContentPolicyViolation("no", status=400)], "b": ["yes"]})
    with pytest.raises(ContentPolicyViolation):
        await router.complete("Hello")
    assert used(router) == {"a": 1, "b": 0}


async def test_too_long_for_one_model_is_tried_with_another():
    router = scripted_router({"a": [ContextLengthExceeded("too long")], "b": ["fits"]}, retries={"max": 2})
    assert (await router.complete("Hello")).deployment == "b"


async def test_a_refusal_inside_an_answer_is_a_response():
    refusal = Answer(parts=(Refusal("I would rather not."),), finish_reason="refusal")
    response = await scripted_router({"a": [refusal], "b": []}).complete("Hello")
    assert (response.finish_reason, response.text) == ("refusal", "I would rather not.")


async def test_a_truncated_answer_says_so():
    response = await scripted_router({"a": [answer("Once upon", "length")]}).complete("Tell me a story")
    assert (response.text, response.finish_reason) == ("Once upon", "length")


async def test_usage_is_estimated_when_nobody_counted():
    response = await scripted_router({"a": [answer("four little words here")]}).complete("Hello")
    assert response.usage.estimated
    assert response.usage.input_tokens > 0
    assert response.usage.output_tokens > 0


async def test_a_call_without_a_place_to_go_names_every_rule():
    router = scripted_router({"a": [], "b": []}, constraints={"deny_vendors": ["scripted"]})
    with pytest.raises(NoDeployment) as caught:
        await router.complete("Hello")
    assert caught.value.excluded == dict.fromkeys("ab", "scripted is a denied vendor")
    assert "a: scripted is a denied vendor" in str(caught.value)
    assert router.records[-1].error == "NoDeployment"


async def test_excluded_deployments_are_never_called_even_when_the_rest_fails():
    regions = {"a": {"region": "us"}, "b": {"region": "de"}, "c": {"region": "cn"}}
    router = scripted_router({"a": ["x"], "b": [Unavailable("x")], "c": ["x"]}, deployments=regions)
    with pytest.raises(Unavailable):
        await router.complete("Hello", constraints={"residency": {"eu"}})
    assert used(router) == {"a": 0, "b": 1, "c": 0}


async def test_a_provider_that_raises_anything_else_is_a_failed_attempt():
    router = scripted_router({"a": [ZeroDivisionError("the prompt was secret")], "b": ["fine"]})
    response = await router.complete("Hello")
    assert response.record.attempts[0].error.kind == "ProtocolError"
    assert "secret" not in str(response.record)


async def test_a_slow_answer_times_out_and_falls_over():
    router = scripted_router(
        {"a": [Step("late", delay=5)], "b": ["in time"]}, deployments={"a": {"timeouts": {"answer": 0.02}}}
    )
    response = await router.complete("Hello")
    assert response.text == "in time"
    assert response.record.attempts[0].error.kind == "AnswerTimeout"


async def test_a_silent_deployment_is_not_asked_twice():
    router = scripted_router({"a": [Step("late", delay=5)]}, timeouts={"answer": 0.02}, retries={"max": 2})
    with pytest.raises(AnswerTimeout, match=r"no answer within 0.02 s \(timeouts.answer\)"):
        await router.complete("Hello")


async def test_the_whole_call_has_a_limit_too():
    router = scripted_router({"a": [Step("late", delay=5)], "b": ["never asked"]}, timeouts={"total": 0.03})
    with pytest.raises(TotalTimeout) as caught:
        await router.complete("Hello")
    assert len(caught.value.attempts) == 1


async def test_waiting_for_a_retry_does_not_outlast_the_call():
    limited = RateLimited("429", retry_after=20)
    router = scripted_router({"a": [limited, "late"]}, timeouts={"total": 0.03}, retries={"max": 2})
    with pytest.raises(TotalTimeout):
        await router.complete("Hello")


async def test_cancelling_a_call_reaches_the_provider_and_the_record():
    started = asyncio.Event()
    left = asyncio.Event()

    async def wait(call):
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            left.set()

    router = scripted_router({"a": [wait], "b": []})
    task = asyncio.create_task(router.complete("Hello"))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left.is_set()
    assert router.records[-1].cancelled == "CancelledError"
    assert used(router) == {"a": 1, "b": 0}


async def test_structured_output_comes_back_parsed():
    response = await scripted_router({"a": ['{"total": 12.5}']}).complete("Sum it up", output=SCHEMA)
    assert response.parsed == {"total": 12.5}


async def test_output_that_does_not_fit_is_mended_once_by_the_same_model():
    router = scripted_router({"a": ["Twelve and a half.", '{"total": 12.5}'], "b": []})
    response = await router.complete("Sum it up", output=SCHEMA)
    assert (response.deployment, response.parsed) == ("a", {"total": 12.5})
    assert [str(attempt.error) for attempt in response.record.attempts] == [
        "OutputInvalid: the answer is no JSON, as output asks for",
        "None",
    ]
    asked = scripted_providers(router)[0].calls[1].request.messages
    assert [message.role for message in asked] == ["user", "assistant", "user"]
    assert asked[1].text == "Twelve and a half."


async def test_output_that_stays_wrong_falls_over_to_one_that_does_not_know_of_it():
    router = scripted_router({"a": ["Twelve.", '{"sum": 12}'], "b": ['{"total": 12}']})
    response = await router.complete("Sum it up", output=SCHEMA)
    assert (response.deployment, response.parsed) == ("b", {"total": 12})
    assert len(scripted_providers(router)[1].calls[0].request.messages) == 1


async def test_output_that_nobody_gets_right_carries_the_text():
    with pytest.raises(OutputInvalid) as caught:
        await scripted_router({"a": ["Twelve.", "12"]}).complete("Sum it up", output=SCHEMA)
    assert caught.value.text == "12"


async def test_a_refusal_is_not_parsed():
    refusal = Answer(parts=(Refusal("No."),), finish_reason="refusal")
    response = await scripted_router({"a": [refusal]}).complete("Sum it up", output=SCHEMA)
    assert (response.parsed, response.finish_reason) == (None, "refusal")


async def test_tool_calls_are_returned_and_never_run():
    def explode() -> None:
        """Never run."""
        raise AssertionError

    call = ToolCall(id="1", name="explode", arguments={})
    router = scripted_router({"a": [Answer(parts=(call,), finish_reason="tool_calls")]})
    response = await router.complete("Go", tools=[explode])
    assert response.tool_calls == (call,)
    assert scripted_providers(router)[0].calls[0].request.tools[0].description == "Never run."


async def test_a_request_object_may_be_overridden_by_keyword():
    router = scripted_router({"a": ["from a"], "b": ["from b"]})
    request = Request("Hello", model="a", metadata={"tenant": "blue"})
    assert (await router.complete(request)).text == "from a"
    response = await router.complete(request, model="b")
    assert (response.text, response.record.metadata) == ("from b", {"tenant": "blue"})


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"temprature": 1}, "temprature"),
        ({"settings": {"temprature": 1}}, "settings.temprature"),
        ({"constraints": {"residency": {"eux"}}}, "constraints.residency"),
        ({"task": "poetry"}, "task"),
        ({"task": 7}, "task"),
        ({"model": "scripted/c"}, "model"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"output": 3}, "output"),
        ({"ensemble": "legal"}, "ensemble"),
    ],
)
async def test_an_argument_that_cannot_be_used_is_named(options, key):
    router = scripted_router({"a": []})
    with pytest.raises(RequestError) as caught:
        await router.complete("Hello", **options)
    assert caught.value.key == key


@pytest.mark.parametrize("prompt", [None, 5, [], [5], b"bytes", {"content": "no role"}])
async def test_what_is_no_prompt_is_refused(prompt):
    with pytest.raises(RequestError, match="messages"):
        await scripted_router({"a": []}).complete(prompt)


async def test_what_a_model_cannot_take_excludes_it():
    card = {"id": "scripted/a", "capabilities": ["text"]}
    router = scripted_router({"a": [], "b": ["a cat"]}, models=[card])
    picture = Message("user", ["What is this?", Image(url="https://example.org/cat.png")])
    response = await router.complete([picture])
    assert response.deployment == "b"
    assert "does not take images" in response.record.decision.excluded["a"]


async def test_records_are_a_bounded_ring_without_content():
    router = scripted_router({"a": ["a secret answer"] * 3})
    for _ in range(3):
        await router.complete("a secret question")
    assert len(router.records) == 3
    assert "secret" not in repr(router.records)
    assert router.wiring.records.last is router.records[-1]


async def test_a_broken_answer_of_a_provider_is_no_answer():
    router = scripted_router({"a": [ProtocolError("no JSON")], "b": ["whole"]})
    assert (await router.complete("Hello")).text == "whole"


async def test_a_deployments_own_total_ends_an_attempt_and_not_the_call():
    drip = Step(["tick"] * 1_000, between=0.01)
    router = scripted_router({"a": [drip], "b": ["whole"]}, deployments={"a": {"timeouts": {"total": 0.05}}})
    stream = router.stream("Hello", rescue="hold")
    assert "".join([chunk.text async for chunk in stream]) == "whole"
    error = stream.response.record.attempts[0].error
    assert (error.kind, error.message) == ("AttemptTimeout", "a: not finished within 0.05 s (timeouts.total)")


async def test_the_limit_of_a_call_is_the_routers():
    router = scripted_router(
        {"a": [Step("late", delay=5)]},
        timeouts={"total": 0.03},
        deployments={"a": {"timeouts": {"total": 7}}},
    )
    with pytest.raises(TotalTimeout, match=r"within 0.03 s"):
        await router.complete("Hello")


class Mood:
    """A rule of a plugin, whose answer may change between a decision and its attempt."""

    api = 1
    name = "mood"

    def __init__(self, *moods):
        self.moods = list(moods)

    def check(self, call):
        return self.moods.pop(0) if call.deployment.id == "a" and self.moods else None


def rules(*constraints):
    return type("Rules", (), {"interlock_constraints": hookimpl(lambda self: list(constraints))})()


async def test_what_is_no_longer_allowed_is_passed_over():
    router = scripted_router({"a": [], "b": ["fine"]}, plugins=[rules(Mood(None, "it rains"))])
    response = await router.complete("Hello")
    assert response.deployment == "b"
    first = response.record.attempts[0]
    assert str(first.error) == "NoLongerAllowed: a was allowed and is no longer: it rains"
    assert used(router) == {"a": 0, "b": 1}


async def test_a_strategy_that_leaves_the_shortlist_gets_no_permit():
    class Stray:
        api = 1
        name = "stray"

        def run(self, call):
            yield Attempt(deployment="b")

    router = scripted_router({"a": [], "b": []}, deployments={"b": {"region": "us"}})
    router.wiring.engine._strategy = Stray()
    with pytest.raises(PermitError, match="not on the request's shortlist"):
        await router.complete("Hello", constraints={"residency": {"eu"}})
    assert used(router) == {"a": 0, "b": 0}


@pytest.mark.parametrize(
    "error", [ProtocolError("cut"), Unavailable("503")], ids=["malformed", "unavailable"]
)
async def test_a_failure_after_long_silence_is_not_asked_for_again(error):
    slow, quick = Step(error, delay=0.06), Step(error)
    router = scripted_router(
        {"a": [slow, quick, "ok"], "b": ["ok"]}, retries={"max": 2}, timeouts={"first_token": 0.05}
    )
    assert (await router.complete("Hello")).deployment == "b"
    assert (await router.complete("Hello")).deployment == "a"
    assert used(router) == {"a": 3, "b": 1}
