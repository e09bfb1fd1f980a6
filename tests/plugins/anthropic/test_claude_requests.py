"""What we send: valid for the vendor's own SDK, whatever the request combines."""

import base64
import sys
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import InvalidRequest
from interlock.types.messages import Audio, Document, Image, Message, Reasoning, Text, ToolCall, ToolResult
from interlock.types.models import Credential, ModelCard
from interlock.types.request import Output, Request, Settings, ToolSpec
from request_strategies import PNG, SCHEMA, requests, words
from sdk_anthropic import valid

MODELS = (
    "claude-3-opus-latest",
    "claude-opus-4-0",
    "claude-opus-4-1",
    "claude-sonnet-4-5-20250929",
    "claude-opus-4-5",
    "claude-sonnet-4-6",
    "claude-opus-4-8",
    "claude-fable-5",
    "claude-opus-5",
    "claude-opus-5-5",
    "model-1",
)
ROWS = {
    "type": "object",
    "properties": {"rows": {"type": "array", "items": {"$ref": "#/$defs/Row"}}},
    "$defs": {"Row": {"type": "object", "properties": {"count": {"type": "integer", "minimum": 1}}}},
}
FREE_FORM = {"type": "object", "properties": {"notes": {"type": "object", "additionalProperties": True}}}
extremes = st.builds(
    Settings,
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0, 1),
    top_k=st.none() | st.integers(1, 50),
    max_tokens=st.none() | st.integers(1, 9999),
    stop=st.lists(words, max_size=3).map(tuple),
    seed=st.none() | st.integers(0, 99),
    reasoning_effort=st.sampled_from([None, "none", "minimal", "low", "medium", "high", "xhigh", "max"]),
    reasoning_tokens=st.none() | st.integers(0, 9999),
    parallel_tool_calls=st.none() | st.booleans(),
    user=st.none() | words,
)
schemas = st.none() | st.sampled_from(
    [Output(name="city info", schema=schema, build=dict) for schema in (SCHEMA, ROWS, FREE_FORM)]
)
asked = st.builds(
    lambda request, chosen, output: replace(request, settings=chosen, output=output),
    requests(),
    extremes,
    schemas,
)
quiet = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def body_or_refusal(claude: Any, request: Request, **how: Any) -> dict[str, Any] | InvalidRequest:
    try:
        return claude.body(request, **how)
    except InvalidRequest as error:
        return error


@quiet
@given(request_=asked, stream=st.booleans(), model=st.sampled_from(MODELS))
def test_every_body_is_one_that_the_sdk_would_send(
    request_: Request, stream: bool, model: str, claude: Any
) -> None:
    body = body_or_refusal(claude, request_, stream=stream, name=model)
    if isinstance(body, InvalidRequest):
        audible = any(isinstance(part, Audio) for message in request_.messages for part in message.parts)
        assert (body.code == "unsupported_part") if audible else "every message is empty" in str(body)
        return
    valid(body, stream=stream)
    assert body["stream"] is stream
    assert "secret-trace" not in str(body)
    roles = [turn["role"] for turn in body["messages"]]
    assert all(left != right for left, right in pairwise(roles))
    blocks = [block for turn in body["messages"] for block in turn["content"]]
    ids = [block["id"] for block in blocks if block["type"] == "tool_use"]
    assert len(ids) == len(set(ids))
    assert all(block["text"].strip() for block in blocks if block["type"] == "text")
    assert str(body).count("'cache_control'") <= 4
    thinking = body.get("thinking", {})
    if thinking.get("type") == "enabled":
        assert 1024 <= thinking["budget_tokens"] < body["max_tokens"]
        assert body.get("tool_choice", {}).get("type") not in ("any", "tool")
        assert "temperature" not in body
    assert body.get("temperature", 0) <= 1


def test_system_messages_go_together_and_turns_alternate(claude: Any) -> None:
    body = claude.body(
        Request(
            [
                Message("system", "one"),
                Message("system", [Text("two", cache=True)]),
                Message("user", "hi"),
                Message("user", [Text("see", cache=True), Image(data=PNG)]),
                Message("system", "three"),
                Message("assistant", "well"),
                Message("assistant", [Reasoning("hm", vendor="openai"), ToolCall(id="a:1", name="f")]),
                Message("tool", [ToolResult(id="a:1", content="no", error=True)]),
                Message("user", "go on"),
            ]
        )
    )
    assert [block["text"] for block in body["system"]] == ["one", "two", "three"]
    assert [block.get("cache_control") for block in body["system"]] == [None, {"type": "ephemeral"}, None]
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    first, second, third = (turn["content"] for turn in body["messages"])
    assert [block["type"] for block in first] == ["text", "text", "image"]
    assert first[1]["cache_control"] == {"type": "ephemeral"}
    assert [block["type"] for block in second] == ["text", "tool_use"]
    assert third[0] == {
        "type": "tool_result",
        "tool_use_id": second[1]["id"],
        "content": "no",
        "is_error": True,
    }
    assert third[1] == {"type": "text", "text": "go on"}
    assert second[1]["id"].replace("_", "").isalnum()
    assert (body["tools"][0]["name"], body["tool_choice"]) == ("f", {"type": "none"})


