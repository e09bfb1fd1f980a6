"""Connectors' tools in LangChain: read, agreed to, refused, edited, unknown, at once, in streams."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import ToolException
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command
from repository import HERE

from fault_proxy import AFTER, limited
from interlock import ApprovalNeeded, RequestError, Router
from langchain_interlock import ChatInterlock, ConnectorToolError, aconnector_tools, connector_tools

THREAD: Any = {"configurable": {"thread_id": "order-7"}}
ASKED: Any = {"messages": [HumanMessage("Look after the shop.")]}
BROKEN = next(fault for fault in AFTER if fault.name == "breaks the connection after it acted")


def agent_of(router: Router, tools: list[Any], *, keeps: bool = True, **more: Any) -> Any:
    saver = InMemorySaver() if keeps else None
    return create_agent(ChatInterlock(router=router), tools=tools, checkpointer=saver, **more)


def results(state: Any) -> list[ToolMessage]:
    return [each for each in state["messages"] if isinstance(each, ToolMessage)]


def question(state: Any) -> dict[str, Any]:
    [asked] = state["__interrupt__"]
    return dict(asked.value)


def answer(asked: Any, decision: str, **more: Any) -> Any:
    return Command(resume={"id": asked["id"], "decision": decision, "by": "ann", **more})


def named(tools: list[Any], name: str) -> Any:
    return next(tool for tool in tools if tool.name == name)


def call(name: str, id_: str = "call_1", **arguments: Any) -> Any:
    return {"type": "tool_call", "name": name, "args": arguments, "id": id_}


def test_an_agent_reads_what_a_service_has(model, router_of, github, account):
    issue = account.issue("The printer is out of ink")
    router = router_of(github)
    model.plan = [[("github_get_issue", {**HERE, "number": issue["number"]})], "Ink is missing."]
    state = agent_of(router, connector_tools(router, "github")).invoke(ASKED, THREAD)
    [result] = results(state)
    assert "out of ink" in result.content
    assert result.content == model.told[0]
    assert (result.status, result.artifact["outcome"]) == ("success", "done")
    assert state["messages"][-1].content == "Ink is missing."


async def test_what_a_person_agrees_to_is_done_once(model, router_of, github, account):
    issue = account.issue()
    said = {**HERE, "number": issue["number"], "body": "Ordered."}
    router = router_of(github)
    model.plan = [[("github_comment_on_issue", said)]]
    agent = agent_of(router, await aconnector_tools(router, "github"))
    asked = question(await agent.ainvoke(ASKED, THREAD))
    assert (asked["kind"], asked["does"], asked["arguments"]) == ("approval", "destructive", said)
    assert account.comments(issue["number"]) == []
    [result] = results(await agent.ainvoke(answer(asked, "approve"), THREAD))
    [comment] = account.comments(issue["number"])
    assert comment["body"].endswith("Ordered.")
    assert result.artifact["receipt"]["id"] == comment["id"]


def test_a_person_may_answer_after_the_program_has_been_started_anew(model, router_of, notes, tmp_path):
    model.plan = [[("add_note", {"text": "call"})], [("list_notes", {})]]

    def program(given: Any) -> Any:
        """All of it anew, but for what the checkpointer has kept."""
        with SqliteSaver.from_conn_string(str(tmp_path / "kept.db")) as saver:
            router = router_of(notes)
            agent = create_agent(ChatInterlock(router=router), connector_tools(router), checkpointer=saver)
            state = agent.invoke(given, THREAD)
            router.close_sync()
            return state

    asked = question(program(ASKED))
    added, listed = results(program(answer(asked, "approve")))
    assert (added.status, listed.content) == ("success", '["buy ink","call"]')


def test_an_agent_whose_write_broke_off_hears_that_nobody_knows(model, router_of, github, proxy, account):
    router = router_of(github)
    title = account.free_name()
    model.plan = [[("github_create_issue", {**HERE, "title": title, "body": "Ink"})], "Somebody has to look."]
    proxy.fail(BROKEN, at="POST ")
    [result] = results(agent_of(router, connector_tools(router, "github")).invoke(ASKED, THREAD))
    assert (result.status, result.artifact["outcome"]) == ("error", "unknown")
    assert "Do not ask for it again" in model.told[0]
    assert len(account.issues(title)) == 1


def test_what_a_person_denies_is_not_done_and_the_model_hears_why(model, router_of, notes):
    router = router_of(notes)
    model.plan = [[("add_note", {"text": "call"})], [("list_notes", {})]]
    agent = agent_of(router, connector_tools(router))
    asked = question(agent.invoke(ASKED, THREAD))
    denied, listed = results(agent.invoke(answer(asked, "deny", why="too late"), THREAD))
    assert denied.content == "add_note was not run; refused by ann: too late"
    assert (denied.status, denied.artifact["outcome"]) == ("error", "refused")
    assert listed.content == '["buy ink"]'


def test_edited_arguments_are_another_run_to_agree_to(model, router_of, notes):
    router = router_of(notes)
    model.plan = [[("add_note", {"text": "call"})], [("list_notes", {})]]
    agent = agent_of(router, connector_tools(router))
    first = question(agent.invoke(ASKED, THREAD))
    second = question(agent.invoke(answer(first, "edit", arguments={"text": "write"}), THREAD))
    assert second["arguments"] == {"text": "write"}
    assert second["id"] != first["id"]
    added, listed = results(agent.invoke(answer(second, "approve"), THREAD))
    assert added.content.startswith('[ann changed the arguments to {"text": "write"}]')
    assert listed.content == '["buy ink","write"]'


def test_consent_to_one_run_is_none_to_another(model, router_of, notes):
    router = router_of(notes)
    model.plan = [[("add_note", {"text": "call"})], [("list_notes", {})]]
    agent = agent_of(router, connector_tools(router))
    first = question(agent.invoke(ASKED, THREAD))
    edited = question(agent.invoke(answer(first, "edit", arguments={"text": "write"}), THREAD))
    again = question(agent.invoke(answer(first, "approve"), THREAD))
    assert again["id"] == edited["id"]
    state = agent.invoke(Command(resume="yes"), THREAD)
    assert question(state)["problem"] == "the answer does not say to what: give the question's id"
    state = agent.invoke(Command(resume={"id": again["id"], "decision": "approve"}), THREAD)
    assert "nobody's name" in question(state)["problem"]
    _, listed = results(agent.invoke(answer(again, "deny"), THREAD))
    assert listed.content == '["buy ink"]'


def test_where_nobody_can_be_asked_it_is_refused_and_nothing_is_sent(model, router_of, github, proxy):
    router = router_of(github)
    tools = connector_tools(router, "github")
    said = {**HERE, "number": 1, "body": "Ordered."}
    model.plan = [[("github_comment_on_issue", said)]]
    [result] = results(agent_of(router, tools, keeps=False).invoke(ASKED))
    assert (result.status, result.artifact["reason"]) == ("error", "not_sent")
    assert result.artifact["approval"]["arguments"] == said
    assert "a person has to approve it first" in result.content
    assert "Do not ask for it again" in result.content
    with pytest.raises(ApprovalNeeded, match="checkpointer") as caught:
        named(tools, "github_comment_on_issue").invoke(said)
    assert caught.value.request is not None
    assert proxy.requests == []


@pytest.mark.parametrize("how", ["sync", "async"])
def test_a_write_of_which_nobody_knows_is_not_to_be_repeated(how, router_of, github, proxy, account):
    router = router_of(github)
    [tool] = connector_tools(router, tools=["github_create_issue"])
    title = account.free_name()
    asked = call("github_create_issue", **HERE, title=title, body="Ink")
    proxy.fail(BROKEN, BROKEN, at="POST ")
    result = tool.invoke(asked) if how == "sync" else asyncio.run(tool.ainvoke(asked))
    assert (result.status, result.artifact["outcome"]) == ("error", "unknown")
    assert "Nobody knows whether this has happened. Do not ask for it again." in result.content
    with pytest.raises(ConnectorToolError, match="Nobody knows") as caught:
        tool.invoke(asked["args"])
    assert caught.value.outcome.outcome == "unknown"
    assert isinstance(caught.value, ToolException)
    assert len(account.issues(title)) == 2


def test_a_limit_says_when_to_come_back(router_of, github, proxy):
    [tool] = connector_tools(router_of(github), tools=["github_create_issue"])
    proxy.fail(limited(7), at="POST ")
    result = tool.invoke(call("github_create_issue", **HERE, title="Ink", body="Ink"))
    assert (result.artifact["reason"], result.artifact["retry_after"]) == ("limited", 7)
    assert result.content.endswith("[Nothing was done. Ask again in 7 s at the earliest.]")


def test_wrong_arguments_are_the_models_to_mend(router_of, notes):
    router = router_of(notes, tools={"rules": [{"tools": "*", "effect": "write"}]})
    [tool] = connector_tools(router, tools=["add_note"])
    wrong = tool.invoke(call("add_note", txt="?"))
    assert wrong.content == "'text' is a required property"
    assert (wrong.status, wrong.artifact["reason"]) == ("error", "not_sent")


def test_what_was_done_beside_a_call_that_waits_is_not_done_again(router_of, github, account):
    """LangGraph begins the whole step anew when it is resumed."""
    router = router_of(github)
    issue, title = account.issue(), account.free_name()
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(connector_tools(router, "github")))
    graph.add_edge(START, "tools")
    kept = graph.compile(checkpointer=InMemorySaver())
    calls = [
        call("github_create_issue", "call_1", **HERE, title=title, body="Ink"),
        call("github_comment_on_issue", "call_2", **HERE, number=issue["number"], body="Ordered."),
    ]
    asked = question(kept.invoke({"messages": [AIMessage("", tool_calls=calls)]}, THREAD))
    assert len(account.issues(title)) == 1
    made, said = results(kept.invoke(answer(asked, "approve"), THREAD))
    assert (made.status, said.status) == ("success", "success")
    assert len(account.issues(title)) == 1
    assert len(account.comments(issue["number"])) == 1
    again = {"messages": [AIMessage("", tool_calls=calls[:1])]}
    kept.invoke(again, {"configurable": {"thread_id": "order-8"}})
    assert len(account.issues(title)) == 2


async def test_what_was_cancelled_on_its_way_is_not_sent_again(router_of, notes, service):
    router = router_of(notes)
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(await aconnector_tools(router)))
    graph.add_edge(START, "tools")
    kept = graph.compile(checkpointer=InMemorySaver())
    going = asyncio.ensure_future(
        kept.ainvoke({"messages": [AIMessage("", tool_calls=[call("wait_long")])]}, THREAD)
    )
    await asyncio.to_thread(service.wait_for_requests, 1)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    [result] = results(await kept.ainvoke(None, THREAD))
    assert (result.status, result.artifact["outcome"]) == ("error", "unknown")
    assert len(service.requests) == 1


@pytest.mark.parametrize("first", ["one", "two", "three"])
@pytest.mark.parametrize("how", ["sync", "async"])
async def test_calls_of_one_step_are_each_agreed_to_in_any_order(how, first, router_of, notes, service):
    """LangGraph hands answers to a step's calls in the order in which they ask."""
    router = router_of(notes)
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(connector_tools(router)))
    graph.add_edge(START, "tools")
    kept = graph.compile(checkpointer=InMemorySaver())
    texts = sorted(["one", "two", "three"], key=lambda text: text != first)
    calls = [call("add_note", f"call_{text}", text=text) for text in texts]

    async def go(given: Any) -> Any:
        return kept.invoke(given, THREAD) if how == "sync" else await kept.ainvoke(given, THREAD)

    state = await go({"messages": [AIMessage("", tool_calls=calls)]})
    asked = []
    while "__interrupt__" in state:
        waiting = question(state)
        asked.append(waiting["arguments"]["text"])
        decision = "deny" if asked[-1] == "two" else "approve"
        state = await go(answer(waiting, decision))
    assert sorted(asked) == ["one", "three", "two"]
    assert [each.status == "error" for each in results(state)] == [text == "two" for text in texts]
    [listing] = connector_tools(router, tools=["list_notes"])
    assert sorted(json.loads(listing.invoke({}))) == ["buy ink", "one", "three"]


