"""Every entry point with text, tools, stops, pictures, thoughts and errors; plain and through a fallback."""

import base64
from itertools import pairwise
from typing import Any

import pytest
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    ImageBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.tools import FunctionTool

from interlock import AllAttemptsFailed

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
METHODS = ("chat", "stream_chat", "achat", "astream_chat")
COMPLETIONS = ("complete", "stream_complete", "acomplete", "astream_complete")
WITH_TOOLS = ("chat_with_tools", "stream_chat_with_tools", "achat_with_tools", "astream_chat_with_tools")
EVERY = (*METHODS, *COMPLETIONS, *WITH_TOOLS)

Steps = list[ChatResponse] | list[CompletionResponse]


def add(left: int, right: int) -> int:
    """Add two numbers."""
    return left + right


ADD = FunctionTool.from_defaults(add)


async def ask(llm: Any, method: str, *blocks: Any, **kwargs: Any) -> Any:
    """Every response that the method gives: one, or those of its stream."""
    entry = getattr(llm, method)
    if method in COMPLETIONS:
        pictures = [block for block in blocks if isinstance(block, ImageBlock)]
        more = {"image_documents": pictures} if pictures else {}
        result = entry(
            "".join(block.text for block in blocks if isinstance(block, TextBlock)), **kwargs, **more
        )
    else:
        message = ChatMessage(role="user", blocks=list(blocks))
        if method in WITH_TOOLS:
            kwargs.setdefault("tools", [ADD])
            kwargs.setdefault("tool_choice", "none")
            result = entry(chat_history=[message], **kwargs)
        else:
            result = entry([message], **kwargs)
    if method.startswith("a"):
        result = await result
    if not isinstance(result, ChatResponse | CompletionResponse):
        return [step async for step in result] if method.startswith("a") else list(result)
    return [result]


def text_of(response: Any) -> str:
    return response.text if isinstance(response, CompletionResponse) else response.message.content or ""


def blocks_of(response: ChatResponse, kind: type) -> list[Any]:
    return [block for block in response.message.blocks if isinstance(block, kind)]


@pytest.mark.parametrize("method", EVERY)
async def test_text(stage, method: str) -> None:
    steps = await ask(stage.llm, method, TextBlock(text="Count."))
    last = steps[-1]
    assert text_of(last) == "one two three four five"
    assert (last.additional_kwargs["prompt_tokens"], last.additional_kwargs["completion_tokens"]) == (11, 7)
    assert last.raw["usage"]["total_tokens"] == 18
    assert last.raw["finish_reason"] == "stop"
    about = last.additional_kwargs["interlock"]
    assert about["deployment"] == stage.answering.name
    tried = [(attempt["deployment"], attempt["error"] is None) for attempt in about["attempts"]]
    assert tried == ([("first", False), ("second", True)] if stage.through_a_fallback else [("first", True)])
    assert stage.answering.asked["messages"] == [{"role": "user", "content": "Count."}]
    if "stream" in method:
        assert len(steps) > 1  # what has come together is one step
        grown = [text_of(step) for step in steps]
        assert all(later.startswith(earlier) for earlier, later in pairwise(grown))
        assert "".join(step.delta for step in steps) == text_of(last)
    else:
        assert last.delta is None


@pytest.mark.parametrize("method", EVERY)
async def test_tools(stage, method: str) -> None:
    asked = {"tools": [ADD], "tool_choice": "required"}
    stage.answering.pause = 0.1 if "stream" in method else 0.0
    steps = await ask(stage.llm, method, TextBlock(text="What is 19 and 23?"), **asked)
    last, body = steps[-1], stage.answering.asked
    assert body["tools"][0]["function"]["name"] == "add"
    assert body["tool_choice"] == "required"
    assert last.raw["finish_reason"] == "tool_calls"
    if method in COMPLETIONS:
        [call] = last.additional_kwargs["tool_calls"]
        assert (call["function"]["name"], call["function"]["arguments"]) == (
            "add",
            '{"left": 19, "right": 23}',
        )
        return
    [block] = blocks_of(last, ToolCallBlock)
    assert (block.tool_name, block.tool_kwargs) == ("add", {"left": 19, "right": 23})
    [selection] = stage.llm.get_tool_calls_from_response(last)
    assert selection.tool_id == block.tool_call_id == f"call_{stage.answering.name}_1"
    assert selection.tool_kwargs == {"left": 19, "right": 23}
    if "stream" in method:
        grown = [stage.llm.get_tool_calls_from_response(step, error_on_no_tool_call=False) for step in steps]
        assert {"left": 19} in [calls[0].tool_kwargs for calls in grown if calls]


@pytest.mark.parametrize("method", EVERY)
async def test_stop(stage, method: str) -> None:
    steps = await ask(stage.llm, method, TextBlock(text="Count."), stop=["three"])
    assert text_of(steps[-1]) == "one two "
    assert stage.answering.asked["stop"] == ["three"]


@pytest.mark.parametrize("method", EVERY)
async def test_image(stage, method: str) -> None:
    steps = await ask(stage.llm, method, TextBlock(text="What is it?"), ImageBlock(image=PIXEL))
    assert text_of(steps[-1]) == "I see image_url."
    _, picture = stage.answering.asked["messages"][-1]["content"]
    assert picture["image_url"]["url"] == f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"


@pytest.mark.parametrize("method", EVERY)
async def test_thinking(stage, method: str) -> None:
    steps = await ask(stage.llm, method, TextBlock(text="Count."), reasoning_effort="high")
    last = steps[-1]
    assert text_of(last) == "one two three four five"
    if method in COMPLETIONS:
        assert last.additional_kwargs["thinking"] == "Somebody wants to know something."
    else:
        [thought] = blocks_of(last, ThinkingBlock)
        assert (thought.content, thought.num_tokens) == ("Somebody wants to know something.", 4)
    if "stream" in method:
        deltas = [step.additional_kwargs.get("thinking_delta", "") for step in steps]
        assert "".join(deltas) == "Somebody wants to know something."


@pytest.mark.parametrize("method", EVERY)
async def test_error(stage, method: str) -> None:
    stage.first.failing = stage.second.failing = True
    with pytest.raises(AllAttemptsFailed) as caught:
        await ask(stage.llm, method, TextBlock(text="Count."))
    assert [attempt.deployment for attempt in caught.value.attempts] == ["first", "second"]
