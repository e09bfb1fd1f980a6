"""What a body of Responses asks for, and what is refused in it."""

from typing import Any

import pytest
from hypothesis import given

from interlock import (
    Audio,
    Citation,
    Document,
    Image,
    Message,
    Output,
    Reasoning,
    Refusal,
    Request,
    RequestError,
    Settings,
    Text,
    ToolCall,
    ToolResult,
)
from interlock_server.dialects.responses import RESPONSES
from interlock_server.dialects.responses.request import ONLY, PASSED_OVER, REFUSED
from request_strategies import values

PNG = b"\x89PNG"
PNG_URL = "data:image/png;base64,iVBORw=="
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
SEARCH = {"type": "function", "name": "search", "parameters": SCHEMA}


def read(*items: Any, **fields: Any) -> Any:
    return RESPONSES.read({"model": "auto", "input": list(items) or "hello", **fields})


def said_by(role: str, **part: Any) -> list[Any]:
    return [{"role": role, "content": [part]}]


def refused(*items: Any, **fields: Any) -> RequestError:
    with pytest.raises(RequestError) as caught:
        read(*items, **fields)
    return caught.value


def test_text_is_what_the_user_says():
    assert read().messages == (Message("user", "hello"),)
    assert read(instructions="Be brief.").messages == (
        Message("system", "Be brief."),
        Message("user", "hello"),
    )


def test_every_role_and_form_of_a_message():
    asked = read(
        {"role": "developer", "content": "Be brief."},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello."}]},
        {"role": "assistant", "content": "Hi.", "phase": "commentary"},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [
                {"type": "output_text", "text": "It is in", "annotations": [], "logprobs": []},
                {"type": "refusal", "refusal": "I will not say."},
            ],
        },
        {"role": "user", "content": [{"type": "input_text", "text": "Oh", "prompt_cache_breakpoint": {}}]},
    )
    assert asked.messages == (
        Message("system", "Be brief."),
        Message("user", "Hello."),
        Message("assistant", "Hi."),
        Message("assistant", (Text("It is in"), Refusal("I will not say."))),
        Message("user", (Text("Oh", cache=True),)),
    )


def test_pictures_files_and_sounds():
    asked = read(
        {
            "role": "user",
            "content": [
                {"type": "input_image", "image_url": PNG_URL, "detail": "high"},
                {"type": "input_image", "image_url": "https://pictures.example/a.png"},
                {
                    "type": "input_file",
                    "filename": "a.pdf",
                    "file_data": "data:application/pdf;base64,JVBERg==",
                },
                {"type": "input_file", "filename": "b.pdf", "file_data": "JVBERg=="},
                {"type": "input_file", "file_url": "https://papers.example/a.pdf"},
                {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
            ],
        }
    )
    assert asked.messages[0].parts == (
        Image(data=PNG, media_type="image/png", detail="high"),
        Image(url="https://pictures.example/a.png"),
        Document(data=b"%PDF", media_type="application/pdf", name="a.pdf"),
        Document(data=b"%PDF", name="b.pdf"),
        Document(url="https://papers.example/a.pdf"),
        Audio(data=b"RIFF", media_type="audio/wav"),
    )


def test_sources_of_past_answers_stay_with_their_text():
    source = {
        "type": "url_citation",
        "url": "https://a.example",
        "title": "A",
        "start_index": 0,
        "end_index": 2,
    }
    file = {"type": "file_citation", "file_id": "f", "filename": "a.txt", "index": 1}
    part = {"type": "output_text", "text": "Yes.", "annotations": [source, file]}
    asked = read({"role": "assistant", "content": [part]})
    cited = Citation(url="https://a.example", title="A", start=0, end=2)
    assert asked.messages[0].parts == (Text("Yes.", citations=(cited,)),)


def test_a_turn_is_what_is_said_without_a_break():
    asked = read(
        {"role": "user", "content": "Weather?"},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look."}]},
        {"role": "assistant", "content": "I look."},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"city": "Rome"}'},
        {"type": "function_call", "call_id": "c2", "name": "look", "arguments": ""},
        {"type": "function_call_output", "call_id": "c1", "output": "Sun."},
        {
            "type": "function_call_output",
            "call_id": "c2",
            "output": [
                {"type": "input_text", "text": "Rain."},
                {"type": "input_image", "image_url": PNG_URL},
            ],
        },
        {"role": "assistant", "content": "Sun."},
    )
    assert asked.messages[1:] == (
        Message(
            "assistant",
            (
                Reasoning("Look."),
                Text("I look."),
                ToolCall(id="c1", name="look", arguments={"city": "Rome"}),
                ToolCall(id="c2", name="look"),
            ),
        ),
        Message(
            "tool",
            (
                ToolResult(id="c1", content="Sun."),
                ToolResult(id="c2", content=(Text("Rain."), Image(data=PNG, media_type="image/png"))),
            ),
        ),
        Message("assistant", "Sun."),
    )


