"""Spans: one tree a call, with the right parent, whoever calls from wherever."""

import asyncio
import gc
import threading

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from guards_at_work import Accounts, Forbids
from interlock import Answer, InterlockError, NoDeployment, RequestError, ToolCall, Unavailable
from interlock.testing import ScriptedProvider, Step, scripted_router
from interlock.types.decisions import Attempt, Race
from watched import Watched, watched

REQUEST = "invoke_workflow interlock"


@pytest.fixture
def seen():
    with watched() as found:
        yield found


def current() -> str | None:
    return getattr(trace.get_current_span(), "name", None)


async def test_a_call_is_a_tree_under_its_caller(seen: Watched):
    router = scripted_router({"a": [Unavailable("gone", status=503, code="overloaded")], "b": ["hello"]})
    with seen.tracer.start_as_current_span("caller"):
        response = await router.complete("hi", run="r1", step="s1")
        assert current() == "caller"
    assert seen.tree == ["caller", f"  {REQUEST}", "    chat a", "    chat b"]
    failed, answered, request = seen.only("chat a"), seen.only("chat b"), seen.only(REQUEST)
    assert (failed.status.status_code, failed.status.description) == (
        StatusCode.ERROR,
        "Unavailable 503 overloaded",
    )
    assert failed.attributes["error.type"] == "Unavailable"
    assert failed.attributes["http.response.status_code"] == 503
    assert answered.status.status_code is StatusCode.UNSET
    assert answered.attributes["interlock.fallback.from"] == "a"
    assert answered.attributes["gen_ai.usage.output_tokens"] == 1
    assert request.status.status_code is StatusCode.UNSET
    assert request.attributes["interlock.record"] == response.record.id
    assert request.attributes["interlock.attempts"] == 2
    assert (request.attributes["interlock.run"], request.attributes["interlock.step"]) == ("r1", "s1")
    assert "gen_ai.usage.output_tokens" not in request.attributes
    assert {span.kind for span in (failed, answered, request)} == {SpanKind.INTERNAL}


async def test_what_guardrails_thought_is_on_the_call(seen: Watched):
    router = scripted_router({"a": ["bad Heron"], "b": ["hello"]}, plugins=[Forbids(), Accounts()])
    await router.complete("ACC-123456")
    assert seen.only(REQUEST).attributes["interlock.guardrails"] == (
        "accounts request rewrite account",
        "forbids request pass",
        "forbids answer block secret",
        "forbids answer pass",
    )
    assert "ACC-" not in repr([span.attributes for span in seen.spans])


async def test_what_samplers_need_is_there_at_the_start():
    asked = []

    class Sampler:
        def should_sample(self, parent, trace_id, name, *others, **more):
            asked.append((name, dict(others[1])))
            return ALWAYS_OFF.should_sample(parent, trace_id, name, *others, **more)

        def get_description(self):
            return "a test's"

    with watched(sampler=Sampler()) as seen:
        router = scripted_router({"a": ["hello"]}, tracing={"name": "front"})
        await router.complete("hi", settings={"temperature": 0.5, "max_tokens": 9, "stop": ["X"]})
        assert seen.spans == []
    (request, at_request), (attempt, at_attempt) = asked
    assert (request, attempt) == ("invoke_workflow front", "chat a")
    assert at_request["gen_ai.operation.name"] == "invoke_workflow"
    assert {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "a",
        "gen_ai.request.model": "a",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.stop_sequences": ("X",),
        "interlock.role": "answer",
    }.items() <= at_attempt.items()


async def test_a_stream_leaks_no_span_into_its_consumer(seen: Watched):
    router = scripted_router({"a": ["one two three"]})
    with seen.tracer.start_as_current_span("caller"):
        async with router.stream("hi") as stream:
            async for chunk in stream:
                assert current() == "caller"
                with seen.tracer.start_as_current_span(f"print {chunk.text.strip()}"):
                    await asyncio.sleep(0)
    attempt = seen.only("chat a")
    assert attempt.attributes["gen_ai.request.stream"] is True
    assert attempt.attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert attempt.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert [line for line in seen.tree if not line.strip().startswith("print")] == [
        "caller",
        f"  {REQUEST}",
        "    chat a",
    ]
    assert all(line.startswith("  print") for line in seen.tree if "print" in line)


