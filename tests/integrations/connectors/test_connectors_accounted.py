"""Connectors' tools in a ledger, from both frameworks: found again, agreed to once, within a budget."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from llama_index.core.agent.workflow import FunctionAgent, ToolCallResult
from llama_index.core.workflow import HumanResponseEvent, InputRequiredEvent
from repository import HERE

from fault_proxy import AFTER
from interlock import RequestError
from interlock_agents import Amounts, Declared, Ledger, OverBudget, Store, in_run
from langchain_interlock import BudgetMiddleware, ChatInterlock, accounted, connector_tools
from llama_index.llms.interlock import ConnectorToolSpec, Interlock
from llama_index.llms.interlock import accounted as accounted_tools

pytestmark = [
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:is_running called:DeprecationWarning"),
]
THREAD: Any = {"configurable": {"thread_id": "order-7"}}
ASKED: Any = {"messages": [HumanMessage("Look after the shop.")]}
BROKEN = next(fault for fault in AFTER if fault.name == "breaks the connection after it acted")


@pytest.fixture
async def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    yield store
    await store.aclose()


def call(name: str, id_: str = "call_1", **arguments: Any) -> Any:
    return {"type": "tool_call", "name": name, "args": arguments, "id": id_}


async def test_langchain_what_broke_off_is_found_and_not_done_again(router_of, github, proxy, account, store):
    tools = connector_tools(router_of(github), "github")
    [tool] = [each for each in accounted(tools, store=store) if each.name == "github_create_issue"]
    title = account.free_name()
    asked = call("github_create_issue", **HERE, title=title, body="Ink")
    proxy.fail(BROKEN, at="POST ")
    result = tool.invoke(asked, THREAD)  # which is as good as `await tool.ainvoke`, in a loop of its own
    assert (result.status, result.artifact["outcome"]) == ("success", "done")
    [issue] = account.issues(title)
    assert result.artifact["receipt"]["number"] == issue["number"]
    again = await tool.ainvoke(asked, THREAD)
    assert again.artifact["receipt"] == result.artifact["receipt"]
    assert again.content == result.content
    assert len(account.issues(title)) == 1
    [effect] = await Ledger(store).effects("order-7")
    assert (effect.state, effect.key) == ("confirmed", result.artifact["key"])


async def test_langchain_a_person_agrees_once_and_in_the_ledger(model, router_of, github, account, store):
    issue = account.issue()
    router = router_of(github)
    said = {**HERE, "number": issue["number"], "body": "Ordered."}
    model.plan = [
        [("github_comment_on_issue", said)],
        [("github_get_issue", {**HERE, "number": issue["number"]})],
    ]
    tools = accounted(connector_tools(router, "github"), store=store)
    agent = create_agent(ChatInterlock(router=router), tools=tools, checkpointer=InMemorySaver())
    [asked] = (await agent.ainvoke(ASKED, THREAD))["__interrupt__"]
    assert (asked.value["does"], asked.value["arguments"]) == ("destructive", said)
    resume = Command(resume={"id": asked.value["id"], "decision": "approve", "by": "ann"})
    names = []
    async for event in agent.astream_events(resume, THREAD, version="v2"):
        if event["event"] == "on_tool_end":
            names.append(event["name"])
    state = await agent.aget_state(THREAD)
    made, read = [each for each in state.values["messages"] if isinstance(each, ToolMessage)]
    assert (made.status, read.status) == ("success", "success")
    assert names == ["github_comment_on_issue", "github_get_issue"]
    assert len(account.comments(issue["number"])) == 1
    assert [each.state for each in await Ledger(store).effects("order-7")] == ["confirmed"]


async def test_langchain_a_budget_holds_for_the_model_and_connectors_tools(model, router_of, notes, store):
    router = router_of(notes, tools={"rules": [{"tools": "add_note", "effect": "write"}]})
    limits = {"calls": 4}
    model.plan = [[("add_note", {"text": "one"})], [("add_note", {"text": "two"})], "Done."]
    agent = create_agent(
        ChatInterlock(router=router),
        tools=accounted(connector_tools(router), store=store, budget=limits),
        middleware=[BudgetMiddleware(store=store, budget=limits)],
    )
    with pytest.raises(OverBudget) as caught:
        await agent.ainvoke(ASKED, THREAD)
    assert caught.value.spent.calls == 4
    notes_there = connector_tools(router, tools=["list_notes"])[0].invoke({})
    assert notes_there == '["buy ink","one","two"]'


async def test_langchain_what_a_model_asks_for_by_way_of_another_tool_is_that_ones_effect(
    router_of, notes, store
):
    notes["options"] |= {"most_tools": 1}
    router = router_of(notes)
    [tool] = [each for each in accounted(connector_tools(router), store=store) if each.name == "notes_call"]
    wrong = await tool.ainvoke(call("notes_call", operation="add_notes"), THREAD)
    assert (wrong.status, wrong.artifact["reason"]) == ("error", "not_sent")
    assert "Did you mean 'add_note'" in wrong.content
    read = tool.invoke(call("notes_call", operation="list_notes"), THREAD)
    assert read.content == '["buy ink"]'
    assert await Ledger(store).effects("order-7") == ()


def test_what_a_connectors_tool_does_is_not_declared_twice(router_of, notes, store):
    router = router_of(notes)
    for made, tools in (
        (accounted, connector_tools(router)),
        (accounted_tools, ConnectorToolSpec(router).to_tool_list()),
    ):
        with pytest.raises(RequestError, match=r"declared.add_note: .*tools\.rules"):
            made(tools, store=store, declared={"add_note": Declared(effect="write")})
        assert made(tools, store=store, declared={"add_note": Declared(hold=Amounts(usd=0.1))})


async def test_llamaindex_what_broke_off_is_found_and_not_done_again(
    router_of, github, proxy, account, store
):
    tools = ConnectorToolSpec(router_of(github), "github").to_tool_list()
    [tool] = [
        each for each in accounted_tools(tools, store=store) if each.metadata.name == "github_create_issue"
    ]
    said = {**HERE, "title": account.free_name(), "body": "Ink"}
    proxy.fail(BROKEN, at="POST ")
    with in_run("order-7"):
        result = await tool.acall(**said)
    assert (result.is_error, result.raw_output["outcome"]) == (False, "done")
    [issue] = account.issues(said["title"])
    assert result.raw_output["receipt"]["number"] == issue["number"]

    def anew() -> Any:
        with in_run("order-7"):
            return tool.call(**said)

    again = await asyncio.to_thread(anew)
    assert (again.content, again.raw_output["receipt"]) == (result.content, result.raw_output["receipt"])
    assert len(account.issues(said["title"])) == 1


async def test_llamaindex_a_person_agrees_once_and_in_the_ledger(model, router_of, github, account, store):
    issue = account.issue()
    router = router_of(github)
    said = {**HERE, "number": issue["number"], "body": "Ordered."}
    model.plan = [[("github_comment_on_issue", said)]]
    tools = accounted_tools(ConnectorToolSpec(router, "github").to_tool_list(), store=store)
    with in_run("order-7"):
        handler = FunctionAgent(tools=tools, llm=Interlock(router=router)).run("Look after it.")
    asked, ended = [], []
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            asked.append(event.arguments)
            handler.ctx.send_event(HumanResponseEvent(id=event.id, decision="approve", by="ann"))
        if isinstance(event, ToolCallResult):
            ended.append(event.tool_output)
    await handler
    assert asked == [said]
    assert [each.raw_output["outcome"] for each in ended] == ["done"]
    assert len(account.comments(issue["number"])) == 1
    assert [each.state for each in await Ledger(store).effects("order-7")] == ["confirmed"]
