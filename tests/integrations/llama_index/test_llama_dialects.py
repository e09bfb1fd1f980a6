"""Entry points in other dialects than chat completions, against an upstream that reads what it is asked.

Plain, and through a deployment that answers 500. The whole matrix runs in that one, next door.
"""

import base64
from collections.abc import Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ImageBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.tools import FunctionTool

from attentive import Attentive
from interlock import AllAttemptsFailed, Unavailable
from interlock.testing import Reply
from llama_index.llms.interlock import Interlock

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
METHODS = ("chat", "stream_chat", "achat", "astream_chat")
VENDORS = {
    "anthropic": ("anthropic/claude-4-opus", "anthropic", "/v1"),
    "google": ("google/gemini-2.5-ultra", "google", "/v1beta"),
    "responses": ("openai/gpt-5.5", "openai", "/v1"),
}
GREETING = "Hello, how may I help you today?"


@pytest.fixture(scope="module")
def attentive() -> Iterator[Attentive]:
    with Attentive() as upstream:
        yield upstream


@pytest.fixture(params=[False, True], ids=["plain", "fallback"])
def fallback(request) -> bool:
    return request.param


@pytest.fixture(params=list(VENDORS))
def scene(request, attentive, fallback) -> Iterator[Any]:
    """The upstream and an LLM over it; a request that its vendor would refuse fails the test."""
    attentive.seen.clear()
    attentive.refused.clear()
    attentive.broken, attentive.answers = 0, None
    model, provider, root = VENDORS[request.param]
    whole = {"model": model, "provider": provider, "region": "us", "api_key": "a-key"}
    if request.param == "responses":
        whole["traits"] = {"endpoint": "responses"}
    places = [("broken", f"{attentive.url}/broken{root}")] if fallback else []
    places.append(("whole", f"{attentive.url}{root}"))
    deployments = [{"id": id_, "base_url": url, **whole} for id_, url in places]
    llm = Interlock({"deployments": deployments, "retries": {"max": 0}})
    yield SimpleNamespace(dialect=request.param, upstream=attentive, llm=llm)
    llm.router.close_sync()
    assert not attentive.refused, attentive.refused
    assert bool(attentive.broken) == fallback


def double(number: int) -> int:
    """Double a number."""
    return 2 * number


DOUBLE = FunctionTool.from_defaults(double)


async def ask(llm: Interlock, method: str, messages: Any, **kwargs: Any) -> list[ChatResponse]:
    """Every response that the method gives: one, or those of its stream."""
    if isinstance(messages, str):
        messages = [ChatMessage(content=messages)]
    given = getattr(llm, method)(messages, **kwargs)
    given = await given if method.startswith("a") else given
    if isinstance(given, ChatResponse):
        return [given]
    return [step async for step in given] if method.startswith("a") else list(given)


def blocks_of(response: ChatResponse, kind: type) -> list[Any]:
    return [block for block in response.message.blocks if isinstance(block, kind)]


@pytest.mark.parametrize("method", METHODS)
async def test_text(scene, fallback, method: str) -> None:
    steps = await ask(scene.llm, method, "Hello.")
    last = steps[-1]
    assert last.message.content == GREETING
    assert last.additional_kwargs["completion_tokens"] == 7
    assert last.raw["usage"]["prompt_tokens_details"]["cached_tokens"] == 4
    about = last.raw["interlock"]
    assert about["deployment"] == "whole"
    tried = [each["deployment"] for each in about["attempts"]]
    assert tried == (["broken", "whole"] if fallback else ["whole"])
    [asked] = scene.upstream.seen
    assert (asked.dialect, asked.stream) == (scene.dialect, "stream" in method)
    assert [turn.text for turn in asked.turns] == ["Hello."]
    if "stream" in method:
        said = [step.message.content or "" for step in steps]  # a thought may come before any word
        assert all(a in b for a, b in pairwise(said))
        assert "".join(step.delta for step in steps) == GREETING