def test_a_thought_sealed_by_openai_goes_back_to_openai_alone():
    item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "One."}, {"type": "summary_text", "text": "Two."}],
        "encrypted_content": "gAAAAx",
    }
    (thought, _) = read(item, {"role": "assistant", "content": "Yes."}).messages[0].parts
    assert (thought.text, thought.vendor, thought.redacted) == ("One.\n\nTwo.", "openai", False)
    assert '"encrypted_content":"gAAAAx"' in thought.signature


def test_a_seal_that_nobody_knows_is_no_proof():
    item = {"type": "reasoning", "summary": [], "encrypted_content": "whatever", "content": None}
    assert read(item, {"role": "assistant", "content": "Yes."}).messages == (Message("assistant", "Yes."),)


def test_settings():
    asked = read(
        temperature=0.5,
        top_p=0.9,
        max_output_tokens=64,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        top_logprobs=2,
        parallel_tool_calls=False,
        reasoning={"effort": "low", "summary": "auto"},
        safety_identifier="u1",
    )
    assert asked.options["settings"] == Settings(
        temperature=0.5,
        top_p=0.9,
        max_tokens=64,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        logprobs=2,
        parallel_tool_calls=False,
        reasoning_effort="low",
        user="u1",
    )
    assert "settings" not in read().options
    assert read(include=["message.output_text.logprobs"]).options["settings"].logprobs == 0


def test_the_form_of_an_answer():
    form = {"type": "json_schema", "name": "city", "schema": SCHEMA, "strict": True}
    assert read(text={"format": form}).options["output"] == Output(name="city", schema=SCHEMA)
    assert read(text={"format": {"type": "json_object"}}).options["output"] is dict
    assert "output" not in read(text={"format": {"type": "text"}, "verbosity": "low"}).options


def test_functions_and_what_becomes_of_the_others():
    asked = read(
        tools=[
            {**SEARCH, "description": "Searches.", "strict": True},
            {"type": "namespace", "name": "desk", "description": "", "tools": [{**SEARCH, "name": "open"}]},
            {
                "type": "custom",
                "name": "patch",
                "format": {"type": "grammar", "syntax": "lark", "definition": "x"},
            },
        ]
    )
    first, second, third = asked.options["tools"]
    assert (first.name, first.description, first.strict, first.parameters) == (
        "search",
        "Searches.",
        True,
        SCHEMA,
    )
    assert (second.name, second.parameters) == ("desk__open", SCHEMA)
    assert third.parameters["required"] == ["input"]
    assert "grammar, written in lark:\nx" in third.description
    Request(asked.messages, **asked.options)


def test_calls_of_such_tools_are_read_by_the_name_that_models_know():
    asked = read(
        {"type": "function_call", "call_id": "c1", "name": "open", "namespace": "desk", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "c2", "name": "patch", "input": "a\nb"},
        {"type": "function_call_output", "call_id": "c1", "output": "done"},
        {"type": "custom_tool_call_output", "call_id": "c2", "output": "patched"},
    )
    assert asked.messages[0].tool_calls == (
        ToolCall(id="c1", name="desk__open"),
        ToolCall(id="c2", name="patch", arguments={"input": "a\nb"}),
    )
    assert [each.content for each in asked.messages[1].parts] == ["done", "patched"]


def test_a_clients_own_search_for_tools_and_what_it_finds():
    search = {
        "type": "tool_search",
        "execution": "client",
        "description": "Finds tools.",
        "parameters": SCHEMA,
    }
    found = {
        "type": "namespace",
        "name": "desk",
        "tools": [{**SEARCH, "name": "open", "defer_loading": True}],
    }
    asked = read(
        {"type": "tool_search_call", "call_id": "c1", "execution": "client", "arguments": {"query": "desk"}},
        {"type": "tool_search_output", "call_id": "c1", "execution": "client", "tools": [found, SEARCH]},
        tools=[search, SEARCH],
    )
    assert sorted(tool.name for tool in asked.options["tools"]) == ["desk__open", "search", "tool_search"]
    call = ToolCall(id="c1", name="tool_search", arguments={"query": "desk"})
    assert asked.messages[0].tool_calls == (call,)
    assert "desk__open, search" in asked.messages[1].parts[0].content
    assert refused(tools=[{**search, "execution": "server"}]).key == "tools.0.type"
    assert refused({"type": "tool_search_call", "arguments": {}}).key == "input.0.execution"


def test_a_long_name_stays_the_same_and_within_what_vendors_take():
    tool = {"type": "namespace", "name": "n" * 60, "tools": [SEARCH, {**SEARCH, "name": "search2"}]}
    (first, second), again = read(tools=[tool]).options["tools"], read(tools=[tool]).options["tools"]
    assert len(first.name) == len(second.name) == 64
    assert first.name != second.name
    assert (first, second) == again


@pytest.mark.parametrize(
    ("choice", "meant", "left"),
    [
        ("auto", "auto", 2),
        ("required", "required", 2),
        ({"type": "function", "name": "search"}, "search", 2),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "look"}]},
            "required",
            1,
        ),
    ],
)
def test_choices_of_tools(choice, meant, left):
    asked = read(tools=[SEARCH, {**SEARCH, "name": "look"}], tool_choice=choice)
    assert (asked.options["tool_choice"], len(asked.options["tools"])) == (meant, left)


