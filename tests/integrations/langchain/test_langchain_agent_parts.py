"""What LangChain's agents are built of besides a model: checkpoints, middleware, strategies for answers."""

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import ModelFallbackMiddleware, ModelRetryMiddleware, SummarizationMiddleware
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.messages import AIMessage, HumanMessage, trim_messages
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel

from interlock import Answer, ToolCall, Unavailable
from interlock.testing import scripted_router
from langchain_interlock import ChatInterlock

ASKED = {"messages": [("user", "What is the weather in Lyon?")]}


class Report(BaseModel):
    """A weather report."""

    city: str


def calling(name: str = "weather") -> Answer:
    wanted = ToolCall(id="c1", name=name, arguments={"city": "Lyon"})
    return Answer(parts=(wanted,), finish_reason="tool_calls")


def gone() -> Unavailable:
    return Unavailable("gone", status=503)


def chat(**scripts) -> ChatInterlock:
    return ChatInterlock(router=scripted_router(scripts))


@pytest.fixture
def ran():
    return []


@pytest.fixture
def weather(ran):
    def weather(city: str) -> str:
        """The weather of a city."""
        ran.append(city)
        return f"sunny in {city}"

    return weather


def test_a_loop_that_was_put_aside_goes_on_in_another_process_where_it_began(weather, ran):
    """The checkpoint alone says it: the second model is a new one over a new router."""
    saver, thread = InMemorySaver(), {"configurable": {"thread_id": "1"}}
    asking = {"checkpointer": saver, "interrupt_before": ["tools"]}
    create_agent(chat(a=[gone()], b=[calling()]), [weather], **asking).invoke(ASKED, thread)
    assert ran == []
    later = create_agent(chat(a=["from a"], b=["from b"]), [weather], **asking)
    messages = later.invoke(None, thread)["messages"]
    assert messages[-1].text == "from b"
    assert ran == ["Lyon"]


def test_middleware_that_falls_back_or_asks_again_hands_over_everything(weather, ran):
    second = chat(b=[calling(), "done"])
    fallback = create_agent(chat(a=[gone(), gone()]), [weather], middleware=[ModelFallbackMiddleware(second)])
    assert fallback.invoke(ASKED)["messages"][-1].text == "done"
    router = scripted_router({"a": [gone(), calling(), "done"]}, health={"error_rate": 1.0})
    again = ModelRetryMiddleware(max_retries=1, initial_delay=0)
    retried = create_agent(ChatInterlock(router=router), [weather], middleware=[again])
    assert retried.invoke(ASKED)["messages"][-1].text == "done"
    assert ran == ["Lyon", "Lyon"]


def test_tokens_are_counted_for_summaries_and_for_trimming():
    model = chat(a=["in short", "answer"])
    shortens = SummarizationMiddleware(model=model, trigger=("tokens", 50), keep=("messages", 1))
    said = [HumanMessage("word " * 30), AIMessage("yes"), HumanMessage("word " * 30), AIMessage("no")]
    messages = create_agent(model, [], middleware=[shortens]).invoke(
        {"messages": [*said, HumanMessage("x")]}
    )["messages"]
    assert len(messages) == 3
    assert "in short" in messages[0].text
    kept = trim_messages(said, token_counter=model, max_tokens=60, strategy="last")
    assert 0 < len(kept) < len(said)


@pytest.mark.parametrize(
    ("strategy", "said"),
    [(ToolStrategy, calling("Report")), (ProviderStrategy, '{"city": "Lyon"}'), (lambda kind: kind, None)],
    ids=["tool", "provider", "its own choice"],
)
def test_answers_in_a_form(weather, strategy, said):
    model = chat(a=[said or '{"city": "Lyon"}'])
    agent = create_agent(model, [weather], response_format=strategy(Report))
    assert agent.invoke(ASKED)["structured_response"] == Report(city="Lyon")