def test_results_come_first_and_calls_of_one_id_are_told_apart(claude: Any) -> None:
    """Vendors without ids number the calls of every answer anew."""
    turn = [
        Message("assistant", [ToolCall(id="call_0", name="f")]),
        Message("user", [Text("meanwhile"), ToolResult(id="call_0", content=(Image(data=PNG), Text("x")))]),
    ]
    sent = claude.body(Request([Message("user", "q"), *turn, *turn]))["messages"]
    calls = [block["id"] for message in sent for block in message["content"] if block["type"] == "tool_use"]
    answers = [message["content"][0]["tool_use_id"] for message in sent[2::2]]
    assert calls == answers == ["call_0", "call_0_2"]
    assert [piece["type"] for piece in sent[2]["content"][0]["content"]] == ["image", "text"]


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (
            Image(data=PNG),
            {
                "type": "image",
                "source": {
                    "type": "base64",
                    "media_type": "image/png",
                    "data": base64.b64encode(PNG).decode(),
                },
            },
        ),
        (
            Image(url="https://a.example/b.png"),
            {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}},
        ),
        (
            Document(url="https://a.example/b.pdf"),
            {"type": "document", "source": {"type": "url", "url": "https://a.example/b.pdf"}},
        ),
        (
            Document(data=b"%PDF-1", name="a.pdf"),
            {
                "type": "document",
                "title": "a.pdf",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0x"},
            },
        ),
        (
            Document(data=b"a,b", media_type="text/csv"),
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a,b"}},
        ),
    ],
)
def test_a_part_is_sent_as_its_block(part: Any, block: dict[str, Any], claude: Any) -> None:
    assert claude.body(Request([Message("user", [part])]))["messages"][0]["content"] == [block]


@pytest.mark.parametrize("part", [Image(file_id="f-1"), Document(file_id="f-1")])
@pytest.mark.parametrize("inside", [False, True])
def test_files_need_their_beta(part: Any, inside: bool, claude: Any) -> None:
    content: Any = [ToolResult(id="a", content=(part,))] if inside else [part]
    sent = claude.codec.encode(claude.call(Request([Message("user", content)])), stream=False)
    assert sent.headers["anthropic-beta"] == "files-api-2025-04-14"
    assert b'"file_id":"f-1"' in sent.body


