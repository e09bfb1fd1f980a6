"""A request is a child of the span of whoever asked for it, wherever its answer is read."""

import json
import subprocess
import sys

METHODS = ("chat", "achat", "stream_chat", "astream_chat")

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
