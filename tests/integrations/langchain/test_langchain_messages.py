"""Messages of all shapes in, and answers of all shapes out."""

import base64
import json
from dataclasses import replace

import pytest
from langchain_core.messages import (
    AIMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)

from interlock import (
    Answer,
    Audio,
    Citation,
    Document,
    Image,
    Reasoning,
    Refusal,
    RequestError,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)
from interlock.testing import Step, scripted_router
from langchain_interlock import ChatInterlock
from langchain_interlock.messages_in import messages_in

PNG = b"\x89PNG"
B64 = base64.b64encode(PNG).decode()
CALL = {"name": "add", "args": {"a": 1}, "id": "c1", "type": "tool_call"}


def parts_of(content, kind=HumanMessage):
    [message] = messages_in([kind(content)])
    return message.parts


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "base64": B64, "mime_type": "image/png"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{B64}"}},
        {"type": "image_url", "image_url": f"data:image/png;base64,{B64}"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{B64}"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": B64}},
        {"type": "image", "url": f"data:image/png;base64,{B64}"},
        {"type": "file", "base64": B64, "mime_type": "image/png"},
        {"type": "media", "data": B64, "mime_type": "image/png"},
        {"type": "media", "data": PNG, "mime_type": "image/png"},
        {"type": "non_standard", "value": {"type": "image_url", "image_url": f"data:image/png;base64,{B64}"}},
    ],
)
def test_an_image_is_the_same_in_every_form(block):
    assert parts_of([block]) == (Image(data=PNG, media_type="image/png"),)


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ("just text", Text("just text")),
        ({"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}, Text("x", cache=True)),
        ({"type": "input_text", "text": "x"}, Text("x")),
        ({"type": "image", "url": "https://a.example/b.png"}, Image(url="https://a.example/b.png")),
        (
            {"type": "image_url", "image_url": {"url": "https://a.example/b.png", "detail": "low"}},
            Image(url="https://a.example/b.png", detail="low"),
        ),
        (
            {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}},
            Image(url="https://a.example/b.png"),
        ),
        ({"type": "image", "source": {"type": "file", "file_id": "f1"}}, Image(file_id="f1")),
        ({"type": "image", "file_id": "f1"}, Image(file_id="f1")),
        ({"type": "audio", "base64": B64, "mime_type": "audio/wav"}, Audio(data=PNG, media_type="audio/wav")),
        (
            {"type": "input_audio", "input_audio": {"data": B64, "format": "mp3"}},
            Audio(data=PNG, media_type="audio/mp3"),
        ),
        (
            {"type": "file", "base64": B64, "mime_type": "application/pdf", "filename": "a.pdf"},
            Document(data=PNG, media_type="application/pdf", name="a.pdf"),
        ),
        (
            {
                "type": "file",
                "file": {"file_data": f"data:application/pdf;base64,{B64}", "filename": "a.pdf"},
            },
            Document(data=PNG, media_type="application/pdf", name="a.pdf"),
        ),
        ({"type": "file", "file": {"file_id": "f1"}}, Document(file_id="f1")),
        (
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": B64},
                "title": "A",
            },
            Document(data=PNG, media_type="application/pdf", name="A"),
        ),
        (
            {"type": "document", "source": {"type": "text", "data": "words"}},
            Document(data=b"words", media_type="text/plain"),
        ),
        ({"type": "text-plain", "text": "words"}, Document(data=b"words", media_type="text/plain")),
        (
            {
                "type": "tool_result",
                "tool_use_id": "c1",
                "content": [{"type": "text", "text": "3"}],
                "is_error": True,
            },
            ToolResult(id="c1", content=(Text("3"),), error=True),
        ),
    ],
)
def test_blocks_of_a_users_turn(block, part):
    assert parts_of([block]) == (part,)


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ({"type": "video", "url": "https://a.example/b.mp4"}, "'video' is no block that can be sent"),
        ({"type": "image"}, "expected base64, a url or a file_id"),
        ({"type": "image", "base64": "not base64!"}, "this is not base64"),
        ({"type": "text"}, "a text block needs text"),
        ({"type": "tool_result", "content": "4"}, "a tool's result needs the id of its call"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_place(block, complaint):
    with pytest.raises(RequestError, match=complaint) as caught:
        messages_in([HumanMessage("first"), HumanMessage(["text", block])])
    assert caught.value.key.startswith("messages.1.content.1")


def test_the_assistants_turns():
    [message] = messages_in(
        [
            AIMessage(
                [
                    {"type": "thinking", "thinking": "Hm.", "signature": "s"},
                    {"type": "redacted_thinking", "data": "d"},
                    {"type": "text", "text": "I'll add."},
                    {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 99}},
                    {"type": "server_tool_call", "name": "web_search", "args": {}, "id": "w"},
                ],
                tool_calls=[CALL, {**CALL, "id": "c2"}],
                name="adder",
            )
        ]
    )
    assert message.name == "adder"
    assert message.parts == (
        Reasoning("Hm.", signature="s", vendor="anthropic"),
        Reasoning("", signature="d", vendor="anthropic", redacted=True),
        Text("I'll add."),
        ToolCall(id="c1", name="add", arguments={"a": 1}),  # one call, though it stands there twice
        ToolCall(id="c2", name="add", arguments={"a": 1}),
    )


