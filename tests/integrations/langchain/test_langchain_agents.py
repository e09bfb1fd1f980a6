"""Agents over ChatInterlock: a tool loop stays with its model, and survives the model's death."""

from collections.abc import Callable
from typing import Annotated, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import get_usage_metadata_callback
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode
from pydantic import BaseModel

from asked import Asked, Called, Said
from interlock.testing import Reply
from langchain_interlock import ChatInterlock

QUESTION = "How many people in Lyon get wet?"
PROVIDERS = {
    "claude": ("anthropic/claude-4-opus", "anthropic"),
    "gpt": ("openai/gpt-5.5", "openai"),
    "thinker": ("openai/gpt-5.5", "openai"),
}
DIALECTS = {"claude": "anthropic", "gpt": "openai", "thinker": "responses"}

ORDERS = [("claude", "gpt"), ("gpt", "claude"), ("thinker", "claude"), ("claude", "thinker")]


def configuration(url: str, *order: str) -> dict:
    deployments = [
        {"id": name, "model": PROVIDERS[name][0], "provider": PROVIDERS[name][1], "region": "us"}
        | {"base_url": f"{url}/v1", "api_key": "a-key"}
        | {"traits": {"endpoint": "responses"} if name == "thinker" else {}}
        for name in order
    ]
    routes = {"agentic_tool_use": list(order), "conversational": list(order)}
    return {"deployments": deployments, "routes": routes, "retries": {"max": 0}}


def steps(asked: Asked) -> Said:
    """Weather, then people, then an answer: one step further for every result."""
    results = [result for turn in asked.turns for result in turn.results]
    plan = [("weather", {"city": "Lyon"}), ("people", {"city": "Lyon"})]
    tokens = (100 + len(results), 10 + len(results))
    thought, signature = ("Let me see.", "c2lnbmVk") if asked.thinks else ("", "")
    if len(results) < len(plan):
        name, arguments = plan[len(results)]
        call = Called(id=f"call_{asked.dialect}_{len(results)}", name=name, arguments=arguments)
        return Said(calls=[call], finish="tool_calls", tokens=tokens, thought=thought, signature=signature)
    return Said(text=" ".join(result.text for result in results), tokens=tokens)


def dying(dialect: str, *, after: int) -> Callable[[Asked], Said | Reply]:
    """Like `steps`, but a vendor has no answer once a conversation holds so many results."""

    def answer(asked: Asked) -> Said | Reply:
        results = sum(len(turn.results) for turn in asked.turns)
        if asked.dialect == dialect and results >= after:
            return Reply.json({"error": {"message": "overloaded", "type": "overloaded_error"}}, status=529)
        return steps(asked)

    return answer


@pytest.fixture
def tools_run():
    return []


@pytest.fixture
def tools(tools_run):
    @tool
    def weather(city: str) -> str:
        """The weather in a city."""
        tools_run.append(("weather", city))
        return f"It rains in {city}."

    @tool
    def people(city: str) -> str:
        """How many people live in a city."""
        tools_run.append(("people", city))
        return f"{city} has 520,774 people."

    return [weather, people]


def graph_of(model, tools, *, choice=None, last=None):
    """The same agent, drawn by hand. It ends without a call, or with one of `last`, which is not run."""

    def onward(state):
        calls = [call["name"] for call in state["messages"][-1].tool_calls]
        return "tools" if calls and last not in calls else END

    class State(TypedDict):
        messages: Annotated[list, add_messages]

    bound = model.bind_tools(tools, tool_choice=choice)
    graph = StateGraph(State)
    graph.add_node("model", lambda state: {"messages": [bound.invoke(state["messages"])]})
    graph.add_node("tools", ToolNode(tools))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", onward)
    graph.add_edge("tools", "model")
    return graph.compile()


def deployments_of(messages) -> list[str]:
    return [
        each.response_metadata["interlock"]["deployment"] for each in messages if isinstance(each, AIMessage)
    ]


@pytest.mark.parametrize("make", [create_agent, graph_of], ids=["create_agent", "langgraph"])
@pytest.mark.parametrize("order", ORDERS, ids=" then ".join)
@pytest.mark.parametrize("effort", [None, "low"], ids=["plain", "thinking"])
def test_an_agent_whose_model_dies_in_a_tool_loop_finishes_with_the_next(
    upstream, tools, tools_run, *, make, order, effort
):
    first, second = order
    upstream.answers = dying(DIALECTS[first], after=1)
    model = ChatInterlock(config=configuration(upstream.url, *order), reasoning_effort=effort)
    with get_usage_metadata_callback() as counted:
        messages = make(model, tools).invoke({"messages": [HumanMessage(QUESTION)]})["messages"]
    assert messages[-1].text == "It rains in Lyon. Lyon has 520,774 people."
    assert tools_run == [("weather", "Lyon"), ("people", "Lyon")]
    assert deployments_of(messages) == [first, second, second]
    calls = [call["id"] for each in messages if isinstance(each, AIMessage) for call in each.tool_calls]
    assert calls == [f"call_{DIALECTS[first]}_0", f"call_{DIALECTS[second]}_1"]
    assert [each.tool_call_id for each in messages if isinstance(each, ToolMessage)] == calls
    # Each model is charged for what it answered, and the failed attempt is on the record.
    usage = {
        name: (each["input_tokens"], each["output_tokens"]) for name, each in counted.usage_metadata.items()
    }
    assert usage == {PROVIDERS[first][0]: (100, 10), PROVIDERS[second][0]: (101 + 102, 11 + 12)}
    attempts = messages[3].response_metadata["interlock"]["attempts"]
    assert [(each["deployment"], each["error"] and each["error"]["status"]) for each in attempts] == [
        (first, 529),
        (second, None),
    ]