async def test_calls_at_once_are_each_agreed_to_by_themselves(model, router_of, notes):
    router = router_of(notes)
    model.plan = [[("add_note", {"text": "one"}), ("add_note", {"text": "two"})], [("list_notes", {})]]
    agent = agent_of(router, await aconnector_tools(router))
    state = await agent.ainvoke(ASKED, THREAD)
    waiting = {each.value["arguments"]["text"]: each for each in state["__interrupt__"]}
    decisions = {"one": "deny", "two": "approve"}
    resume = {
        waiting[text].id: {"id": waiting[text].value["id"], "decision": decision, "by": "ann"}
        for text, decision in decisions.items()
    }
    one, two, listed = results(await agent.ainvoke(Command(resume=resume), THREAD))
    assert (one.status, two.status) == ("error", "success")
    assert listed.content == '["buy ink","two"]'


async def test_a_stream_shows_the_tools_runs(model, router_of, notes):
    router = router_of(notes)
    model.plan = [[("list_notes", {})], "One note."]
    agent = agent_of(router, await aconnector_tools(router))
    events = [each async for each in agent.astream_events(ASKED, THREAD, version="v2")]
    seen = [(each["event"], each["name"]) for each in events if each["event"].startswith("on_tool")]
    assert seen == [("on_tool_start", "list_notes"), ("on_tool_end", "list_notes")]
    agent = agent_of(router, await aconnector_tools(router))
    steps = [each async for each in agent.astream(ASKED, THREAD, stream_mode="updates")]
    assert [message.content for step in steps for message in step.get("tools", {}).get("messages", ())] == [
        '["buy ink"]'
    ]


