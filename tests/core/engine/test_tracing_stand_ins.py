"""An instrumentor's stand-in for a span: the parent of what was called in it, whenever that sets out."""

import asyncio

import pytest
from opentelemetry import baggage, context, trace

from interlock.testing import scripted_router
from watched import Watched, watched

ASKER = trace.SpanContext(trace_id=7, span_id=8, is_remote=False, trace_flags=trace.TraceFlags(1))
REQUEST = "invoke_workflow interlock"


class StandIn(trace.NonRecordingSpan):
    """What OpenInference's instrumentor makes current: when its call is over, it stands for nothing."""

    over = False

    def get_span_context(self) -> trace.SpanContext:
        return trace.INVALID_SPAN_CONTEXT if self.over else super().get_span_context()


class Standing:
    """While inside, the stand-in is current; afterwards it stands for nothing, even where it still is."""

    def __enter__(self):
        self.span = StandIn(ASKER)
        within = baggage.set_baggage("customer", "42", trace.set_span_in_context(self.span))
        self.token = context.attach(within)

    def __exit__(self, *_):
        context.detach(self.token)
        self.span.over = True


@pytest.fixture
def seen():
    with watched() as found:
        yield found


def parent_of(seen: Watched) -> tuple[int, int]:
    found = seen.only(REQUEST)
    return found.parent.trace_id, found.parent.span_id


async def test_a_stream_that_is_read_after_its_caller_has_returned(seen: Watched):
    carried = []

    def look(_):
        carried.append(baggage.get_baggage("customer"))
        return "one two"

    router = scripted_router({"a": [look]})
    with Standing():
        stream = router.stream("hi")
    assert "".join([chunk.text async for chunk in stream]) == "one two"
    assert parent_of(seen) == (7, 8)
    assert carried == ["42"]


async def test_a_stream_that_is_read_elsewhere_while_the_context_is_still_there(seen: Watched):
    """As in a task that was started inside: its context outlives the call."""
    router = scripted_router({"a": ["one two"]})
    standing, opened = Standing(), asyncio.Event()
    with standing:
        stream = router.stream("hi")

        async def read() -> None:
            await opened.wait()
            async for _ in stream:
                pass

        task = asyncio.create_task(read())
    opened.set()
    await task
    assert parent_of(seen) == (7, 8)


def test_a_synchronous_stream_that_is_read_after_its_caller_has_returned(seen: Watched):
    with scripted_router({"a": ["one two"]}) as router:
        with Standing():
            stream = router.stream_sync("hi")
        assert "".join(chunk.text for chunk in stream) == "one two"
    assert parent_of(seen) == (7, 8)


async def test_a_plain_call(seen: Watched):
    router = scripted_router({"a": ["one"]})
    with Standing():
        await router.complete("hi")
    assert parent_of(seen) == (7, 8)


async def test_without_traces_the_caller_s_own_span_stays_current_for_providers():
    """Metrics alone: nothing of ours may come between a provider and the span it writes on."""
    within = []

    def look(_):
        within.append(trace.get_current_span())
        return "one two"

    with watched() as seen:
        trace._TRACER_PROVIDER = trace.NoOpTracerProvider()
        router = scripted_router({"a": [look]})
        with seen.tracer.start_as_current_span("caller") as mine:
            stream = router.stream("hi")
        async for _ in stream:
            pass
    assert within == [mine]