async def test_a_stream_has_the_parent_of_where_it_was_called(seen: Watched):
    router = scripted_router({"a": ["one two"]})
    with seen.tracer.start_as_current_span("called here"):
        stream = router.stream("hi")
    with seen.tracer.start_as_current_span("read here"):
        async for _ in stream:
            pass
    assert seen.tree == ["called here", f"  {REQUEST}", "    chat a", "read here"]


async def test_what_a_provider_does_is_under_its_attempt(seen: Watched):
    def inner(call):
        with seen.tracer.start_as_current_span("GET"):
            return "one two"

    router = scripted_router({"a": [inner, inner]})
    await router.complete("hi")
    async for _ in router.stream("hi"):
        assert current() is None
    assert seen.tree == [REQUEST, "  chat a", "    GET"] * 2


async def test_a_stream_left_early_ends_its_spans_without_an_error(seen: Watched):
    router = scripted_router({"a": ["one two three"]})
    async with router.stream("hi") as stream:
        async for _ in stream:
            break
    assert current() is None
    assert seen.tree == [REQUEST, "  chat a"]
    for span in seen.spans:
        assert span.attributes["interlock.outcome"] == "left"
        assert span.status.status_code is StatusCode.UNSET


async def test_a_stream_left_with_its_answer_is_an_answer(seen: Watched):
    router = scripted_router({"a": ["one"]})
    async with router.stream("hi") as stream:
        async for chunk in stream:
            if chunk.response is not None:
                break
    assert [span.attributes["interlock.outcome"] for span in seen.spans] == ["answer", "answer"]


async def test_a_stream_that_nobody_reads_has_no_span(seen: Watched):
    router = scripted_router({"a": []})
    stream = router.stream("hi")
    await stream.aclose()
    assert seen.spans == []


async def test_a_stream_that_nobody_holds_ends_its_spans(seen: Watched):
    router = scripted_router({"a": ["one two three"]})

    async def read_one() -> None:
        async for _ in router.stream("hi"):
            return

    await read_one()
    gc.collect()
    for _ in range(5):
        await asyncio.sleep(0)
    assert seen.tree == [REQUEST, "  chat a"]


async def test_a_cancelled_call_ends_its_spans(seen: Watched):
    waiting = asyncio.Event()

    async def hang(call):
        waiting.set()
        await asyncio.sleep(60)

    router = scripted_router({"a": [hang]})
    task = asyncio.create_task(router.complete("hi"))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen.tree == [REQUEST, "  chat a"]
    assert [span.attributes["interlock.outcome"] for span in seen.spans] == ["left", "left"]


async def test_a_failed_call_is_marked(seen: Watched):
    router = scripted_router({"a": [Unavailable("gone", status=500)], "b": [ValueError("a bug")]})
    with pytest.raises(InterlockError):
        await router.complete("hi")
    request = seen.only(REQUEST)
    assert (request.status.status_code, request.status.description) == (StatusCode.ERROR, "AllAttemptsFailed")
    assert request.attributes["error.type"] == "AllAttemptsFailed"
    assert seen.only("chat b").attributes["error.type"] == "ProtocolError"


@pytest.mark.parametrize(
    ("options", "error"),
    [({"constraints": {"on_premise": True}}, NoDeployment), ({"task": "nonsense"}, RequestError)],
)
async def test_a_call_that_goes_nowhere_is_a_span(seen: Watched, options, error):
    provider = ScriptedProvider([], "a", region="us")
    router = scripted_router({"a": provider}, deployments={"a": {"on_premise": False}})
    with pytest.raises(error):
        await router.complete("hi", **options)
    with pytest.raises(error):
        async for _ in router.stream("hi", **options):
            pass
    assert [span.attributes["error.type"] for span in seen.spans] == [error.__name__] * 2


