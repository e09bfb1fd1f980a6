"""A program: an agent whose first model dies in the middle of its tool loop, under an instrumentor.

`python traced_agent.py openinference|traceloop|official [ENDPOINT]` prints the span tree of each way to
run it, as JSON, and sends the spans to the endpoint as well. It is a process of its own, because an
instrumentor that was taken away again may leave something behind.
"""

import asyncio
import json
import sys
from typing import Any

from langchain.agents import create_agent
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from interlock import Answer, Router, ToolCall, Unavailable, Usage
from interlock.testing import scripted_router
from langchain_interlock import ChatInterlock
from watched import watched

WAYS = ("invoke", "ainvoke", "stream", "astream", "the model's stream", "the model's astream")
ASKED = {"messages": [("user", "What is the weather in Lyon?")]}


def instrument(name: str) -> None:
    instrumentor: Any
    if name == "openinference":
        from openinference.instrumentation.langchain import LangChainInstrumentor

        instrumentor = LangChainInstrumentor()
    elif name == "traceloop":
        from opentelemetry.instrumentation.langchain import LangchainInstrumentor

        instrumentor = LangchainInstrumentor()
    else:
        from opentelemetry.instrumentation.genai.langchain import LangChainInstrumentor

        instrumentor = LangChainInstrumentor()
    instrumentor.instrument(tracer_provider=trace.get_tracer_provider())


def weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


def model() -> tuple[ChatInterlock, Router]:
    asks = Answer(
        parts=(ToolCall(id="c1", name="weather", arguments={"city": "Lyon"}),),
        finish_reason="tool_calls",
        usage=Usage(input_tokens=9, output_tokens=3),
    )
    router = scripted_router({"a": [asks, Unavailable("gone", status=503)], "b": ["It is sunny.", "more"]})
    return ChatInterlock(router=router), router


async def asynchronously(chat: ChatInterlock, way: str) -> None:
    if way == "ainvoke":
        await create_agent(chat, [weather]).ainvoke(ASKED)
    elif way == "astream":
        async for _ in create_agent(chat, [weather]).astream(ASKED, stream_mode="messages"):
            pass
    else:
        async for _ in chat.astream("hi", tools=[weather]):
            assert trace.get_current_span().name == "app"


def run(chat: ChatInterlock, way: str) -> None:
    if way == "invoke":
        answer = create_agent(chat, [weather]).invoke(ASKED)
        assert answer["messages"][-1].content == "It is sunny."
    elif way == "stream":
        for _ in create_agent(chat, [weather]).stream(ASKED, stream_mode="messages"):
            pass
    elif way == "the model's stream":
        for _ in chat.stream("hi", tools=[weather]):
            assert trace.get_current_span().name == "app"
    else:
        asyncio.run(asynchronously(chat, way))


def main(name: str, endpoint: str | None) -> dict[str, list[str]]:
    trees = {}
    with watched() as seen:
        if endpoint is not None:
            provider: Any = trace.get_tracer_provider()
            provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint)))
        instrument(name)
        for way in WAYS:
            chat, router = model()
            with router, seen.tracer.start_as_current_span("app"):
                run(chat, way)
            trees[way] = seen.tree
            seen.clear()
            assert not trace.get_current_span().get_span_context().is_valid, way
    return trees


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)))
