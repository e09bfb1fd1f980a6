"""Tools of LangChain's in a ledger: once, approved, within a budget, whoever's loop calls them."""

import asyncio
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import StructuredTool, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import InjectedState, ToolNode
from langgraph.types import Command
from pydantic import ValidationError

from asked import Asked, Called, Said
from interlock import ApprovalNeeded, ConfigError, Repeat, RequestError, ToolPolicy, ToolRule
from interlock_agents import Amounts, Declared, EffectChanged, EffectOpen, Ledger, OverBudget, Requests, Store
from langchain_interlock import ChatInterlock, EffectKey, accounted

PROCESS = Path(__file__).with_name("accounted_process.py")
WRITES = ToolPolicy(rules=(ToolRule(tools="charge", effect="write"),))
THREAD = {"configurable": {"thread_id": "order-7"}}


def called(cents: int = 500, id_: str = "call_1", **more: Any) -> dict[str, Any]:
    return {"type": "tool_call", "name": "charge", "args": {"cents": cents, **more}, "id": id_}


@pytest.fixture
async def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    yield store
    await store.aclose()


@pytest.fixture
def charges() -> list[tuple[int, str]]:
    return []


@pytest.fixture(params=["sync", "async"])
def charge(request, charges):
    def charge(cents: int, key: Annotated[str, EffectKey]) -> str:
        """Charge a card."""
        charges.append((cents, key))
        return f"charged {cents}"

    async def acharge(cents: int, key: Annotated[str, EffectKey]) -> str:
        """Charge a card."""
        return charge(cents, key)

    return tool(charge) if request.param == "sync" else tool("charge")(acharge)


async def ran(one: Any, call: dict[str, Any], config: dict[str, Any] = THREAD) -> Any:
    """By the door that fits the tool; a sync call inside a running loop is as common as the other."""
    return one.invoke(call, config) if one.func else await one.ainvoke(call, config)


def graph_of(tools: list[Any]) -> Any:
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(tools))
    graph.add_edge(START, "tools")
    graph.add_edge("tools", END)
    return graph.compile(checkpointer=InMemorySaver())


async def test_a_call_that_is_repeated_has_the_answer_of_the_first(store, charge, charges):
    [one] = accounted([charge], store=store, policy=WRITES)
    first = await ran(one, called())
    [again] = accounted([charge], store=store, policy=WRITES)
    second = await ran(again, called())
    assert (first.content, first.status) == (second.content, second.status) == ("charged 500", "success")
    assert second.tool_call_id == "call_1"
    [(cents, key)] = charges
    assert (cents, len(key)) == (500, 32)
    [effect] = await Ledger(store).effects("order-7")
    assert (effect.id, effect.state, effect.key) == ("order-7/call_1/0/0", "confirmed", key)


async def test_the_model_neither_sees_nor_gives_the_key(store, charge, charges):
    [one] = accounted([charge], store=store, policy=WRITES)
    assert list(one.tool_call_schema.model_json_schema()["properties"]) == ["cents"]
    await ran(one, called(key="forged"))
    assert charges[0][1] != "forged"


async def test_the_same_place_with_other_arguments_is_refused(store, charge, charges):
    [one] = accounted([charge], store=store, policy=WRITES)
    await ran(one, called(500))
    with pytest.raises(EffectChanged):
        await ran(one, called(900))
    assert len(charges) == 1


async def test_wrong_arguments_are_the_models_to_mend_and_no_effect(store, charge, charges):
    [one] = accounted([charge], store=store, policy=WRITES)
    with pytest.raises(ValidationError):
        await ran(one, called("many"))
    assert await Ledger(store).effects("order-7") == ()
    await ran(one, called(5))
    assert [cents for cents, _ in charges] == [5]


@pytest.mark.parametrize(("way", "how"), [("key", "sync"), ("none", "async")])
def test_a_process_killed_between_an_effect_and_its_checkpoint(tmp_path, way, how):
    def run(fate: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(PROCESS), str(tmp_path), way, fate, how]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert run("die").returncode == -signal.SIGKILL
    survivor = run("live")
    assert survivor.returncode == 0, survivor.stderr
    # A service that heeds the key is asked again; a blind one is a person's to look at.
    wanted = "charged 500" if way == "key" else "waits order-7/call_1/0/0"
    assert survivor.stdout.strip() == wanted
    assert len((tmp_path / "charges").read_text().split()) == 1


async def test_what_nobody_knows_of_waits_for_a_person_and_stays_undone_until_then(store, charges):
    @tool
    def charge(cents: int) -> str:
        """Charge a card."""
        charges.append((cents, ""))
        raise TimeoutError

    app = graph_of(accounted([charge], store=store, policy=WRITES))
    out = await app.ainvoke({"messages": [AIMessage("", tool_calls=[called()])]}, THREAD)
    asked = out["__interrupt__"][0].value
    assert (asked["kind"], asked["effect"], asked["state"]) == ("effect", "order-7/call_1/0/0", "unknown")
    out = await app.ainvoke(Command(resume={"id": asked["id"], "decision": "confirmed", "by": "ann"}), THREAD)
    asked = out["__interrupt__"][0].value
    assert asked["problem"] == "say what you looked at"
    answer = {"id": asked["id"], "decision": "confirmed", "by": "ann", "evidence": "the bank's list"}
    out = await app.ainvoke(Command(resume=answer), THREAD)
    assert out["messages"][-1].status == "success"
    assert len(charges) == 1