async def test_what_a_rule_forbids_at_the_last_moment_is_a_span(seen: Watched):
    class Fickle:
        api, name = 1, "fickle"
        asked = 0

        def check(self, call):
            if call.deployment.id == "a":
                self.asked += 1
            return "no longer" if call.deployment.id == "a" and self.asked > 1 else None

    class Offering:
        def __init__(self):
            from interlock import hookimpl

            type(self).interlock_constraints = hookimpl(lambda self: [Fickle()])

    router = scripted_router({"a": [], "b": ["hello"]}, plugins=[Offering()])
    await router.complete("hi")
    assert seen.tree == [REQUEST, "  chat a", "  chat b"]
    assert seen.only("chat a").attributes["error.type"] == "NoLongerAllowed"


async def test_twenty_calls_at_once_are_twenty_trees(seen: Watched):
    def inner(call):
        with seen.tracer.start_as_current_span("inner"):
            return call.request.messages[-1].text

    router = scripted_router({"a": [Step(inner, delay=0.001)] * 20})

    async def one(number: int) -> None:
        with seen.tracer.start_as_current_span(f"caller {number:02}"):
            if number % 2:
                await router.complete(str(number))
            else:
                async for _ in router.stream(str(number)):
                    pass

    await asyncio.gather(*(one(number) for number in range(20)))
    lines = seen.tree
    assert len(lines) == 80
    for at in range(0, 80, 4):
        assert lines[at].startswith("caller ")
        assert lines[at + 1 : at + 4] == [f"  {REQUEST}", "    chat a", "      inner"]


def test_a_synchronous_call_keeps_its_thread_s_parent(seen: Watched):
    router = scripted_router({"a": ["hello"] * 4})

    def work(number: int) -> None:
        with seen.tracer.start_as_current_span(f"thread {number}"):
            router.complete_sync("hi")
            assert current() == f"thread {number}"

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    router.close_sync()
    threads = sorted(line for line in seen.tree if line.startswith("thread"))
    assert threads == [f"thread {number}" for number in range(4)]
    assert [line for line in seen.tree if not line.startswith("thread")] == [f"  {REQUEST}", "    chat a"] * 4


def test_a_synchronous_stream_keeps_its_parent(seen: Watched):
    router = scripted_router({"a": ["one two"]})
    with seen.tracer.start_as_current_span("caller"):
        stream = router.stream_sync("hi")
    with stream:
        for _ in stream:
            assert current() is None
    router.close_sync()
    assert seen.tree == ["caller", f"  {REQUEST}", "    chat a"]


async def test_a_synchronous_call_inside_a_loop_keeps_its_parent(seen: Watched):
    router = scripted_router({"a": ["hello", "hello"]})
    with seen.tracer.start_as_current_span("caller"):
        router.complete_sync("hi")
        await asyncio.to_thread(router.complete_sync, "hi")
    router.close_sync()
    assert seen.tree == ["caller", *[f"  {REQUEST}", "    chat a"] * 2]


async def test_a_classifier_s_attempts_are_the_request_s(seen: Watched):
    from interlock import Classification, Request, hookimpl

    class Asks:
        api, name = 1, "asks"

        def classify(self, call):
            return None

        async def refine(self, call, sofar):
            answer = await call.ask(Request("which task?"))
            return Classification(task=answer.text, confidence=0.9)

        @hookimpl
        def interlock_classifiers(self):
            return [self]

    router = scripted_router({"a": ["creative_content", "hello"]}, plugins=[Asks()])
    await router.complete("xyzzy")
    assert seen.tree == [REQUEST, "  chat a", "  chat a"]
    roles = [span.attributes["interlock.role"] for span in seen.named("chat a")]
    assert roles == ["classifier", "answer"]
    assert all(not span.links for span in seen.spans)
    assert seen.only(REQUEST).attributes["interlock.task"] == "creative_content"