def test_pictures_are_blocks_that_the_model_is_shown(model, router_of, sdk):
    router = router_of(sdk)
    model.plan = [[("draw", {})]]
    [result] = results(agent_of(router, connector_tools(router)).invoke(ASKED, THREAD))
    [block] = result.content
    assert (block["type"], block["mime_type"]) == ("image", "image/png")
    assert [medium.media_type for medium in model.upstream.seen[-1].media] == ["image/png"]


class Foreign(FakeMessagesListChatModel):
    """A chat model of somebody else's, which keeps what tools it was given."""

    bound: ClassVar[list[Any]] = []

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        self.bound[:] = tools
        return self


def test_any_chat_model_may_ask_for_them(router_of, notes):
    asks = AIMessage("", tool_calls=[call("list_notes")])
    foreign = Foreign(responses=[asks, AIMessage("One note.")])
    tools = connector_tools(router_of(notes), "notes")
    [result] = results(create_agent(foreign, tools=tools).invoke(ASKED))
    assert result.content == '["buy ink"]'
    assert foreign.bound == tools


async def test_code_without_await_may_call_them_inside_a_running_loop_and_from_threads(router_of, sdk):
    tool = named(connector_tools(router_of(sdk)), "list_notes")
    assert tool.invoke({}) == "buy ink"
    assert await asyncio.to_thread(tool.invoke, {}) == "buy ink"
    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(lambda _: tool.invoke({}), range(8))] == ["buy ink"] * 8
        assert threads.submit(asyncio.run, tool.ainvoke({})).result() == "buy ink"


