"""An agent with two tools on the local model: `uv run python docs/examples/langchain_agent.py`.

A model this small does not plan. The middleware says which tool comes next; the model fills in the arguments,
and puts the results into words.
"""

from collections.abc import Callable
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelRequest, ModelResponse, wrap_model_call
from langchain_core.messages import AnyMessage, HumanMessage, ToolMessage

from langchain_interlock import ChatInterlock

LOCAL = {"deployments": [{"id": "here", "model": "local/smollm2-135m", "provider": "local"}]}


def weather(city: str) -> str:
    """The weather in a city."""
    return f"It rains in {city}."


def train(city: str) -> str:
    """The next train to a city."""
    return f"The next train to {city} leaves at 10:42."


@wrap_model_call
def one_after_the_other(
    request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
) -> ModelResponse[Any]:
    """First the weather, then the train, then words."""
    results = [str(message.text) for message in request.messages if isinstance(message, ToolMessage)]
    if len(results) < len(request.tools):
        return handler(request.override(tool_choice=("weather", "train")[len(results)]))
    told = HumanMessage(f"Say this to a traveller: {' '.join(results)}")
    return handler(request.override(messages=[told], tools=[]))


def ask(question: str) -> list[AnyMessage]:
    model = ChatInterlock(config=LOCAL, temperature=0, max_tokens=48)
    agent = create_agent(model, [weather, train], middleware=[one_after_the_other])
    messages: list[AnyMessage] = agent.invoke({"messages": [("human", question)]})["messages"]
    model.router.close_sync()
    return messages


if __name__ == "__main__":
    for message in ask("I am going to Lyon. What is the weather, and when does the next train leave?"):
        message.pretty_print()