async def test_consent_to_send_it_again_is_to_one_sending(store, charges):
    @tool
    def charge(cents: int) -> str:
        """Charge a card."""
        charges.append((cents, ""))
        raise TimeoutError

    app = graph_of(accounted([charge], store=store, policy=WRITES))
    out = await app.ainvoke({"messages": [AIMessage("", tool_calls=[called()])]}, THREAD)
    first = out["__interrupt__"][0].value["id"]
    answer = {"id": first, "decision": "retry", "by": "ann", "evidence": "not in the bank's list"}
    out = await app.ainvoke(Command(resume=answer), THREAD)
    assert len(charges) == 2
    assert out["__interrupt__"][0].value["id"] != first
    await app.ainvoke(Command(resume=answer), THREAD)
    assert len(charges) == 2


async def test_an_interrupt_asks_and_the_answer_goes_on(store, charge, charges):
    app = graph_of(accounted([charge], store=store))
    out = await app.ainvoke({"messages": [AIMessage("", tool_calls=[called()])]}, THREAD)
    asked = out["__interrupt__"][0].value
    assert (asked["tool"], asked["arguments"], asked["does"]) == ("charge", {"cents": 500}, "irreversible")
    assert charges == []
    for wrong in (
        {"decision": "approve", "by": "ann"},
        {"id": "another", "decision": "approve", "by": "ann"},
    ):
        out = await app.ainvoke(Command(resume=wrong), THREAD)
        assert (out["__interrupt__"][0].value["id"], charges) == (asked["id"], [])
    out = await app.ainvoke(Command(resume={"id": asked["id"], "decision": "approve", "by": "ann"}), THREAD)
    assert out["messages"][-1].content == "charged 500"
    assert len(charges) == 1


async def test_a_refusal_is_told_to_the_model(store, charge, charges):
    app = graph_of(accounted([charge], store=store))
    out = await app.ainvoke({"messages": [AIMessage("", tool_calls=[called()])]}, THREAD)
    answer = {"id": out["__interrupt__"][0].value["id"], "decision": "deny", "by": "ann", "why": "too much"}
    message = (await app.ainvoke(Command(resume=answer), THREAD))["messages"][-1]
    assert (message.status, message.content) == ("error", "charge was not run; refused by ann: too much")
    assert charges == []


async def test_without_a_checkpointer_the_call_is_refused_until_somebody_approves(store, charge, charges):
    [one] = accounted([charge], store=store)
    with pytest.raises(ApprovalNeeded):
        await ran(one, called())
    requests = Requests(store=store)
    [waiting] = await requests.pending("order-7")
    await requests.approve(waiting.id, by="ann")
    with pytest.raises(ApprovalNeeded):
        await ran(one, called(900))
    assert charges == []


async def test_consent_to_some_arguments_is_no_consent_to_others(store, charge, charges):
    [one] = accounted([charge], store=store)
    with pytest.raises(ApprovalNeeded):
        await ran(one, called(500))
    requests = Requests(store=store)
    [waiting] = await requests.pending("order-7")
    await requests.approve(waiting.id, by="ann")
    await ran(one, called(500))
    with pytest.raises(EffectChanged):
        await ran(one, called(900))
    assert [cents for cents, _ in charges] == [500]


async def test_a_hundred_calls_at_once_never_exceed_the_budget(store, charge, charges):
    declared = {"charge": Declared(effect="write", hold=Amounts(usd=0.10))}
    [one] = accounted([charge], store=store, declared=declared, budget={"usd": 3.0})
    calls = [called(10, f"call_{number}") for number in range(100)]
    if one.func:
        with ThreadPoolExecutor(16) as pool:
            futures = [pool.submit(one.invoke, call, THREAD) for call in calls]
            ends: list[Any] = [each.exception() or each.result() for each in futures]
    else:
        ends = await asyncio.gather(*(one.ainvoke(call, THREAD) for call in calls), return_exceptions=True)
    assert sum(isinstance(end, ToolMessage) for end in ends) == len(charges) == 30
    assert sum(isinstance(end, OverBudget) for end in ends) == 70


async def test_calls_are_counted_reading_ones_as_well(store):
    @tool
    def look(at: str) -> str:
        """Look at something."""
        return at

    policy = ToolPolicy(rules=(ToolRule(tools="look", effect="read"),))
    [one] = accounted([look], store=store, policy=policy, budget={"calls": 2})
    for number in range(2):
        await one.ainvoke(
            {"type": "tool_call", "name": "look", "args": {"at": "x"}, "id": f"c{number}"}, THREAD
        )
    with pytest.raises(OverBudget):
        await one.ainvoke({"type": "tool_call", "name": "look", "args": {"at": "x"}, "id": "c3"}, THREAD)