def test_calls_that_stand_in_the_content_alone_are_calls():
    assert parts_of([{"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}}], AIMessage) == (
        ToolCall(id="c1", name="add", arguments={"a": 1}),
    )


def test_a_call_that_was_no_json_keeps_its_place_for_the_result_that_answers_it():
    invalid = {"name": "add", "args": "{", "id": "c1", "error": "bad", "type": "invalid_tool_call"}
    calls = messages_in([AIMessage("", invalid_tool_calls=[invalid]), ToolMessage("bad", tool_call_id="c1")])
    assert calls[0].tool_calls == (ToolCall(id="c1", name="add"),)


def test_a_call_that_was_no_json_and_that_nothing_answers_is_left_out():
    invalid = {"name": "add", "args": "{", "id": "c1", "error": "bad", "type": "invalid_tool_call"}
    turn, _ = messages_in([AIMessage("Hm.", invalid_tool_calls=[invalid]), HumanMessage("Well?")])
    assert turn.tool_calls == ()


def test_a_block_that_was_no_call_keeps_its_place_too():
    block = {"type": "tool_use", "id": "c2", "name": "add", "input": "{"}
    assert parts_of([block], AIMessage) == (ToolCall(id="c2", name="add"),)


def test_reasoning_belongs_to_the_vendor_that_the_message_names():
    blocks = [
        {"type": "reasoning", "reasoning": "Hm.", "extras": {"signature": "s"}},
        {"type": "text", "text": "x"},
    ]
    [named, unnamed] = messages_in(
        [AIMessage(blocks, response_metadata={"model_provider": "google_genai"}), AIMessage(blocks)]
    )
    assert named.parts[0] == Reasoning("Hm.", signature="s", vendor="google")
    assert unnamed.parts[0] == Reasoning("Hm.", signature="s", vendor=None)
    [deepseek] = messages_in(
        [
            AIMessage(
                "x",
                additional_kwargs={"reasoning_content": "Hm."},
                response_metadata={"model_provider": "deepseek"},
            )
        ]
    )
    assert deepseek.parts == (Reasoning("Hm.", vendor="deepseek"), Text("x"))


def test_tools_results():
    messages = [
        ToolMessage("3", tool_call_id="c1", name="add", status="error"),
        ToolMessage([{"type": "json", "json": {"sum": 3}}, "and more"], tool_call_id="c2"),
        ToolMessage([{"type": "image", "base64": B64, "mime_type": "image/png"}], tool_call_id="c3"),
        FunctionMessage(name="add", content="3"),
    ]
    results = [message.parts[0] for message in messages_in(messages)]
    assert results == [
        ToolResult(id="c1", content="3", name="add", error=True),
        ToolResult(id="c2", content=(Text('{"sum": 3}'), Text("and more"))),
        ToolResult(id="c3", content=(Image(data=PNG, media_type="image/png"),)),
        ToolResult(id="add", content="3", name="add"),
    ]


def test_roles():
    messages = [
        SystemMessage("a"),
        SystemMessage("b"),
        ChatMessage("c", role="developer"),
        HumanMessage("d", name="n"),
    ]
    assert [(each.role, each.text, each.name) for each in messages_in(messages)] == [
        ("system", "a", None),
        ("system", "b", None),
        ("system", "c", None),
        ("user", "d", "n"),
    ]
    with pytest.raises(RequestError, match="'bard' is no role"):
        messages_in([ChatMessage("x", role="bard")])
    with pytest.raises(RequestError, match="RemoveMessage is no part"):
        messages_in([RemoveMessage("x")])


ANSWERS = {
    "text": Answer(parts=(Text("Hello there."),), finish_reason="stop"),
    "nothing": Answer(parts=(), finish_reason="stop"),
    "thought": Answer(parts=(Reasoning("Hm.", vendor="a"), Text("Yes.")), finish_reason="stop"),
    "calls": Answer(
        parts=(
            Text("Both."),
            ToolCall(id="c1", name="add", arguments={"a": 1}),
            ToolCall(id="c2", name="add"),
        ),
        finish_reason="tool_calls",
    ),
    "signed": Answer(
        parts=(
            Reasoning("", signature="hidden", vendor="a", redacted=True),
            Reasoning("Hm.", signature="s", vendor="a"),
            Text("Yes."),
            Reasoning("Oh.", signature="t", vendor="a"),
            ToolCall(id="c1", name="add", arguments={"a": 1}, signature="u", vendor="a"),
        ),
        finish_reason="tool_calls",
    ),
    "media": Answer(parts=(Text("Look:"), Image(data=PNG, media_type="image/png")), finish_reason="stop"),
    "refusal": Answer(parts=(Refusal("I will not."),), finish_reason="refusal"),
    "cited": Answer(
        parts=(Text("So it is.", citations=(Citation(url="https://a.example", title="A", start=0, end=9),)),),
        finish_reason="stop",
    ),
}
USAGE = Usage(input_tokens=10, output_tokens=5, cache_read=4, cache_write=2, reasoning=1)


ADD = {"name": "add", "description": "Adds.", "parameters": {"type": "object", "properties": {}}}


def chat(answer: Answer, version: str | None, times: int = 4) -> ChatInterlock:
    whole = Answer(parts=answer.parts, finish_reason=answer.finish_reason, usage=USAGE, served_model="a-1")
    return ChatInterlock(router=scripted_router({"a": [Step(whole)] * times}), output_version=version)


def volatile(message: AIMessage) -> dict:
    """Everything but ids, times and the indices by which chunks are folded."""
    metadata = json.loads(json.dumps(message.response_metadata))  # which also says that it is plain data
    del metadata["id"]  # the record's
    served = metadata["interlock"]
    for key in ("latency", "record"):
        del served[key]
    for attempt in served["attempts"]:
        for key in ("started", "latency", "first_token"):
            del attempt[key]
    kept = {"text": str(message.text), "metadata": metadata, "usage": message.usage_metadata}
    kept["calls"], kept["additional"] = message.tool_calls, message.additional_kwargs
    kept["blocks"] = [
        {key: value for key, value in block.items() if key != "index"} for block in message.content_blocks
    ]
    return kept


@pytest.mark.parametrize("version", [None, "v0", "v1"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_a_stream_folded_together_equals_the_plain_answer(name, version):
    model = chat(ANSWERS[name], version)
    plain, plain_async = model.invoke("x", tools=[ADD]), await model.ainvoke("x", tools=[ADD])
    first, *rest = list(model.stream("x", tools=[ADD]))
    streamed = first + rest
    first, *rest = [chunk async for chunk in model.astream("x", tools=[ADD])]
    streamed_async = first + rest
    assert volatile(plain) == volatile(plain_async)
    assert volatile(streamed) == volatile(streamed_async)
    assert {**volatile(plain), "metadata": None} == {**volatile(streamed), "metadata": None}
    assert volatile(plain)["metadata"] == volatile(streamed)["metadata"]
    assert sum(bool(chunk.usage_metadata) for chunk in [first, *rest]) == 1
    assert rest == [] or rest[-1].chunk_position == "last"
    assert messages_in([plain]) == messages_in([streamed])
    assert plain.usage_metadata == {
        "input_tokens": 10,
        "output_tokens": 5,
        "total_tokens": 15,
        "input_token_details": {"cache_read": 4, "cache_creation": 2},
        "output_token_details": {"reasoning": 1},
    }


@pytest.mark.parametrize("version", [None, "v1"])
@pytest.mark.parametrize("name", ["signed", "thought", "calls", "text"])
def test_what_comes_back_is_what_the_vendor_made(name, version):
    """And where: a signature is of use at the endpoint alone that gave it."""
    model = chat(ANSWERS[name], version)
    signed = (Reasoning, ToolCall)
    made = tuple(
        replace(part, origin="a/scripted") if isinstance(part, signed) and part.signature else part
        for part in ANSWERS[name].parts
    )
    [again] = messages_in([model.invoke("x", tools=[ADD])])
    assert again.parts == made
    copied = AIMessage.model_validate_json(model.invoke("x", tools=[ADD]).model_dump_json())
    assert messages_in([copied])[0].parts == made


def test_an_edited_answer_goes_out_without_signatures():
    message = chat(ANSWERS["signed"], None).invoke("x", tools=[ADD])
    message.content = "No."
    [again] = messages_in([message])
    assert not any(part.signature for part in again.parts if isinstance(part, (Reasoning, ToolCall)))


def test_nobody_counted():
    message = ChatInterlock(router=scripted_router({"a": [ANSWERS["text"]]})).invoke("x")
    assert message.response_metadata["interlock"]["attempts"][0]["usage"]["estimated"]
