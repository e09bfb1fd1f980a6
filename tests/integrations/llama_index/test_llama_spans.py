"""A request is a child of the span of whoever asked for it, wherever its answer is read."""

import json
import subprocess
import sys

import pytest
from llama_index.core.base.llms.types import ChatMessage
from opentelemetry import context, trace

from interlock.testing import scripted_router
from llama_index.llms.interlock import Interlock

METHODS = ("chat", "achat", "stream_chat", "astream_chat")
ASKER = trace.SpanContext(trace_id=7, span_id=8, is_remote=False, trace_flags=trace.TraceFlags(1))


class StandIn(trace.NonRecordingSpan):
    """What OpenInference's instrumentor makes current: when its call is over, it stands for nothing."""

    over = False

    def get_span_context(self) -> trace.SpanContext:
        return trace.INVALID_SPAN_CONTEXT if self.over else super().get_span_context()


@pytest.mark.parametrize("method", METHODS)
async def test_a_call_belongs_to_the_span_of_whoever_asked(method: str) -> None:
    seen: list[int] = []

    def look(_: object) -> str:
        seen.append(trace.get_current_span().get_span_context().span_id)
        return "yes"

    llm, span = Interlock(router=scripted_router({"a": [look]})), StandIn(ASKER)
    token = context.attach(trace.set_span_in_context(span))
    given = getattr(llm, method)([ChatMessage(content="hello")])
    given = await given if method.startswith("a") else given
    context.detach(token)
    span.over = True
    if "stream" in method:  # read elsewhere, as consumers do
        _ = [step async for step in given] if method.startswith("a") else list(given)
    assert seen == [8]


TREE = """
import asyncio, json
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

memory = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(memory))
trace.set_tracer_provider(provider)
LlamaIndexInstrumentor().instrument(tracer_provider=provider)

from interlock.testing import scripted_router
from llama_index.core.base.llms.types import ChatMessage
from llama_index.llms.interlock import Interlock

llm = Interlock(router=scripted_router({"a": ["one", "two", "three", "four"]}))
ask = [ChatMessage(content="hello")]

async def asynchronous():
    await llm.achat(ask)
    async for _ in await llm.astream_chat(ask):
        pass

llm.chat(ask)
list(llm.stream_chat(ask))
asyncio.run(asynchronous())
spans = {span.context.span_id: span for span in memory.get_finished_spans()}

def line(span):
    above = [] if span.parent is None else line(spans[span.parent.span_id])
    return [*above, span.name.partition(" ")[0]]

print(json.dumps(sorted(line(span) for span in spans.values() if span.name.startswith("chat "))))
"""


def test_openinferences_spans_are_the_parents_of_ours() -> None:
    """In a process of its own: a tracer provider is set once, for good."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TREE], capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == sorted(
        [f"Interlock.{method}", "invoke_workflow", "chat"] for method in METHODS
    )
