"""`response.raw`, as programs that were written for OpenAI read it: by attribute, by key, written down."""

import json
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.callbacks import CallbackManager, TokenCountingHandler
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import JsonSerializer
from pydantic import BaseModel

from interlock import Answer, Text, ToolCall, Usage
from interlock.testing import Step, scripted_router
from llama_index.llms.interlock import Interlock
from llama_index.llms.interlock.raw import Tokens

WAYS = [
    "chat",
    "achat",
    "stream_chat",
    "astream_chat",
    "complete",
    "acomplete",
    "stream_complete",
    "astream_complete",
]
USAGE = Usage(input_tokens=9, output_tokens=3, cache_read=2, reasoning=1)


def llm_saying(*parts: Any, usage: Usage = USAGE, **fields: Any) -> Interlock:
    called = any(isinstance(part, ToolCall) for part in parts)
    answer = Answer(
        parts=parts or (Text("hello there"),),
        finish_reason="tool_calls" if called else "stop",
        usage=usage,
        served_model="gpt-4o-2024",
    )
    return Interlock(router=scripted_router({"a": [Step(answer)]}), **fields)


async def asked(llm: Interlock, way: str) -> list[Any]:
    """The steps of a stream, or the one answer."""
    given = getattr(llm, way)([ChatMessage(content="x")] if "chat" in way else "x")
    given = await given if way.startswith("a") else given
    if "stream" not in way:
        return [given]
    return [step async for step in given] if way.startswith("a") else list(given)


@pytest.mark.parametrize("way", WAYS)
async def test_an_answer_reads_as_a_chat_completion(way: str) -> None:
    llm = llm_saying()
    raw = (await asked(llm, way))[-1].raw
    usage = raw.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (9, 3, 12)
    assert usage.prompt_tokens_details.cached_tokens == 2
    assert usage.completion_tokens_details.reasoning_tokens == 1
    assert (raw.id, raw.model, raw.object) == (llm.router.records[0].id, "gpt-4o-2024", "chat.completion")
    [choice] = raw.choices
    assert (choice.message.role, choice.message.content) == ("assistant", "hello there")
    assert (choice.finish_reason, raw.finish_reason) == ("stop", "stop")
    assert raw.interlock["deployment"] == "a"


@pytest.mark.parametrize("way", WAYS)
async def test_it_reads_by_key_as_well(way: str) -> None:
    raw = (await asked(llm_saying(), way))[-1].raw
    assert raw["usage"]["total_tokens"] == raw.get("usage").get("total_tokens") == 12
    assert raw["choices"][0]["message"]["content"] == "hello there"
    assert ("usage" in raw, "nothing" in raw, raw.get("nothing", 1)) == (True, False, 1)
    assert dict(raw) == {**raw} == dict(raw.items())
    assert list(raw.values()) == [raw[name] for name in dict(raw)]
    with pytest.raises(KeyError, match="nothing"):
        raw["nothing"]


@pytest.mark.parametrize("way", WAYS)
async def test_it_is_written_down_as_plain_values(way: str) -> None:
    response = (await asked(llm_saying(), way))[-1]
    assert isinstance(response.raw, BaseModel)
    written = response.raw.model_dump()
    assert json.loads(json.dumps(written)) == json.loads(response.model_dump_json())["raw"] == written
    assert written["usage"]["total_tokens"] == 12
    assert written["choices"][0]["message"]["tool_calls"] is None


@pytest.mark.parametrize("way", [way for way in WAYS if "stream" in way])
async def test_steps_of_a_stream_hold_what_they_add(way: str) -> None:
    *steps, last = await asked(llm_saying(), way)
    assert "".join(step.raw.choices[0].delta.content or "" for step in steps) == "hello there"
    assert all(step.raw.usage is None and step.raw["choices"][0]["finish_reason"] is None for step in steps)
    assert last.raw.choices[0].delta.content is None


def test_calls_stand_in_the_message() -> None:
    llm = llm_saying(ToolCall(id="c1", name="add", arguments={"left": 1}))
    tool = FunctionTool.from_defaults(lambda left: left, name="add", description="Add.")
    message = llm.chat_with_tools([tool], user_msg="x").raw.choices[0].message
    assert message.content is None
    [call] = message.tool_calls
    assert (call.id, call.type, call.function.name) == ("c1", "function", "add")
    assert json.loads(call.function.arguments) == {"left": 1}


def test_a_count_that_nobody_knows_is_nowhere_but_as_an_attribute() -> None:
    usage = Tokens(completion_tokens=3)
    assert (usage.prompt_tokens, usage.completion_tokens) == (None, 3)
    assert usage.get("prompt_tokens", 0) == 0
    assert "prompt_tokens" not in usage
    assert usage.model_dump() == dict(usage) == {"completion_tokens": 3}


@pytest.mark.parametrize("way", WAYS)
async def test_a_counter_reads_it(way: str) -> None:
    counter = TokenCountingHandler()
    await asked(llm_saying(callback_manager=CallbackManager([counter])), way)
    assert (counter.prompt_llm_token_count, counter.completion_llm_token_count) == (9, 3)


def test_a_response_goes_through_a_workflows_serializer() -> None:
    response = llm_saying().chat([ChatMessage(content="x")])
    again = JsonSerializer().deserialize(JsonSerializer().serialize(response))
    assert isinstance(again, ChatResponse)
    assert again.raw["usage"]["total_tokens"] == 12