async def test_what_only_reads_runs_as_ever(store):
    @tool
    def look(at: str) -> str:
        """Look at something."""
        return f"saw {at}"

    policy = ToolPolicy(rules=(ToolRule(tools="look", effect="read"),))
    [one] = accounted([look], store=store, policy=policy)
    assert await one.ainvoke({"at": "Lyon"}) == one.invoke({"at": "Lyon"}) == "saw Lyon"


async def test_a_tool_that_refuses_has_done_nothing(store):
    @tool
    def charge(cents: int) -> str:
        """Charge a card."""
        raise RequestError("the card is unknown")

    [one] = accounted([charge], store=store, policy=WRITES)
    message = await one.ainvoke(called(), THREAD)
    assert message.status == "error"
    assert "the card is unknown" in message.content
    [effect] = await Ledger(store).effects("order-7")
    assert effect.state == "failed"


async def test_what_a_tool_gave_the_program_comes_again(store, charges):
    @tool(response_format="content_and_artifact")
    def charge(cents: int) -> tuple[str, dict]:
        """Charge a card."""
        charges.append((cents, ""))
        return f"charged {cents}", {"receipt": 17}

    for _ in range(2):
        [one] = accounted([charge], store=store, policy=WRITES)
        message = await one.ainvoke(called(), THREAD)
        assert (message.content, message.artifact) == ("charged 500", {"receipt": 17})
    assert len(charges) == 1


async def test_what_the_graph_injects_arrives_and_is_no_argument_of_the_effect(store, charges):
    @tool
    def charge(cents: int, state: Annotated[dict, InjectedState]) -> str:
        """Charge a card."""
        return f"{len(state['messages'])} messages"

    app = graph_of(accounted([charge], store=store, policy=WRITES))
    out = await app.ainvoke({"messages": [AIMessage("", tool_calls=[called()])]}, THREAD)
    assert out["messages"][-1].content == "1 messages"
    [effect] = await Ledger(store).effects("order-7")
    assert effect.arguments == {"cents": 500}


def test_an_agent_asks_goes_on_and_charges_once(upstream, tmp_path, charges):
    def charge(cents: int) -> str:
        """Charge a card."""
        charges.append((cents, ""))
        return f"charged {cents}"

    def answers(asked: Asked) -> Said:
        results = [result.text for turn in asked.turns for result in turn.results]
        if results:
            return Said(text=" ".join(results))
        return Said(calls=[Called(id="call_1", name="charge", arguments={"cents": 500})], finish="tool_calls")

    upstream.answers = answers
    deployment = {"id": "gpt", "model": "openai/gpt-5.5", "provider": "openai", "region": "us"}
    deployment |= {"base_url": f"{upstream.url}/v1", "api_key": "a-key"}
    model = ChatInterlock(config={"deployments": [deployment]})
    tools = accounted([StructuredTool.from_function(charge)], store=f"sqlite:///{tmp_path}/agents.db")
    agent = create_agent(model, tools=tools, checkpointer=InMemorySaver())
    out = agent.invoke({"messages": [HumanMessage("Charge five dollars.")]}, THREAD)
    asked = out["__interrupt__"][0].value
    out = agent.invoke(Command(resume={"id": asked["id"], "decision": "approve", "by": "ann"}), THREAD)
    assert out["messages"][-1].text == "charged 500"
    assert charges == [(500, "")]


async def test_a_call_without_a_run_or_an_id_says_what_to_give(store, charge):
    [one] = accounted([charge], store=store, policy=WRITES)
    with pytest.raises(RequestError, match="thread_id"):
        await one.ainvoke(called(), {})
    with pytest.raises(RequestError, match="tool call"):
        await one.ainvoke({"cents": 5}, THREAD)


def test_what_is_declared_of_no_tool_is_named_with_the_nearest(charge):
    with pytest.raises(RequestError, match="did you mean charge"):
        accounted([charge], store="sqlite:///unused.db", declared={"charg": Repeat("key")})


async def test_what_nobody_knows_of_is_an_error_where_nothing_waits(store):
    @tool
    def charge(cents: int) -> str:
        """Charge a card."""
        raise TimeoutError

    [one] = accounted([charge], store=store, policy=WRITES)
    for _ in range(2):
        with pytest.raises(EffectOpen):
            await one.ainvoke(called(), THREAD)


def test_without_the_extra_the_error_names_it(monkeypatch, charge):
    monkeypatch.setitem(sys.modules, "interlock_agents", None)
    monkeypatch.setitem(sys.modules, "interlock_agents.accounting", None)
    with pytest.raises(ConfigError, match=r"langchain-interlock\[agents\]"):
        accounted([charge])