@pytest.mark.parametrize("method", METHODS)
async def test_a_system_message(scene, method: str) -> None:
    said = [ChatMessage(role="system", content="Be brief."), ChatMessage(content="Hello.")]
    await ask(scene.llm, method, said)
    [asked] = scene.upstream.seen
    assert (asked.system, [turn.role for turn in asked.turns]) == ("Be brief.", ["user"])


@pytest.mark.parametrize("method", METHODS)
async def test_a_tool_loop_with_signed_thoughts(scene, method: str) -> None:
    """The call, its result under the call's id, and the vendor's own signature given back to it."""
    llm, tools = scene.llm, {"tools": [DOUBLE], "reasoning_effort": "low"}
    asked = [ChatMessage(content="Use the tool double on 21.")]
    called = (await ask(llm, method, asked, **tools))[-1]
    assert called.raw["finish_reason"] == "tool_calls"
    [block] = blocks_of(called, ToolCallBlock)
    assert (block.tool_name, block.tool_kwargs) == ("double", {"number": 21})
    [call] = llm.get_tool_calls_from_response(called)
    assert call.tool_id == block.tool_call_id == f"call_{scene.dialect}_0"
    result = ChatMessage(
        role="tool", content=str(double(**call.tool_kwargs)), additional_kwargs={"tool_call_id": call.tool_id}
    )
    answered = (await ask(llm, method, [*asked, called.message, result], **tools))[-1]
    assert answered.message.content == "The tool says: 42"
    said, given = scene.upstream.seen[-1].turns[-2:]
    assert [(each.id, each.text) for each in given.results] == [(call.tool_id, "42")]
    assert [(each.id, each.name) for each in said.calls] == [(call.tool_id, "double")]
    assert said.signatures == ["c2lnbmVk"]


@pytest.mark.parametrize("method", METHODS)
async def test_a_tool_that_must_be_called(scene, method: str) -> None:
    [called] = (await ask(scene.llm, method, "Hello, 4.", tools=[DOUBLE], tool_choice="required"))[-1:]
    assert [block.tool_kwargs for block in blocks_of(called, ToolCallBlock)] == [{"number": 4}]
    assert scene.upstream.seen[0].choice in ("required", "double")


@pytest.mark.parametrize("method", METHODS)
async def test_stop(scene, method: str) -> None:
    last = (await ask(scene.llm, method, "Hello.", stop=["may"]))[-1]
    assert last.message.content == "Hello, how "
    asked = () if scene.dialect == "responses" else ("may",)  # which has no such field: the text is cut
    assert tuple(scene.upstream.seen[0].stop) == asked


@pytest.mark.parametrize("method", METHODS)
async def test_image(scene, method: str) -> None:
    blocks = [TextBlock(text="What is it?"), ImageBlock(image=PIXEL)]
    last = (await ask(scene.llm, method, [ChatMessage(role="user", blocks=blocks)]))[-1]
    assert last.message.content == "I see image/png."
    [shown] = scene.upstream.seen[0].media
    assert shown.data == PIXEL


@pytest.mark.parametrize("method", METHODS)
async def test_thinking(scene, method: str) -> None:
    steps = await ask(scene.llm, method, "Hello.", reasoning_effort="low")
    assert scene.upstream.seen[0].thinks
    [thought] = blocks_of(steps[-1], ThinkingBlock)
    assert thought.content == "Let me think."
    assert steps[-1].message.content == GREETING
    if "stream" in method:
        deltas = [step.additional_kwargs.get("thinking_delta", "") for step in steps]
        assert "".join(deltas) == "Let me think."


@pytest.mark.parametrize("method", METHODS)
async def test_error(scene, fallback, method: str) -> None:
    scene.upstream.answers = lambda _: Reply.json({"error": {"message": "overloaded"}}, status=529)
    with pytest.raises(AllAttemptsFailed if fallback else Unavailable) as caught:
        await ask(scene.llm, method, "Hello.")
    tried = [(attempt.deployment, attempt.error.status) for attempt in caught.value.attempts]
    assert tried == ([("broken", 500)] if fallback else []) + [("whole", 529)]