@pytest.mark.parametrize(
    "kind",
    [
        "web_search",
        "file_search",
        "computer_use_preview",
        "code_interpreter",
        "mcp",
        "image_generation",
        "local_shell",
        "shell",
        "apply_patch",
    ],
)
def test_tools_that_a_vendor_runs_are_refused_by_name(kind):
    error = refused(tools=[SEARCH, {"type": kind}])
    assert error.key == "tools.1.type"
    assert repr(kind) in error.message
    assert refused(tools=[SEARCH], tool_choice={"type": kind}).key == "tool_choice.type"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_honoured_is_refused_by_name(name):
    assert refused(**{name: "x"}).key == name
    read(**{name: None})


@pytest.mark.parametrize("name", sorted(ONLY))
def test_values_that_change_nothing_are_taken_and_others_are_not(name):
    for value in ONLY[name][0]:
        read(**{name: value})
    assert refused(**{name: "other"}).key == name
    assert refused(**{name: 1}).key == name


def test_hints_to_one_vendor_are_passed_over():
    fields = {"store": True, "prompt_cache_key": "k", "truncation": "auto", "max_tool_calls": 3}
    fields |= {"client_metadata": {"a": "b"}, "prompt_cache_retention": "24h", "prompt_cache_options": {}}
    assert fields.keys() == PASSED_OVER
    assert read(**fields).options == read().options


@pytest.mark.parametrize(
    ("items", "key"),
    [
        ([{"type": "item_reference", "id": "msg_1"}], "input.0.type"),
        ([{"type": "compaction", "encrypted_content": "x"}], "input.0.type"),
        ([{"type": "web_search_call", "id": "ws_1"}], "input.0.type"),
        ([{"type": "made_up"}], "input.0.type"),
        ([{"role": "tool", "content": "x"}], "input.0.role"),
        ([{"role": "user"}], "input.0.content"),
        (said_by("system", type="input_image", image_url=PNG_URL), "input.0.content.0.type"),
        (said_by("user", type="input_image", file_id="f"), "input.0.content.0.file_id"),
        (said_by("user", type="input_image", image_url="gs://b"), "input.0.content.0.image_url"),
        (said_by("user", type="input_file", file_id="f"), "input.0.content.0.file_id"),
        (said_by("user", type="input_file"), "input.0.content.0.file_data"),
        ([{"type": "function_call", "call_id": "c", "name": "n", "arguments": "[1]"}], "input.0.arguments"),
        ([{"type": "function_call", "name": "n", "arguments": "{}"}], "input.0.call_id"),
        ([{"type": "function_call_output", "output": "x"}], "input.0.call_id"),
        ([{"type": "function_call_output", "call_id": "c"}], "input.0.output"),
        ([{"type": "reasoning", "summary": ["x"]}], "input.0.summary.0"),
        ([7], "input.0"),
        ([{}], "input.0.type"),
    ],
)  # fmt: skip
def test_an_item_that_cannot_be_read_is_named(items, key):
    assert refused(*items).key == key


def test_an_input_without_an_item_is_told_from_one_that_is_no_list():
    assert refused(input=[]).message == "there is no item to answer"
    assert refused(input=7).message == "expected text or a list of items, not 7"


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"model": 7}, "model"),
        ({"max_tokens": 7}, "max_tokens"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"temperature": "warm"}, "temperature"),
        ({"tools": {}}, "tools"),
        ({"tools": [SEARCH, SEARCH]}, "tools.1"),
        ({"tools": [{**SEARCH, "defer_loading": True}]}, "tools.0.defer_loading"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "name": "x"}}, "tool_choice.name"),
        ({"include": ["everything"]}, "include"),
        ({"text": {"format": {"type": "json_schema", "name": "x"}}}, "text.format.schema"),
        ({"reasoning": {"summary": "long"}}, "reasoning.summary"),
        ({"metadata": {"server.key": "x"}}, "metadata.server.key"),
        ({"stream": "yes"}, "stream"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(fields, key):
    with pytest.raises(RequestError) as caught:
        RESPONSES.read({"model": "auto", "input": "hello", **fields})
    assert caught.value.key == key


@given(values=values, other=values)
def test_any_json_is_read_or_refused_by_its_key(values: Any, other: Any) -> None:
    named: list[str] = []
    for body in (
        {"model": "auto", "input": values, "tools": other},
        {"model": "auto", "input": [{"role": values, "content": [other]}]},
        {"model": "auto", "input": [{"type": "reasoning", "summary": values, "encrypted_content": other}]},
        {"model": "auto", "input": "x", "text": values, "reasoning": other},
        {"model": "auto", "input": "x", "tools": [{"type": "namespace", "name": values, "tools": other}]},
        {"model": "auto", "input": "x", "include": values, "metadata": other},
        {"model": values, "input": "x", "tool_choice": other, "stream": values},
    ):
        try:
            RESPONSES.read(body)
        except RequestError as error:
            named.append(error.key)
    assert all(named)
