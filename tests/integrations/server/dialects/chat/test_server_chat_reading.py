"""Bodies of chat completions: what is understood, and what is refused by its name."""

import pytest
from hypothesis import HealthCheck, given, settings

from interlock import (
    Document,
    Image,
    Message,
    Reasoning,
    Refusal,
    Request,
    RequestError,
    Text,
    ToolCall,
    ToolResult,
    ToolSpec,
)
from interlock.requests.checking import as_request
from interlock_server.dialects.chat import CHAT
from mutations import EXAMPLES, broken_payload

USER = {"role": "user", "content": "hello"}
FUNCTION = {"name": "look", "description": "looks", "parameters": {"type": "object"}, "strict": True}
TOOLS = [{"type": "function", "function": FUNCTION}]
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "done"}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
FULL = {
    "model": "auto",
    "messages": [
        {"role": "developer", "content": "Be kind.", "name": "ada"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?", "cache_control": {"type": "ephemeral"}},
                {
                    "type": "image_url",
                    "image_url": {"url": "data:image/png;base64,iVBORw==", "detail": "low"},
                },
                {"type": "input_audio", "input_audio": {"data": "SUQz", "format": "mp3"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "https://papers.example/a.pdf"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "reasoning_content": "hm",
            "tool_calls": [CALL],
            "audio": None,
        },
        RESULT,
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}], "refusal": None},
        USER,
    ],
    "tools": TOOLS,
    "tool_choice": {"type": "function", "function": {"name": "look"}},
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "a", "schema": SCHEMA, "strict": True},
    },
    "stream": True,
    "stream_options": {"include_usage": True},
    "max_completion_tokens": 9,
    "stop": ["."],
    "logprobs": True,
    "top_logprobs": 2,
    "reasoning_effort": "low",
    "metadata": {"team": "blue"},
    "user": "u",
    "n": 1,
    "store": False,
    "interlock": {"constraints": {"residency": "eu"}, "metadata": {"team": "red"}, "timeout": 3},
}


def read(**fields):
    return CHAT.read({"model": "auto", "messages": [USER]} | fields)


def refused(**fields):
    with pytest.raises(RequestError) as caught:
        read(**fields)
    return caught.value.key


def said(*messages):
    return read(messages=list(messages)).messages


def test_a_full_body_is_read_as_it_is_meant():
    asked = CHAT.read(FULL)
    request = as_request(Request(asked.messages), asked.options)
    system, user, calling, result, refusing, _ = request.messages
    assert (system.role, system.content, system.name) == ("system", "Be kind.", "ada")
    assert user.parts[0] == Text("What is it?", cache=True)
    assert user.parts[1] == Image(data=b"\x89PNG", media_type="image/png", detail="low")
    assert user.parts[3] == Document(url="https://papers.example/a.pdf", name="a.pdf")
    assert calling.parts == (Reasoning("hm"), ToolCall(id="c1", name="look", arguments={"a": 1}))
    assert result == Message("tool", [ToolResult(id="c1", content="done")])
    assert refusing.parts == (Refusal("no"),)
    assert request.tools == (
        ToolSpec(name="look", description="looks", parameters={"type": "object"}, strict=True),
    )
    assert (request.tool_choice, request.output.name) == ("look", "a")
    assert request.output.build({"a": "b"}) == {"a": "b"}
    with pytest.raises(ValueError):
        request.output.build({"a": 1})
    settings_ = request.settings
    assert (settings_.max_tokens, settings_.stop, settings_.logprobs) == (9, (".",), 2)
    assert (settings_.reasoning_effort, settings_.user) == ("low", "u")
    assert request.metadata == {"team": "red"}
    assert (request.constraints.residency, request.timeout) == ({"eu"}, 3)
    assert asked.stream
    assert (request.model, request.task) == (None, None)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(broken_payload([FULL]))
