"""A vendor on loopback that reads what it is asked, and LLMs over it: plain, and through a fallback."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from interlock.testing import Received, Reply, Upstream
from llama_index.llms.interlock import Interlock

COUNTING = "one two three four five"
THOUGHT = "Somebody wants to know something."


class Vendor:
    """What it answers follows from the request alone; every body that arrived is in `bodies`.

    It calls the tool that it must, or may while no tool has answered; it looks at pictures, thinks when asked
    to, keeps to stop strings, answers a ReAct agent in its form, and counts otherwise. After each piece of a
    call it pauses for so many seconds: what comes together is one step.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.bodies: list[dict[str, Any]] = []
        self.failing = False
        self.pause = 0.0
        self.says: Callable[[dict[str, Any]], str | None] = lambda _: None

    @property
    def asked(self) -> dict[str, Any]:
        return self.bodies[-1]

    def __call__(self, received: Received) -> Reply:
        body = received.json()
        self.bodies.append(body)
        if self.failing:
            return Reply.json({"error": {"message": "overloaded", "type": "server_error"}}, status=500)
        message = self._message(body)
        reason = "tool_calls" if "tool_calls" in message else "stop"
        return (self._streamed if body.get("stream") else self._whole)(message, reason)

    def _message(self, body: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {"role": "assistant", "content": None}
        if body.get("reasoning_effort"):
            said["reasoning_content"] = THOUGHT
        if (tool := _wanted(body)) is not None:
            arguments = json.dumps(_arguments(tool["parameters"], _heard(body)))
            function = {"name": tool["name"], "arguments": arguments}
            id_ = f"call_{self.name}_{len(self.bodies)}"
            return said | {"tool_calls": [{"id": id_, "type": "function", "function": function}]}
        text = self.says(body) or _words(body)
        for stop in body.get("stop") or ():
            text = text.partition(stop)[0]
        return said | {"content": text}

    def _whole(self, message: dict[str, Any], reason: str) -> Reply:
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return Reply.json({"id": "c1", "model": self.name, "choices": [choice], "usage": _usage(message)})

    def _streamed(self, message: dict[str, Any], reason: str) -> Reply:
        def chunk(delta: dict[str, Any], end: str | None = None, **more: Any) -> dict[str, Any]:
            choice = {"index": 0, "delta": delta, "finish_reason": end}
            return {"id": "c1", "model": self.name, "choices": [choice], **more}

        events: list[Any] = [chunk({"role": "assistant", "content": ""})]
        events += [
            chunk({"reasoning_content": word}) for word in _pieces(message.get("reasoning_content") or "")
        ]
        events += [chunk({"content": word}) for word in _pieces(message["content"] or "")]
        for index, call in enumerate(message.get("tool_calls", ())):
            head = call | {"index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
            events.append(chunk({"tool_calls": [head]}))
            for piece in _pieces(call["function"]["arguments"]):
                events.append(chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}))
                events.append(self.pause)
        events += [
            chunk({}, reason),
            {"id": "c1", "model": self.name, "choices": [], "usage": _usage(message)},
        ]
        return Reply.events(*events, "[DONE]")


def _wanted(body: dict[str, Any]) -> dict[str, Any] | None:
    tools = {tool["function"]["name"]: tool["function"] for tool in body.get("tools", ())}
    choice = body.get("tool_choice")
    if not tools or choice == "none":
        return None
    if isinstance(choice, dict):
        return tools[choice["function"]["name"]]
    if choice != "required" and body["messages"][-1]["role"] == "tool":
        return None
    return next((tool for name, tool in tools.items() if name in _heard(body)), next(iter(tools.values())))


def _arguments(schema: dict[str, Any], heard: str) -> dict[str, Any]:
    """Numbers in the order in which the user said them; for text, the user's last word."""
    numbers = iter(re.findall(r"\d+", heard))
    return {
        name: int(next(numbers, 7))
        if about.get("type") == "integer"
        else heard.rsplit(maxsplit=1)[-1].strip("?.")
        for name, about in schema["properties"].items()
    }


def _heard(body: dict[str, Any]) -> str:
    """What the user said last."""
    said = [message for message in body["messages"] if message["role"] == "user"]
    content = said[-1]["content"] if said else ""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def _words(body: dict[str, Any]) -> str:
    last = body["messages"][-1]
    if last["role"] == "tool":
        return f"The tool says {last['content']}."
    if isinstance(last["content"], list):
        kinds = [part["type"] for part in last["content"] if part["type"] != "text"]
        if kinds:
            return f"I see {' and '.join(kinds)}."
    return COUNTING


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S+\s*\Z|\s*\S+|\s+", text)


def _usage(message: dict[str, Any]) -> dict[str, Any]:
    thinking = {"reasoning_tokens": 4} if message.get("reasoning_content") else {}
    return {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "completion_tokens_details": thinking,
    }


class Stage:
    """Two vendors behind one router: `first` and `second`, which answers when the first does not."""

    def __init__(self, first: Upstream, second: Upstream, *, through_a_fallback: bool) -> None:
        self.first, self.second = Vendor("first"), Vendor("second")
        first.always, second.always = self.first, self.second
        self.first.failing = through_a_fallback
        self.through_a_fallback = through_a_fallback
        self.config = {
            "deployments": [_deployment("first", first), _deployment("second", second)],
            "routes": {"conversational": ["first", "second"]},
            "retries": {"max": 0},
            "health": {"error_rate": 1.0},
        }
        self.llm = Interlock(self.config)

    @property
    def answering(self) -> Vendor:
        return self.second if self.through_a_fallback else self.first


def _deployment(name: str, upstream: Upstream) -> dict[str, Any]:
    return {
        "id": name,
        "model": "openai/gpt-5.5",
        "provider": "openai-compatible",
        "base_url": f"{upstream.url}/v1",
        "region": "eu",
        "api_key": "sk-test",
        "name": name,
    }


@pytest.fixture(autouse=True)
def _loop_of_the_thread() -> Iterator[None]:
    """Core runs what synchronous calls have to await on the thread's own loop, and closes none."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(params=[False, True], ids=["plain", "fallback"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Each test twice: answered by the first vendor, and by the second after the first has failed."""
    yield from _staged(through_a_fallback=request.param)


@pytest.fixture
def plain_stage() -> Iterator[Stage]:
    yield from _staged(through_a_fallback=False)


def _staged(*, through_a_fallback: bool) -> Iterator[Stage]:
    with Upstream() as first, Upstream() as second:
        stage = Stage(first, second, through_a_fallback=through_a_fallback)
        yield stage
        stage.llm.router.close_sync()
