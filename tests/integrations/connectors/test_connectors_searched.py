"""An API of more operations than a model is shown, and calls that nobody waits for, in both frameworks."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.workflow import HumanResponseEvent, InputRequiredEvent

from langchain_interlock import ChatInterlock, connector_tools
from llama_index.llms.interlock import ConnectorToolSpec, Interlock

pytestmark = [
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:is_running called:DeprecationWarning"),
]
THREAD: Any = {"configurable": {"thread_id": "order-7"}}
PLAN = [
    [("notes_search", {"query": "add a note"})],
    [("notes_call", {"operation": "add_note", "arguments": {"text": "call"}})],
    [("notes_call", {"operation": "list_notes"})],
    [("notes_call", {"operation": "drop_notes"})],
]


@pytest.fixture
def searched(notes):
    notes["options"] |= {"most_tools": 1}
    return notes


async def test_langchain_asks_a_person_about_the_operation_that_is_meant(model, router_of, searched):
    router = router_of(searched)
    model.plan = PLAN
    tools = connector_tools(router)
    assert [tool.name for tool in tools] == ["notes_search", "notes_call"]
    agent = create_agent(ChatInterlock(router=router), tools=tools, checkpointer=InMemorySaver())
    [asked] = (await agent.ainvoke({"messages": [HumanMessage("Note it.")]}, THREAD))["__interrupt__"]
    assert (asked.value["tool"], asked.value["arguments"]) == ("add_note", {"text": "call"})
    edit = {"id": asked.value["id"], "by": "ann", "decision": "edit", "arguments": {"text": "write"}}
    [asked] = (await agent.ainvoke(Command(resume=edit), THREAD))["__interrupt__"]
    resume = {"id": asked.value["id"], "by": "ann", "decision": "approve"}
    state = await agent.ainvoke(Command(resume=resume), THREAD)
    found, added, listed, unknown = [each for each in state["messages"] if isinstance(each, ToolMessage)]
    assert "add_note" in found.content
    assert (added.name, added.artifact["tool"]) == ("notes_call", "notes_call")
    assert listed.content == '["buy ink","write"]'
    assert (unknown.status, unknown.artifact["error"]["kind"]) == ("error", "UnknownTool")


async def test_llamaindex_asks_a_person_about_the_operation_that_is_meant(model, router_of, searched):
    router = router_of(searched)
    model.plan = PLAN
    handler = FunctionAgent(tools=ConnectorToolSpec(router).to_tool_list(), llm=Interlock(router=router)).run(
        "Note it."
    )
    asked = []
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            asked.append((event.tool, event.arguments))
            handler.ctx.send_event(HumanResponseEvent(id=event.id, decision="approve", by="ann"))
    await handler
    assert asked == [("add_note", {"text": "call"})]
    assert model.told[2] == '["buy ink","call"]'
    assert "drop_notes" in model.told[3]


def test_an_operation_that_is_not_listed_may_be_given_by_its_name(router_of, searched):
    router = router_of(searched)
    assert [tool.name for tool in connector_tools(router, tools=["list_notes"])] == ["list_notes"]
    [tool] = ConnectorToolSpec(router, "notes", tools=["list_notes"]).to_tool_list()
    assert tool.call().content == '["buy ink"]'


@pytest.mark.parametrize("framework", ["langchain", "llamaindex"])
async def test_a_call_that_is_cancelled_leaves_the_service(framework, router_of, notes, service):
    router = router_of(notes)
    if framework == "langchain":
        [tool] = connector_tools(router, tools=["wait_long"])
        work = asyncio.ensure_future(tool.ainvoke({}))
    else:
        [one] = ConnectorToolSpec(router, tools=["wait_long"]).to_tool_list()
        work = asyncio.ensure_future(one.acall())
    await asyncio.to_thread(service.wait_for_requests, 1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await asyncio.to_thread(service.wait_until_idle)
