"""ScriptedProvider, scripted_router and FakeClock: what an author of tests can rely on."""

import asyncio
from typing import Any

import pytest

from interlock import (
    AllAttemptsFailed,
    Answer,
    Delta,
    Message,
    ProtocolError,
    RateLimited,
    Reasoning,
    Refusal,
    Request,
    Router,
    StreamInterrupted,
    Text,
    ToolCall,
    Unavailable,
    Usage,
)
from interlock.health import Grade, HealthPolicy, HealthTracker
from interlock.testing import FakeClock, ScriptedProvider, Step, scripted_providers, scripted_router
from interlock.testing.scripted import _words

EVERYTHING = Answer(
    parts=(
        Reasoning("Let me see.", signature="s1", vendor="a"),
        Text("Two  calls,\n then."),
        ToolCall(id="c1", name="look", arguments={"at": [1, 2]}),
        ToolCall(id="c2", name="wait"),
        Refusal("No more."),
    ),
    finish_reason="tool_calls",
    usage=Usage(input_tokens=3, output_tokens=9, reasoning=2),
    served_model="a-1",
)


TOOLS = [
    {"name": name, "description": "", "parameters": {"type": "object", "properties": {}}}
    for name in ("look", "wait")
]


async def streamed(router: Router, **options: Any) -> tuple[str, Any]:
    said = ""
    async with router.stream("hi", **options) as stream:
        async for chunk in stream:
            said += chunk.text
    return said, stream.response


async def test_steps_are_taken_in_order_and_calls_are_kept() -> None:
    provider = ScriptedProvider(["first", EVERYTHING], "a")
    router = scripted_router({"a": provider})
    assert (await router.complete("one", task="conversational")).text == "first"
    second = await router.complete("two", tools=TOOLS)
    assert (second.text, second.usage, second.model) == (
        "Two  calls,\n then.",
        EVERYTHING.usage,
        "scripted/a",
    )
    assert [call.request.messages for call in provider.calls] == [
        (Message("user", "one"),),
        (Message("user", "two"),),
    ]
    provider.assert_done()


@pytest.mark.parametrize(
    "said",
    ["Hello there,  friend.\n", "", EVERYTHING, [Delta("a"), "b", Delta(finish_reason="length")]],
    ids=["text", "no text", "answer", "deltas"],
)
async def test_a_stream_folds_to_what_complete_returns(said: Any) -> None:
    router = scripted_router({"a": [said, said]})
    whole = await router.complete("hi", tools=TOOLS)
    text, response = await streamed(router, tools=TOOLS)
    assert text == whole.text
    for name in ("text", "reasoning", "tool_calls", "finish_reason", "usage", "message"):
        assert getattr(response, name) == getattr(whole, name), name


@pytest.mark.parametrize("text", ["", " ", "a", " a ", "a  b\n", "\n\na b c"])
def test_text_is_streamed_in_words_that_add_up_to_it(text: str) -> None:
    assert "".join(_words(text)) == text


async def test_an_error_makes_the_router_fall_back() -> None:
    router = scripted_router({"a": [RateLimited("later", retry_after=60.0)], "b": ["from b"]})
    response = await router.complete("hi")
    assert (response.text, response.deployment) == ("from b", "b")
    assert [attempt.error and attempt.error.kind for attempt in response.record.attempts] == [
        "RateLimited",
        None,
    ]


async def test_a_stream_can_break_in_the_middle() -> None:
    router = scripted_router({"a": [["one ", "two ", Unavailable("gone")]]}, rescue="raise")
    with pytest.raises(StreamInterrupted) as caught:
        await streamed(router)
    assert caught.value.partial.text == "one two "


async def test_deltas_without_an_end_are_a_cut_answer() -> None:
    with pytest.raises(ProtocolError, match="before its answer was finished"):
        await scripted_router({"a": [["half an ans"]]}).complete("hi")