@pytest.mark.parametrize(
    ("part", "way_out"),
    [
        (Audio(data=b"ID3"), "transcript"),
        (Document(data=b"PK", media_type="application/zip"), "PDF or plain text"),
        (Document(data=b"?"), "media_type"),
        (Document(url="https://a.example/b", media_type="text/plain"), "bytes"),
        (Document(data=b" ", media_type="text/plain"), "leave it out"),
        (Image(data=b"?"), "media_type"),
        (Image(data=b"?", media_type="image/tiff"), "JPEG"),
        (Reasoning("hm"), "assistant"),
        (ToolCall(id="a", name="f"), "assistant"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_way_out(part: Any, way_out: str, claude: Any) -> None:
    with pytest.raises(InvalidRequest, match=way_out) as caught:
        claude.body(Request([Message("user", [part])]))
    assert caught.value.code == "unsupported_part"


@pytest.mark.parametrize(
    "message",
    [
        Message("system", [Image(data=PNG)]),
        Message("tool", [Text("x")]),
        Message("assistant", [ToolResult(id="a", content="x")]),
    ],
)
def test_a_part_in_the_wrong_turn_is_refused(message: Message, claude: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"cannot take an? (Image|Text|ToolResult)"):
        claude.body(Request([message]))


def test_a_picture_by_the_assistant_follows_in_the_users_turn(claude: Any) -> None:
    turn = [Text("here"), Image(data=PNG), ToolCall(id="a", name="f")]
    result = Message("tool", [ToolResult(id="a", content="ok")])
    sent = claude.body(Request([Message("user", "draw"), Message("assistant", turn), result]))["messages"]
    assert [block["type"] for block in sent[1]["content"]] == ["text", "tool_use"]
    assert [block["type"] for block in sent[2]["content"]] == ["tool_result", "text", "image"]
    alone = claude.body(Request([Message("user", "draw"), Message("assistant", [Image(data=PNG)])]))
    assert [turn["role"] for turn in alone["messages"]] == ["user"]


def test_thoughts_go_back_as_they_came_and_to_nobody_else(claude: Any) -> None:
    turn = [
        Reasoning("hm", signature="s1", vendor="anthropic"),
        Reasoning("", signature="s2", vendor="anthropic"),
        Reasoning("", signature="dark", vendor="anthropic", redacted=True),
        Reasoning("unsealed", vendor="anthropic"),
        Reasoning("another's", signature="s3", vendor="google"),
        Text("so"),
        Reasoning("last", signature="s4", vendor="anthropic"),
    ]
    request = Request([Message("user", "q"), Message("assistant", turn), Message("user", "and?")])
    assert claude.body(request)["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "s1"},
        {"type": "thinking", "thinking": "", "signature": "s2"},
        {"type": "redacted_thinking", "data": "dark"},
        {"type": "text", "text": "so"},
    ]


def test_nothing_blank_is_sent(claude: Any) -> None:
    history = [
        Message("user", ""),
        Message("user", [Text("long", cache=False), Text(" \n", cache=True)]),
        Message("assistant", [Reasoning("hm", signature="s", vendor="anthropic")]),
        Message("user", "short"),
        Message("assistant", "so far "),
    ]
    assert claude.body(Request(history))["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "long", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "short"},
            ],
        },
        {"role": "assistant", "content": [{"type": "text", "text": "so far"}]},
    ]
    assert claude.body(Request([Message("system", "alone")]))["messages"][0]["role"] == "user"
    with pytest.raises(InvalidRequest, match="every message is empty"):
        claude.body(Request(" "))


def test_of_many_cache_marks_the_last_four_count(claude: Any) -> None:
    texts = [Text(str(number), cache=True) for number in range(6)]
    result = ToolResult(id="a", content=(Text("x", cache=True),))
    sent = claude.body(Request([Message("system", texts[:2]), Message("user", [*texts[2:], result])]))
    assert all("cache_control" not in block for block in sent["system"])
    marks = ["cache_control" in block for block in sent["messages"][0]["content"]]
    assert marks == [True, False, True, True, True]


@pytest.mark.parametrize(
    ("choice", "parallel", "sent"),
    [
        (None, None, None),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        ("auto", True, {"type": "auto"}),
        ("none", False, {"type": "none"}),
        ("required", False, {"type": "any", "disable_parallel_tool_use": True}),
        ("f", None, {"type": "tool", "name": "f"}),
    ],
)
def test_tool_choice(choice: str | None, parallel: bool | None, sent: object, claude: Any) -> None:
    request = Request(
        "q",
        tools=(ToolSpec(name="f", description="does", parameters=SCHEMA, strict=True),),
        tool_choice=choice,
        settings=Settings(parallel_tool_calls=parallel),
    )
    body = claude.body(request)
    assert body.get("tool_choice") == sent
    closed = {**SCHEMA, "additionalProperties": False}
    assert body["tools"] == [{"name": "f", "description": "does", "input_schema": closed, "strict": True}]
    assert "strict" not in claude.body(request, name="claude-opus-4-0")["tools"][0]


def test_a_model_that_takes_no_force_is_told_in_words(claude: Any) -> None:
    request = Request("q", tools=(ToolSpec(name="f"),), tool_choice="f")
    body = claude.body(request, name="claude-opus-5-5")
    assert body["tool_choice"] == {"type": "auto"}
    assert "system" not in body  # a thought would be bound to it
    [_, words] = body["messages"]
    assert words["role"] == "system"
    assert "the tool f" in words["content"][0]["text"]


@pytest.mark.parametrize(("choice", "tools"), [("g", ("f",)), ("required", ())])
def test_a_choice_without_its_tool_is_refused(choice: str, tools: tuple[str, ...], claude: Any) -> None:
    with pytest.raises(InvalidRequest, match="tool_choice"):
        claude.body(Request("q", tools=tuple(ToolSpec(name=name) for name in tools), tool_choice=choice))


@pytest.mark.parametrize(
    ("model", "schema", "choice", "tools", "sent"),
    [
        ("claude-sonnet-4-5", SCHEMA, None, 1, None),
        ("claude-opus-4-0", SCHEMA, None, 0, {"type": "tool", "name": "final_answer"}),
        ("claude-opus-4-0", SCHEMA, "auto", 1, {"type": "any"}),
        ("claude-opus-4-0", SCHEMA, "none", 1, {"type": "tool", "name": "final_answer"}),
        ("claude-sonnet-4-5", FREE_FORM, None, 0, {"type": "tool", "name": "final_answer"}),
        ("claude-opus-4-0", SCHEMA, "f", 1, {"type": "tool", "name": "f"}),
    ],
)
def test_structured_output_is_a_format_or_a_tool(
    *, model: str, schema: Any, choice: str | None, tools: int, sent: Any, claude: Any
) -> None:
    request = Request(
        "q",
        output=Output(name="city", schema=schema, build=dict),
        tools=tuple(ToolSpec(name="f") for _ in range(tools)),
        tool_choice=choice,
    )
    body = claude.body(request, name=model)
    assert body.get("tool_choice") == sent
    native = {"format": {"type": "json_schema", "schema": {**SCHEMA, "additionalProperties": False}}}
    assert body.get("output_config") == (native if sent is None else None)
    offered = [tool["name"] for tool in body.get("tools", ())]
    assert ("final_answer" in offered) == (sent is not None and sent.get("name") != "f")


def test_headers_url_and_the_last_word(claude: Any) -> None:
    request = Request("q", settings=Settings(user="u-1", stop=("\n", "END"), extra={"c": 3}))
    call = claude.call(request, base_url="https://proxy.example/v1/", extra_body={"b": 2, "a": 1})
    sent = claude.codec.encode(call, stream=True)
    assert sent.url == "https://proxy.example/v1/messages"
    assert sent.headers == {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        "x-api-key": "sk-secret",
    }
    body = claude.body(request, base_url="https://proxy.example/v1/", extra_body={"b": 2, "max_tokens": 1})
    assert (body["b"], body["c"], body["max_tokens"], body["stream"]) == (2, 3, 1, False)
    assert (body["metadata"], body["stop_sequences"]) == ({"user_id": "u-1"}, ["END"])
    keyless = claude.codec.encode(claude.call(credential=Credential()), stream=False)
    assert "x-api-key" not in keyless.headers


def test_max_tokens_is_the_callers_the_cards_or_ours(claude: Any) -> None:
    card = ModelCard(id="m/m", maker="M", jurisdiction="us", max_output=64_000)
    assert claude.body(Request("q", settings=Settings(max_tokens=7)), card=card)["max_tokens"] == 7
    assert claude.body("q", card=card)["max_tokens"] == 64_000
    assert claude.body("q")["max_tokens"] == 8192


def test_what_json_cannot_hold_is_refused(claude: Any) -> None:
    turn = Message("assistant", [ToolCall(id="a", name="f", arguments={"x": float("nan")})])
    with pytest.raises(InvalidRequest, match="JSON"):
        claude.body(Request([Message("user", "q"), turn]))
    with pytest.raises(InvalidRequest, match="logprobs"):
        claude.body(Request("q", settings=Settings(logprobs=0)))


def test_half_an_emoji_is_sent_as_a_question_mark(claude: Any) -> None:
    assert claude.body("x\ud83d")["messages"][0]["content"][0]["text"] == "x?"


@pytest.mark.parametrize(
    ("model", "asked", "told"),
    [
        ("claude-opus-4-8", {"temperature": 0.0, "seed": 1}, ["temperature: left out", "seed: left out"]),
        (
            "claude-opus-4-1",
            {"temperature": 1.5, "top_p": 0.5},
            ["temperature: sent as 1.0", "top_p: left out"],
        ),
        ("claude-opus-4-1", {"temperature": 0.5, "user": "u"}, []),
        (
            "claude-opus-4-1",
            {"reasoning_tokens": 4000, "max_tokens": 4000},
            ["reasoning_tokens: sent as 2000"],
        ),
        (
            "claude-opus-4-1",
            {"reasoning_effort": "low"},
            ["reasoning_effort: sent as a budget of 2048 tokens"],
        ),
        ("claude-opus-4-8", {"reasoning_effort": "low"}, []),
        ("claude-opus-4-8", {"reasoning_tokens": 5}, ["reasoning_tokens: sent as adaptive thinking"]),
        ("claude-fable-5-1", {"reasoning_effort": "none"}, ["reasoning_effort: sent as low"]),
        ("claude-fable-5-1", {"reasoning_tokens": 0}, ["reasoning_tokens: sent as effort low"]),
        ("claude-opus-4-1", {"reasoning_effort": "none"}, []),
        ("claude-3-5-haiku", {"reasoning_effort": "high"}, ["reasoning_effort: left out"]),
    ],
)
def test_what_becomes_of_a_setting_is_told(
    model: str, asked: dict[str, Any], told: list[str], claude: Any
) -> None:
    call = claude.call(Request("q", settings=Settings(**asked)), name=model)
    claude.codec.encode(call, stream=False)
    assert [said.partition(";")[0] for said in call.adjusted] == told


def test_how_long_a_result_is_costs_no_steps(claude: Any) -> None:
    """A tool's text is never walked letter by letter."""

    def steps(letters: int) -> int:
        called = ToolCall(id="a", name="f")
        turns = [Message("assistant", [called]), Message("tool", [ToolResult(id="a", content="x" * letters)])]
        call, count = claude.call(Request(turns)), 0

        def step(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(step)
        try:
            claude.codec.encode(call, stream=False)
        finally:
            sys.setprofile(None)
        return count

    steps(1)
    assert abs(steps(10_000) - steps(1)) < 100