async def test_a_tool_s_run_is_under_its_request(seen: Watched):
    wanted = ToolCall(id="c1", name="weather", arguments={"city": "Lyon"})
    asks = Answer(parts=(wanted,), finish_reason="tool_calls")
    router = scripted_router({"a": [asks, "sunny"]})
    weather = {"name": "weather", "description": "", "parameters": {"type": "object", "properties": {}}}
    with seen.tracer.start_as_current_span("caller"):
        response = await router.complete("hi", tools=[weather])
        (call,) = response.tool_calls
        with router.tool_span(call, response), seen.tracer.start_as_current_span("inner"):
            pass
        with pytest.raises(ValueError, match="no city"), router.tool_span(call):
            raise ValueError("no city")
    assert seen.tree == [
        "caller",
        f"  {REQUEST}",
        "    chat a",
        "    execute_tool weather",
        "      inner",
        "  execute_tool weather",
    ]
    first, second = seen.named("execute_tool weather")
    assert first.attributes["gen_ai.tool.call.id"] == "c1"
    assert second.attributes["error.type"] == second.status.description == "ValueError"
    assert "Lyon" not in str([span.attributes for span in seen.spans])


async def test_a_record_names_its_trace(seen: Watched):
    router = scripted_router({"a": ["one"]})
    response = await router.complete("hi")
    span = seen.only(REQUEST).context
    assert response.record.trace == f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"


def test_without_a_provider_a_tool_is_just_run():
    router = scripted_router({"a": []})
    with router.tool_span(ToolCall(id="c1", name="weather")):
        assert current() is None


class Hedged:
    """A strategy that asks the second deployment too."""

    api, name = 1, "hedged"

    def run(self, call):
        first, second = (candidate.deployment for candidate in call.shortlist)
        yield Race(attempts=(Attempt(deployment=first), Attempt(deployment=second, role="hedge")))


@pytest.mark.parametrize("streamed", [False, True])
async def test_the_loser_of_a_race_points_to_its_winner(seen: Watched, streamed):
    async def hang(call):
        await asyncio.sleep(60)

    router = scripted_router({"a": [hang], "b": ["one two three"]})
    router.wiring.engine._strategy = Hedged()
    with seen.tracer.start_as_current_span("caller"):
        if streamed:
            async for _ in router.stream("hi"):
                assert current() == "caller"
        else:
            await router.complete("hi")
    assert sorted(seen.tree) == sorted(["caller", f"  {REQUEST}", "    chat a", "    chat b"])
    loser, winner = seen.only("chat a"), seen.only("chat b")
    (link,) = loser.links
    assert link.context.span_id == winner.context.span_id
    assert not winner.links
    assert loser.attributes["interlock.outcome"] == "lost"
    assert loser.status.status_code is StatusCode.UNSET
    assert winner.attributes["interlock.role"] == "hedge"
    assert winner.attributes["interlock.outcome"] == "answer"


async def test_a_provider_set_up_after_the_router_is_heard():
    router = scripted_router({"a": ["one", "two"]})
    await router.complete("hi")
    with watched() as seen:
        await router.complete("hi")
        assert seen.tree == [REQUEST, "  chat a"]


async def test_a_panel_is_one_tree(seen: Watched):
    router = scripted_router(
        {"a": ["yes"], "b": [Step("late", delay=30)], "c": ["no"], "d": ["yes"]},
        ensembles={"x": {"members": ["a", "b", "c", "d"], "deadline": 0.2}},
    )
    await router.complete("hi", ensemble="x")
    assert seen.tree == [REQUEST, "  chat a", "  chat b", "  chat c", "  chat d"]
    request, late = seen.only(REQUEST), seen.only("chat b")
    facts = {name.removeprefix("interlock."): value for name, value in request.attributes.items()}
    assert (facts["ensemble"], facts["panel.arbiter"], facts["panel.contested"]) == ("x", "vote", False)
    assert facts["panel.agreement"] == pytest.approx(2 / 3)
    assert (late.attributes["interlock.outcome"], late.attributes["interlock.panel.member"]) == ("lost", "B")
    assert late.attributes["interlock.role"] == "member"
    assert not late.links
