"""Whoever leaves closes the socket: the vendor that is still speaking sees the connection end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, TypedDict

import pytest
from langchain_core.messages import AIMessage
from langchain_core.prompts import ChatPromptTemplate
from langgraph.graph import START, StateGraph

from interlock.testing import Reply, Upstream
from langchain_interlock import ChatInterlock

WORD = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": "word "}}]}
FOREVER = 600.0
PROMPT = ChatPromptTemplate.from_messages([("human", "{q}")])


@pytest.fixture
def vendor():
    with Upstream(always=Reply.events(WORD, WORD, FOREVER, WORD)) as upstream:
        yield upstream


@pytest.fixture
def model(vendor):
    deployment = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai-compatible", "region": "eu"}
    deployment |= {"base_url": f"{vendor.url}/v1", "api_key": "k"}
    model = ChatInterlock(config={"deployments": [deployment], "timeouts": {"answer": 900, "total": 900}})
    yield model
    model.router.close_sync()


class _State(TypedDict):
    said: str


def graph_over(model: ChatInterlock) -> Any:
    async def ask(state: _State) -> dict[str, str]:
        message: AIMessage = await model.ainvoke(state["said"])
        return {"said": message.text}

    graph = StateGraph(_State)
    graph.add_node("ask", ask)
    graph.add_edge(START, "ask")
    return graph.compile()


STREAMS: dict[str, Callable[[ChatInterlock], AsyncIterator[Any]]] = {
    "the model": lambda model: model.astream("x"),
    "a chain": lambda model: (PROMPT | model).astream({"q": "x"}),
    "events": lambda model: (PROMPT | model).astream_events({"q": "x"}, version="v2"),
    "a graph": lambda model: graph_over(model).astream({"said": "x"}, stream_mode="messages"),
}


def _speaks(step: Any) -> bool:
    event = step.get("event") if isinstance(step, dict) else None
    return event in (None, "on_chat_model_stream")


@pytest.mark.parametrize("way", STREAMS)
async def test_an_asynchronous_stream(model, vendor, way):
    async with aclosing(STREAMS[way](model)) as stream:
        async for step in stream:
            if _speaks(step):
                break
    await asyncio.to_thread(vendor.wait_until_idle)


@pytest.mark.parametrize("way", ["the model", "a chain"])
def test_a_synchronous_stream(model, vendor, way):
    stream = model.stream("x") if way == "the model" else (PROMPT | model).stream({"q": "x"})
    assert next(stream).text.startswith("word ")  # what has come together is one step
    stream.close()
    vendor.wait_until_idle()


@pytest.mark.parametrize("way", ["ainvoke", "abatch", "graph"])
async def test_a_call_that_is_cancelled(model, way):
    """A plain answer that does not come."""
    with Upstream(always=Reply.events(FOREVER)) as vendor:
        deployment = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai-compatible", "region": "eu"}
        deployment |= {"base_url": f"{vendor.url}/v1", "api_key": "k"}
        silent = ChatInterlock(config={"deployments": [deployment]})
        waits = {
            "ainvoke": lambda: silent.ainvoke("x"),
            "abatch": lambda: silent.abatch(["x", "y"]),
            "graph": lambda: graph_over(silent).ainvoke({"said": "x"}),
        }
        task = asyncio.ensure_future(waits[way]())
        await asyncio.to_thread(vendor.wait_for_requests, 2 if way == "abatch" else 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(vendor.wait_until_idle)
        await silent.router.aclose()
