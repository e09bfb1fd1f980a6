import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Document, Image, Message, Reasoning, RequestError, Text, ToolCall, ToolResult
from interlock.types.chat import as_messages

PIXEL = base64.b64encode(b"\x89PNG").decode()


def test_text_is_a_users_turn():
    assert as_messages("Hello") == (Message("user", "Hello"),)


def test_openais_form_is_understood():
    messages = as_messages(
        [
            {"role": "developer", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    image(f"data:image/png;base64,{PIXEL}"),
                ],
            },
            {
                "role": "assistant",
                "content": None,
                "reasoning_content": "hm",
                "tool_calls": [
                    {"id": "1", "type": "function", "function": {"name": "look", "arguments": '{"x": 1}'}}
                ],
            },
            {"role": "tool", "tool_call_id": "1", "content": "a cat"},
        ]
    )
    assert messages == (
        Message("system", "Be brief."),
        Message("user", (Text("What is this?"), Image(data=b"\x89PNG", media_type="image/png"))),
        Message("assistant", (Reasoning("hm"), ToolCall(id="1", name="look", arguments={"x": 1}))),
        Message("tool", (ToolResult(id="1", content="a cat"),)),
    )


def image(url):
    return {"type": "image_url", "image_url": {"url": url}}


def test_urls_stay_urls():
    (message,) = as_messages({"role": "user", "content": [image("https://example.org/a.png")]})
    assert message.parts == (Image(url="https://example.org/a.png"),)


def test_files_become_documents():
    data = base64.b64encode(b"%PDF").decode()
    part = {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{data}"}}
    (message,) = as_messages({"role": "user", "content": [part]})
    assert message.parts == (Document(data=b"%PDF", media_type="application/pdf", name="a.pdf"),)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (None, "messages"),
        (7, "messages"),
        (b"bytes", "messages"),
        ([], "messages"),
        ([7], "messages.0"),
        ([{"content": "x"}], "messages.0.role"),
        ([{"role": "robot", "content": "x"}], "role"),
        ([{"role": "user", "content": 7}], "messages.0.content"),
        (["Hi", {"role": "user", "content": [{"type": "hologram"}]}], "messages.1.content.0.type"),
        (
            [{"role": "user", "content": [image("data:image/png;base64,###")]}],
            "messages.0.content.0.image_url.url",
        ),
        ([{"role": "tool", "content": "x"}], "messages.0.tool_call_id"),
        (
            [{"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{"}}]}],
            "messages.0.tool_calls.0.function.arguments",
        ),
    ],
)
def test_what_cannot_be_read_is_named(value, key):
    with pytest.raises(RequestError) as caught:
        as_messages(value)
    assert caught.value.key == key


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
keys = st.sampled_from(
    ["role", "content", "tool_calls", "tool_call_id", "refusal", "type", "text", "function"]
)


@given(
    json_values
    | st.lists(st.dictionaries(keys, json_values | st.sampled_from(["user", "tool", "assistant"])))
)
def test_anything_is_messages_or_a_request_error(value):
    try:
        messages = as_messages(value)
    except RequestError:
        return
    assert all(isinstance(message, Message) for message in messages)


def test_parts_that_are_no_parts_are_refused():
    with pytest.raises(RequestError, match=r"content\.1"):
        Message("user", ["fine", object()])


@pytest.mark.parametrize("sources", [{}, {"data": b"x", "url": "https://example.org"}])
def test_media_has_exactly_one_source(sources):
    with pytest.raises(RequestError, match="exactly one"):
        Image(**sources)