def test_their_connectors_are_closed_with_the_router_and_opened_again(router_of, sdk):
    router = router_of(sdk, tools={"rules": [{"tools": "*", "effect": "write"}]})
    tools = connector_tools(router)
    named(tools, "add_note").invoke({"text": "call"})
    router.close_sync()
    assert named(tools, "list_notes").invoke({}) == "buy ink"


def test_a_runs_own_constraints_hold_for_its_tools(router_of, github, proxy):
    router = router_of(github | {"region": "us"})
    [tool] = connector_tools(router, tools=["github_get_issue"])
    config: Any = {"metadata": {"interlock": {"residency": "eu"}}}
    result = tool.invoke(call("github_get_issue", **HERE, number=1), config)
    assert result.artifact["error"]["kind"] == "NoLongerAllowed"
    assert "the residency allows eu only" in result.content
    assert proxy.requests == []


def test_tools_are_chosen_by_connector_and_by_name(router_of, notes, github):
    router = router_of(notes, github)

    def names(*connectors: str, **how: Any) -> list[str]:
        return [tool.name for tool in connector_tools(router, *connectors, **how)]

    assert set(names()) == {*names("notes"), *names("github")}
    assert names("notes", tools=["*_note"]) == ["add_note"]
    assert names(tools=["github/*_issue", "list_notes"])[0] == "list_notes"
    assert names(tools=["notes/list_*"]) == ["list_notes"]


def test_what_cannot_be_chosen_says_why(router_of, notes, github):
    router = router_of(notes, github | {"region": "us"})
    with pytest.raises(RequestError, match=r"no connector 'githup'.*Did you mean 'github'"):
        connector_tools(router, "githup")
    with pytest.raises(RequestError, match=r"'list_note' fits no tool.*Did you mean 'list_notes'"):
        connector_tools(router, tools=["list_note"])
    with pytest.raises(RequestError, match=r"github cannot be used: .*the residency allows eu only"):
        connector_tools(router, "github", constraints={"residency": ["eu"]})
    with pytest.raises(RequestError, match="'list_notes' is a tool of notes"):
        connector_tools(router, "github", tools=["list_notes"])
    with pytest.raises(RequestError, match="expected a list of names"):
        connector_tools(router, tools="list_notes")
    with pytest.raises(RequestError, match="expected a Router, not ChatInterlock"):
        connector_tools(ChatInterlock(router=router))  # type: ignore[arg-type]
