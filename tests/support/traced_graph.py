"""A program: a graph drawn by hand whose first model dies in the middle of its tool loop, traced.

`python traced_graph.py openinference|traceloop|official ENDPOINT` runs it over HTTP, in each way, and prints
for each way the span tree, what the tools were run with, who answered and the tokens, as JSON; the spans go
to the endpoint as well. A process of its own, as in `traced_agent.py`.
"""

import asyncio
import json
import sys
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from attentive import Attentive
from dying import configuration, dies
from langchain_interlock import ChatInterlock
from traced_agent import instrument
from watched import watched

GRAPH_WAYS = ("invoke", "ainvoke", "stream", "astream")
_ASKED = {"messages": [HumanMessage("How many people in Lyon get wet?")]}


class _State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def graph_over(model: ChatInterlock, ran: list[tuple[str, str]]) -> Any:
    @tool
    def weather(city: str) -> str:
        """The weather in a city."""
        ran.append(("weather", city))
        return f"It rains in {city}."

    @tool
    def people(city: str) -> str:
        """How many people live in a city."""
        ran.append(("people", city))
        return f"{city} has 520,774 people."

    bound: Runnable[Any, AIMessage] = model.bind_tools([weather, people])

    def ask(state: _State) -> dict[str, Any]:
        return {"messages": [bound.invoke(state["messages"])]}

    async def aask(state: _State) -> dict[str, Any]:
        return {"messages": [await bound.ainvoke(state["messages"])]}

    def onward(state: _State) -> str:
        return "tools" if getattr(state["messages"][-1], "tool_calls", None) else END

    graph = StateGraph(_State)
    graph.add_node("model", RunnableLambda(ask, aask))
    graph.add_node("tools", ToolNode([weather, people]))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", onward)
    graph.add_edge("tools", "model")
    return graph.compile()


async def _asynchronously(graph: Any, way: str) -> list[AnyMessage]:
    if way == "ainvoke":
        answer = await graph.ainvoke(_ASKED)
        return list(answer["messages"])
    last: Any = None
    async for mode, data in graph.astream(_ASKED, stream_mode=["messages", "values"]):
        last = data if mode == "values" else last
    return list(last["messages"])


def _run(graph: Any, way: str) -> list[AnyMessage]:
    if way.startswith("a"):
        return asyncio.run(_asynchronously(graph, way))
    if way == "invoke":
        return list(graph.invoke(_ASKED)["messages"])
    last: Any = None
    for mode, data in graph.stream(_ASKED, stream_mode=["messages", "values"]):
        last = data if mode == "values" else last
    return list(last["messages"])


def main(name: str, endpoint: str) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    with watched() as seen, Attentive() as upstream:
        provider: Any = trace.get_tracer_provider()
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint)))
        instrument(name)
        upstream.answers = dies
        for way in GRAPH_WAYS:
            ran: list[tuple[str, str]] = []
            model = ChatInterlock(config=configuration(upstream.url))
            with seen.tracer.start_as_current_span("app"):
                messages = _run(graph_over(model, ran), way)
            model.router.close_sync()
            answers = [each for each in messages if isinstance(each, AIMessage)]
            told[way] = {
                "tree": seen.tree,
                "ran": ran,
                "answer": str(messages[-1].text),
                "served": [each.response_metadata["interlock"]["deployment"] for each in answers],
                "tokens": [
                    (each.usage_metadata["input_tokens"], each.usage_metadata["output_tokens"])
                    for each in answers
                    if each.usage_metadata
                ],
            }
            seen.clear()
        assert not upstream.refused, upstream.refused
    return told


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2])))