def test_a_broken_body_is_read_or_refused_and_nothing_else_happens(body):
    if not isinstance(body, dict):
        return
    try:
        asked = CHAT.read(body)
        as_request(Request(asked.messages), asked.options)
    except RequestError as error:
        complaint = error
    else:
        return
    assert complaint.key
    assert len(str(complaint)) < 2_000


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"n": 2}, "n"),
        ({"n": True}, "n"),
        ({"store": True}, "store"),
        ({"logit_bias": {"5": 1}}, "logit_bias"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"audio": {"voice": "x"}}, "audio"),
        ({"web_search_options": {}}, "web_search_options"),
        ({"temprature": 1}, "temprature"),
        ({"temperature": "hot"}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1, "max_completion_tokens": 2}, "max_tokens"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"stop": [1]}, "stop"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"tools": [{"type": "web_search"}]}, "tools.0.type"),
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools.0.type"),
        ({"tools": TOOLS, "tool_choice": "sometimes"}, "tool_choice"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": TOOLS, "functions": [FUNCTION]}, "functions"),
        ({"function_call": "auto"}, "function_call"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"metadata": {"server.key": "x"}}, "metadata.server.key"),
        ({"reasoning_effort": "low", "reasoning": {"effort": "high"}}, "reasoning"),
        ({"stream_options": {"usage": True}}, "stream_options.usage"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_its_name(fields, key):
    assert refused(**fields) == key


def part(kind, value, role="user"):
    return {"role": role, "content": [{"type": kind, kind: value}]}


def call(**function):
    return {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f", **function}}]}


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ({"role": "oracle", "content": "x"}, "role"),
        ({"role": "user"}, "content"),
        ({"role": "user", "content": "x", "weight": 1}, "weight"),
        (part("refusal", "x"), "content.0.type"),
        (part("image_url", {"url": "https://a"}, "system"), "content.0.type"),
        (part("file", {"file_id": "file-1"}), "content.0.file.file_id"),
        (part("image_url", {"url": "gs://b/c"}), "content.0.image_url.url"),
        (part("image_url", {"url": "s3://b/c"}), "content.0.image_url.url"),
        (part("file", {"file_data": "file:///etc/passwd"}), "content.0.file.file_data"),
        (part("input_audio", {"data": "?", "format": "wav"}), "content.0.input_audio.data"),
        (part("input_audio", {"data": "SUQz", "format": "flac"}), "content.0.input_audio.format"),
        ({"role": "assistant", "tool_calls": [CALL | {"type": "custom"}]}, "tool_calls.0.type"),
        (call(arguments="{"), "tool_calls.0.function.arguments"),
        (call(arguments='{"a": 1, "a": 2}'), "tool_calls.0.function.arguments"),
        ({"role": "assistant", "audio": {"id": "a"}}, "audio"),
        ({"role": "tool", "content": "x"}, "tool_call_id"),
        ({"role": "function", "name": "f", "content": "x"}, "name"),
    ],
)
def test_what_is_wrong_in_a_message_is_named_by_its_path(message, key):
    assert refused(messages=[USER, message]) == f"messages.1.{key}"


def test_a_prompt_is_not_told_in_a_refusal():
    with pytest.raises(RequestError) as caught:
        read(messages=[{"role": "user", "content": {"secret": "my prompt"}}])
    assert "my prompt" not in str(caught.value)


def test_results_that_follow_each_other_are_one_turn():
    calls = [CALL, CALL | {"id": "c2"}]
    turns = said(
        USER, {"role": "assistant", "tool_calls": calls}, RESULT, RESULT | {"tool_call_id": "c2"}, USER
    )
    assert [turn.role for turn in turns] == ["user", "assistant", "tool", "user"]
    assert [part.id for part in turns[2].parts] == ["c1", "c2"]


def test_functions_of_old_are_tools_called_one_at_a_time():
    calling = {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": "{}"}}
    done = {"role": "function", "name": "look", "content": "done"}
    asked = read(
        messages=[USER, calling, done, calling, done], functions=[FUNCTION], function_call={"name": "look"}
    )
    request = as_request(Request(asked.messages), asked.options)
    assert [part.id for turn in request.messages for part in turn.parts if not isinstance(part, Text)] == [
        "function_0", "function_0", "function_1", "function_1",
    ]  # fmt: skip
    assert request.tool_choice == "look"
    assert request.settings.parallel_tool_calls is False


def test_allowed_tools_leave_the_others_out():
    other = {"type": "function", "function": {"name": "other"}}
    named = {"type": "function", "function": {"name": "look"}}
    choice = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [named]}}
    options = read(tools=[*TOOLS, other], tool_choice=choice).options
    assert [tool.name for tool in options["tools"]] == ["look"]
    assert options["tool_choice"] == "required"


@pytest.mark.parametrize(
    ("fields", "effort", "tokens"),
    [
        ({"reasoning": {"effort": "high"}}, "high", None),
        ({"reasoning": {"enabled": False}}, "none", None),
        ({"reasoning": {"max_tokens": 50}}, None, 50),
        ({"thinking": {"type": "disabled"}}, "none", None),
        ({"thinking": {"type": "enabled", "budget_tokens": 70}}, None, 70),
    ],
)
def test_how_much_to_think_is_read_in_the_forms_of_others(fields, effort, tokens):
    asked = read(**fields).options["settings"]
    assert (asked.reasoning_effort, asked.reasoning_tokens) == (effort, tokens)


def test_what_was_said_aloud_goes_back_in_words():
    turn = said(USER, {"role": "assistant", "content": None, "audio": {"id": "a", "transcript": "Hello."}})[1]
    assert turn == Message("assistant", "Hello.")


def test_a_proof_from_elsewhere_is_not_believed():
    details = [
        {"type": "reasoning.text", "text": "hm", "signature": "sig"},
        {"type": "reasoning.encrypted", "data": "x"},
    ]
    call = CALL | {"extra_content": {"google": {"thought_signature": "sig"}}}
    turn = said(USER, {"role": "assistant", "reasoning_details": details, "tool_calls": [call]}, RESULT)[1]
    assert turn.parts == (Reasoning("hm"), ToolCall(id="c1", name="look", arguments={"a": 1}))