async def test_an_asynchronous_agent_streams_its_tokens_and_finishes_with_the_next(
    upstream, tools, tools_run
):
    upstream.answers = dying("anthropic", after=1)
    model = ChatInterlock(config=configuration(upstream.url, "claude", "gpt"))
    agent = create_agent(model, tools)
    words, last = [], None
    async for mode, data in agent.astream(
        {"messages": [HumanMessage(QUESTION)]}, stream_mode=["messages", "values"]
    ):
        if mode == "messages":
            words.append(data[0].text if isinstance(data[0], AIMessage) else "")
        else:
            last = data["messages"]
    assert "".join(words) == last[-1].text == "It rains in Lyon. Lyon has 520,774 people."
    assert tools_run == [("weather", "Lyon"), ("people", "Lyon")]
    assert deployments_of(last) == ["claude", "gpt", "gpt"]
    assert all(asked.stream for asked in upstream.seen)


def test_inside_a_tool_loop_the_model_is_not_switched_back(upstream, tools):
    """The best deployment was down for one call only: the loop that began elsewhere ends there."""
    failed = []

    def once(asked: Asked) -> Said | Reply:
        if asked.dialect == "anthropic" and not failed:
            failed.append(asked)
            return Reply.json({"error": {"message": "overloaded"}}, status=529)
        return steps(asked)

    upstream.answers = once
    model = ChatInterlock(config=configuration(upstream.url, "claude", "gpt"))
    agent = create_agent(model, tools)
    messages = agent.invoke({"messages": [HumanMessage(QUESTION)]})["messages"]
    assert deployments_of(messages) == ["gpt", "gpt", "gpt"]
    decision = messages[3].response_metadata["interlock"]["decision"]
    assert decision["shortlist"][0]["reasons"][-1] == "moved to the front: the request prefers it"
    assert decision["reason"] == "explicit"
    # A new question is a new choice.
    upstream.answers = None
    again = model.invoke([*messages, HumanMessage("Thank you.")])
    assert deployments_of([again]) == ["claude"]


def test_a_loop_with_signed_thoughts_gives_them_back_to_their_vendor_and_to_no_other(upstream, tools):
    upstream.answers = steps
    model = ChatInterlock(config=configuration(upstream.url, "claude", "gpt"), reasoning_effort="low")
    agent = create_agent(model, tools)
    messages = agent.invoke({"messages": [HumanMessage(QUESTION)]})["messages"]
    assert deployments_of(messages) == ["claude", "claude", "claude"]
    assert [asked.turns[-2].signatures for asked in upstream.seen if len(asked.turns) > 1] == [
        ["c2lnbmVk"]
    ] * 2
    upstream.seen.clear()
    model.invoke(messages, model="gpt")
    assert not any(turn.signatures for turn in upstream.seen[0].turns)
    assert "c2lnbmVk" not in str(upstream.seen[0].settings)


def test_an_agents_answer_may_have_a_schema(upstream):
    class Joke(BaseModel):
        setup: str
        punchline: str

    model = ChatInterlock(config=configuration(upstream.url, "gpt"))
    agent = create_agent(model, [], response_format=Joke)
    answer = agent.invoke({"messages": [HumanMessage("A joke, please.")]})
    assert isinstance(answer["structured_response"], Joke)
    assert upstream.seen[0].schema is not None


@pytest.mark.parametrize("order", ORDERS, ids=" then ".join)
def test_an_agent_that_has_to_call_something_goes_on_until_it_is_done(upstream, tools, tools_run, order):
    @tool
    def done(happy: bool) -> str:
        """There is no more to do."""
        return f"happy: {happy}"

    def forced(asked: Asked) -> Said | Reply:
        said = dying(DIALECTS[order[0]], after=1)(asked)
        if isinstance(said, Reply) or said.calls:
            return said
        call = Called(id=f"call_{asked.dialect}_2", name="done", arguments={"happy": True})
        return Said(calls=[call], finish="tool_calls")

    upstream.answers = forced
    model = ChatInterlock(config=configuration(upstream.url, *order))
    agent = graph_of(model, [*tools, done], choice="any", last="done")
    messages = agent.invoke({"messages": [HumanMessage(QUESTION)]})["messages"]
    assert tools_run == [("weather", "Lyon"), ("people", "Lyon")]
    assert messages[-1].tool_calls[0]["args"] == {"happy": True}
    assert {asked.choice for asked in upstream.seen} == {"required"}
    assert deployments_of(messages) == [order[0], order[1], order[1]]
