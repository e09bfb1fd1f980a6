"""Connectors' tools in LlamaIndex: read, agreed to, refused, edited, unknown, at once, in streams."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from llama_index.core.agent.workflow import AgentWorkflow, FunctionAgent, ReActAgent, ToolCallResult
from llama_index.core.llms import ImageBlock
from llama_index.core.tools import ToolMetadata
from llama_index.core.tools.calling import acall_tool, call_tool
from llama_index.core.workflow import HumanResponseEvent, InputRequiredEvent
from repository import HERE

from fault_proxy import AFTER, limited
from interlock import ApprovalNeeded, RequestError, Router
from llama_index.llms.interlock import ConnectorToolSpec, Interlock

# Core uses old names of pydantic and of its own workflows.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:is_running called:DeprecationWarning"),
]
BROKEN = next(fault for fault in AFTER if fault.name == "breaks the connection after it acted")
Tools = list[Any]


def agent_of(router: Router, tools: Tools, kind: type = FunctionAgent) -> Any:
    return kind(tools=tools, llm=Interlock(router=router))


def named(tools: Tools, name: str) -> Any:
    return next(tool for tool in tools if tool.metadata.name == name)


async def followed(handler: Any, *answers: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """What was asked, each answered by the next of these; and what came of the tools."""
    asked: list[Any] = []
    ended: list[Any] = []
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            said = {"id": event.id, "by": "ann"} | answers[len(asked)]
            asked.append(event)
            handler.ctx.send_event(HumanResponseEvent(**said))
        if isinstance(event, ToolCallResult):
            ended.append(event.tool_output)
    await handler
    return asked, ended


@pytest.mark.parametrize("kind", [FunctionAgent, AgentWorkflow])
async def test_an_agent_reads_what_a_service_has(kind, model, router_of, github, account):
    issue = account.issue("The printer is out of ink")
    router = router_of(github)
    model.plan = [[("github_get_issue", {**HERE, "number": issue["number"]})], "Ink is missing."]
    tools = await ConnectorToolSpec(router, "github").to_tool_list_async()
    agent = agent_of(router, tools)
    handler = (agent if kind is FunctionAgent else AgentWorkflow(agents=[agent])).run("Look after the shop.")
    _, [result] = await followed(handler)
    assert "out of ink" in result.content
    assert result.content == model.told[0]
    assert (result.is_error, result.raw_output["outcome"]) == (False, "done")
    assert str(await handler) == "Ink is missing."


async def test_what_a_person_agrees_to_is_done_once(model, router_of, github, account):
    issue = account.issue()
    said = {**HERE, "number": issue["number"], "body": "Ordered."}
    router = router_of(github)
    model.plan = [[("github_comment_on_issue", said)]]
    handler = agent_of(router, ConnectorToolSpec(router, "github").to_tool_list()).run("Look after it.")
    [asked], [result] = await followed(handler, {"decision": "approve"})
    assert (asked.kind, asked.does, asked.arguments) == ("approval", "destructive", said)
    assert asked.prefix == "May github_comment_on_issue be run?"
    [comment] = account.comments(issue["number"])
    assert result.raw_output["receipt"]["id"] == comment["id"]


async def test_what_a_person_denies_is_not_done_and_the_model_hears_why(model, router_of, notes):
    router = router_of(notes)
    model.plan = [[("add_note", {"text": "call"})], [("list_notes", {})]]
    handler = agent_of(router, ConnectorToolSpec(router).to_tool_list()).run("Look after it.")
    _, [denied, listed] = await followed(handler, {"decision": "deny", "why": "too late"})
    assert denied.content == "add_note was not run; refused by ann: too late"
    assert denied.is_error
    assert listed.content == '["buy ink"]'


async def test_edited_arguments_are_another_run_to_agree_to(model, router_of, notes):
    router = router_of(notes)
    model.plan = [[("add_note", {"text": "call"})], [("list_notes", {})]]
    handler = agent_of(router, ConnectorToolSpec(router).to_tool_list()).run("Look after it.")
    asked, [added, listed] = await followed(
        handler,
        {"decision": "perhaps"},
        {"decision": "edit", "arguments": {"text": "write"}},
        {"decision": "approve"},
    )
    assert [each.arguments["text"] for each in asked] == ["call", "call", "write"]
    assert len({each.id for each in asked}) == 3
    assert asked[1].problem == "'perhaps' is none of approve, deny, edit"
    assert added.content.startswith('[ann changed the arguments to {"text": "write"}]')
    assert listed.content == '["buy ink","write"]'


@pytest.mark.parametrize("where", ["a step that does not wait", "no workflow"])
async def test_where_nobody_can_be_asked_it_is_refused_and_nothing_is_sent(
    where, model, router_of, github, proxy
):
    router = router_of(github)
    tools = ConnectorToolSpec(router, "github", waits=False).to_tool_list()
    said = {**HERE, "number": 1, "body": "Ordered."}
    if where == "no workflow":
        result = named(tools, "github_comment_on_issue").call(**said)
    else:
        model.plan = [[("github_comment_on_issue", said)]]
        asked, [result] = await followed(agent_of(router, tools).run("Look after it."))
        assert asked == []
    assert (result.is_error, result.raw_output["reason"]) == (True, "not_sent")
    assert result.raw_output["approval"]["arguments"] == said
    assert isinstance(result.exception, ApprovalNeeded)
    assert "a workflow's events ask a person" in result.raw_output["error"]["message"]
    assert "a person has to approve it first" in result.content
    assert proxy.requests == []


@pytest.mark.parametrize("how", ["call", "acall", "call_tool", "acall_tool"])
async def test_a_write_of_which_nobody_knows_is_not_repeated(how, router_of, github, proxy, account):
    [tool] = ConnectorToolSpec(router_of(github), tools=["github_create_issue"]).to_tool_list()
    title = account.free_name()
    said = {**HERE, "title": title, "body": "Ink"}
    proxy.fail(BROKEN, at="POST ")
    match how:
        case "call":
            result = tool.call(**said)
        case "acall":
            result = await tool.acall(**said)
        case "call_tool":
            result = call_tool(tool, said)
        case _:
            result = await acall_tool(tool, said)
    assert (result.is_error, result.raw_output["outcome"]) == (True, "unknown")
    assert "Nobody knows whether this has happened. Do not ask for it again." in result.content
    assert len(account.issues(title)) == 1


async def test_a_tool_with_one_argument_is_run_once_and_by_that_arguments_name(router_of, sdk):
    router = router_of(sdk, tools={"rules": [{"tools": "*", "effect": "write"}]})
    tools = ConnectorToolSpec(router).to_tool_list()
    added = await acall_tool(named(tools, "add_note"), {"text": "call"})
    assert not added.is_error
    wrong = await acall_tool(named(tools, "add_note"), {"txt": "call"})
    assert wrong.content == "'text' is a required property"
    assert (await named(tools, "list_notes").acall()).content == "buy ink\ncall"


def test_a_limit_says_when_to_come_back(router_of, github, proxy):
    [tool] = ConnectorToolSpec(router_of(github), tools=["github_create_issue"]).to_tool_list()
    proxy.fail(limited(7), at="POST ")
    result = tool.call(**HERE, title="Ink", body="Ink")
    assert (result.raw_output["reason"], result.raw_output["retry_after"]) == ("limited", 7)


async def test_equal_calls_at_once_are_each_agreed_to_by_themselves(model, router_of, notes):
    router = router_of(notes)
    model.plan = [[("add_note", {"text": "one"}), ("add_note", {"text": "one"})], [("list_notes", {})]]
    handler = agent_of(router, ConnectorToolSpec(router).to_tool_list()).run("Look after it.")
    asked, [*added, listed] = await followed(handler, {"decision": "approve"}, {"decision": "deny"})
    assert asked[0].id != asked[1].id
    assert sorted(each.is_error for each in added) == [False, True]
    assert listed.content == '["buy ink","one"]'


async def test_pictures_are_blocks_that_the_model_is_shown(model, router_of, sdk):
    router = router_of(sdk)
    model.plan = [[("draw", {})]]
    _, [result] = await followed(agent_of(router, ConnectorToolSpec(router).to_tool_list()).run("Draw."))
    [block] = result.blocks
    assert isinstance(block, ImageBlock)
    assert [medium.media_type for medium in model.upstream.seen[-1].media] == ["image/png"]


async def test_an_agent_that_reasons_in_words_has_them_too(model, router_of, notes):
    router = router_of(notes)
    model.plan = ['Thought: I look.\nAction: list_notes\nAction Input: {"what": "all"}']
    tools = ConnectorToolSpec(router, "notes", tools=["list_notes"]).to_tool_list()
    handler = agent_of(router, tools, ReActAgent).run("What is noted?", max_iterations=2)
    ended = []
    async for event in handler.stream_events():
        if isinstance(event, ToolCallResult):
            ended.append(event.tool_output)
            break
    await handler.cancel_run()
    assert ended[0].raw_output["outcome"] in ("done", "refused")


async def test_code_without_await_may_call_them_inside_a_running_loop_and_from_threads(router_of, sdk):
    tool = named(ConnectorToolSpec(router_of(sdk)).to_tool_list(), "list_notes")
    assert tool.call().content == tool().content == "buy ink"
    assert (await asyncio.to_thread(tool.call)).content == "buy ink"
    with ThreadPoolExecutor(4) as threads:
        assert [each.content for each in threads.map(lambda _: tool.call(), range(8))] == ["buy ink"] * 8
        assert threads.submit(asyncio.run, tool.acall()).result().content == "buy ink"


def test_tools_are_chosen_by_connector_and_by_name(router_of, notes, github):
    router = router_of(notes, github)

    def names(*connectors: str, of: Any = None, **how: Any) -> list[str]:
        return [tool.metadata.name for tool in ConnectorToolSpec(router, *connectors, **how).to_tool_list(of)]

    assert set(names()) == {*names("notes"), *names("github")}
    assert names("notes", tools=["*_note"]) == ["add_note"]
    assert names("notes", of=["list_notes"]) == ["list_notes"]
    with pytest.raises(RequestError, match="'list_note' fits no tool"):
        names("notes", of=["list_note"])
    with pytest.raises(RequestError, match=r"no connector 'githup'.*Did you mean 'github'"):
        names("githup")
    told: Any = {"list_notes": ToolMetadata("Lists.")}
    with pytest.raises(RequestError, match="func_to_metadata_mapping"):
        ConnectorToolSpec(router).to_tool_list(None, told)
    with pytest.raises(RequestError, match="expected a Router, not Interlock"):
        ConnectorToolSpec(Interlock(router=router))  # type: ignore[arg-type]