async def test_a_step_may_be_a_callable_plain_or_asynchronous() -> None:
    async def later(call: Any) -> str:
        await asyncio.sleep(0)
        return call.deployment.id

    router = scripted_router({"a": [lambda call: call.request.messages[0].text.upper(), later]})
    assert (await router.complete("echo")).text == "ECHO"
    assert (await router.complete("echo")).text == "a"


async def test_delays_wait_on_the_sleep_that_was_given() -> None:
    clock = FakeClock(start=0.0)
    provider = ScriptedProvider([Step("three words here", delay=5, between=2)], "a", sleep=clock.sleep)
    await streamed(scripted_router({"a": provider}))
    assert clock() == 5 + 2 * 3  # three words and the end


def test_unused_steps_are_named() -> None:
    provider = ScriptedProvider(["one", Unavailable("x")], "a")
    with pytest.raises(
        AssertionError, match=r"'a' was called 0 times.*\n  1: 'one'\n  2: Unavailable\('x'\)"
    ):
        provider.assert_done()


async def test_a_call_beyond_the_script_is_remembered_although_the_router_survives_it() -> None:
    provider = ScriptedProvider(["one"], "a")
    router = scripted_router({"a": provider, "b": ["from b"]})
    await router.complete("hi")
    assert (await router.complete("hi")).text == "from b"
    with pytest.raises(AssertionError, match="'a' was called for the 2nd time; its script has 1 steps"):
        provider.assert_done()


async def test_nothing_is_retried_unless_the_test_says_so() -> None:
    with pytest.raises(Unavailable):
        await scripted_router({"a": [Unavailable("x"), "unused"]}).complete("hi")
    failing = [RateLimited("x", retry_after=0.0)]
    router = scripted_router({"a": [*failing, "again"]}, retries={"max": 1})
    assert (await router.complete("hi")).text == "again"
    with pytest.raises(AllAttemptsFailed):
        await scripted_router({"a": failing, "b": failing}).complete("hi")


def test_the_context_manager_checks_the_script() -> None:
    with pytest.raises(AssertionError, match="not used"), ScriptedProvider(["one"]):
        pass


def test_the_context_manager_adds_to_a_failure_instead_of_hiding_it() -> None:
    with pytest.raises(KeyError) as caught, ScriptedProvider(["one"]):
        raise KeyError("the test's own")
    assert "not used" in caught.value.__notes__[0]


def test_a_class_and_a_bare_text_are_refused_as_scripts() -> None:
    with pytest.raises(TypeError, match="an instance of Unavailable"):
        ScriptedProvider([Unavailable])  # type: ignore[list-item]  # the mistake under test
    with pytest.raises(TypeError, match="list of steps"):
        ScriptedProvider("text")


def test_a_router_takes_regions_and_other_configuration() -> None:
    router = scripted_router(
        {"cn": [], "eu": []},
        deployments={"cn": {"region": "cn", "model": "zhipu/glm-5.2"}, "eu": {"region": "eu"}},
        constraints={"residency": ["eu"]},
    )
    decision = router.decide(Request((Message("user", "hi"),)))
    assert [candidate.deployment for candidate in decision.shortlist] == ["eu"]
    assert set(decision.excluded) == {"cn"}
    assert [provider.facts.name for provider in scripted_providers(router)] == ["cn", "eu"]
    with pytest.raises(ValueError, match="the provider of 'a' is called 'b'"):
        scripted_router({"a": ScriptedProvider([], "b")})


def test_a_fake_clock_moves_a_health_book() -> None:
    clock = FakeClock()
    book = HealthTracker(HealthPolicy(cooldown=30), clock)
    book.began("a")
    book.ended("a", RateLimited("later", retry_after=20.0))
    assert book.standing("a").grade is Grade.EXCLUDED
    clock.advance(21)
    assert book.standing("a").grade is Grade.GOOD
    with pytest.raises(ValueError, match="cannot go back by 1 s"):
        clock.advance(-1)
