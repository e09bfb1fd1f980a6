"""What bodies of `/v1/messages` ask for."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Constraints, Document, Image, Reasoning, RequestError, Text, ToolCall, ToolResult
from interlock.errors import InvalidRequest
from interlock_server.dialects.messages import COUNTING, MESSAGES
from interlock_server.dialects.messages.thoughts import call_proof, proof_of
from mutations import EXAMPLES, broken_payload
from request_strategies import requests
from server_messages import asked_of, body_of, request_of, turn

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
CALL = {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "sea"}}
TOOL = {"name": "look", "description": "Looks.", "input_schema": {"type": "object", "properties": {}}}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def parts(*blocks: Any, role: str = "user") -> list[Any]:
    return [part for each in asked_of(messages=[turn(*blocks, role=role)]).messages for part in each.parts]


def settings_of(**fields: Any) -> Any:
    return asked_of(**fields).options["settings"]


def refused(**fields: Any) -> RequestError:
    with pytest.raises(RequestError) as caught:
        asked_of(**fields)
    return caught.value


def test_the_system_prompt_comes_first_and_its_marks_stay():
    asked = asked_of(
        system=[{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind.", **MARK}]
    )
    assert [each.role for each in asked.messages] == ["system", "user"]
    assert asked.messages[0].parts == (Text("Be brief."), Text("Be kind.", cache=True))
    assert asked_of(system="").messages[0].role == "user"


def test_results_of_tools_become_a_turn_of_their_own_before_what_else_the_user_says():
    result = {"type": "tool_result", "tool_use_id": "t1", "is_error": True, "content": "gone"}
    text = {"type": "text", "text": "And now?"}
    asked = asked_of(messages=[turn("q"), turn(CALL, role="assistant"), turn(text, result)])
    assert [each.role for each in asked.messages] == ["user", "assistant", "tool", "user"]
    assert asked.messages[2].parts == (ToolResult(id="t1", content="gone", error=True),)
    assert asked.messages[1].parts == (ToolCall(id="t1", name="look", arguments={"at": "sea"}),)


def test_a_result_holds_text_and_media_and_its_mark_stands_on_its_last_text():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
    content = [{"type": "text", "text": "seen"}, image]
    result = {"type": "tool_result", "tool_use_id": "t1", "content": content, **MARK}
    (read,) = parts(result)
    assert read.content == (
        Text("seen", cache=True),
        Image(data=base64.b64decode(PNG), media_type="image/png"),
    )
    bare = {"type": "tool_result", "tool_use_id": "t1", "content": "seen", **MARK}
    assert parts(bare)[0].content == (Text("seen", cache=True),)


def test_media_come_as_bytes_or_by_address():
    url = {"type": "image", "source": {"type": "url", "url": "https://pictures.example/a.png"}}
    page = {"type": "url", "url": "https://papers.example/a.pdf"}
    pdf = {"type": "document", "source": page, "title": "A"}
    text = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "a"},
        "context": "b",
    }
    pieces = {"type": "content", "content": [{"type": "text", "text": "x"}, {"type": "text", "text": "y"}]}
    assert parts(url, pdf, text, {"type": "document", "source": pieces}) == [
        Image(url="https://pictures.example/a.png"),
        Document(url="https://papers.example/a.pdf", media_type="application/pdf", name="A"),
        Text("b"),
        Document(data=b"a", media_type="text/plain"),
        Document(data=b"x\ny", media_type="text/plain"),
    ]


def test_thoughts_go_back_to_the_vendor_and_the_endpoint_they_came_from():
    theirs = Reasoning("hm", signature="proof", vendor="google", origin="https://a.example:443/google")
    block = {"type": "thinking", "thinking": "hm", "signature": proof_of(theirs)}
    (read,) = parts(block, role="assistant")
    assert (read.text, read.signature, read.vendor) == ("hm", "proof", "google")
    assert "a.example" not in json.dumps(block)
    assert "a.example" not in repr(read)


def test_signatures_of_conversations_kept_elsewhere_are_their_dialects_own():
    raw = {"type": "thinking", "thinking": "hm", "signature": "EqQB"}
    dark = {"type": "redacted_thinking", "data": "dark"}
    bare = {"type": "thinking", "thinking": "hm"}
    assert parts(raw, dark, bare, role="assistant") == [
        Reasoning("hm", signature="EqQB", vendor="anthropic"),
        Reasoning("", signature="dark", vendor="anthropic", redacted=True),
        Reasoning("hm"),
    ]


def test_a_proof_that_was_tampered_with_proves_nothing():
    (read,) = parts({"type": "thinking", "thinking": "hm", "signature": "ilp1.rubbish"}, role="assistant")
    assert read == Reasoning("hm")


def test_a_calls_signature_finds_its_call_again():
    call = ToolCall(id="t1", name="look", arguments={"at": "sea"}, signature="sig", vendor="google")
    proof = call_proof(call)
    assert proof is not None
    assert parts(proof, CALL, role="assistant") == [call]
    assert parts(CALL, proof, role="assistant") == [call]
    assert parts(CALL, role="assistant")[0].signature is None


def test_tools_and_their_choice():
    asked = asked_of(tools=[{**TOOL, "strict": True, **MARK}], tool_choice={"type": "any"})
    (tool,) = asked.options["tools"]
    assert (tool.name, tool.description, tool.strict) == ("look", "Looks.", True)
    assert asked.options["tool_choice"] == "required"
    one = asked_of(
        tools=[TOOL], tool_choice={"type": "tool", "name": "look", "disable_parallel_tool_use": True}
    )
    assert one.options["tool_choice"] == "look"
    assert one.options["settings"].parallel_tool_calls is False


@pytest.mark.parametrize(
    ("thinking", "output", "effort", "budget"),
    [
        (None, None, None, None),
        (None, {"effort": "low"}, "low", None),
        ({"type": "enabled", "budget_tokens": 2048}, None, None, 2048),
        ({"type": "disabled"}, {"effort": "low"}, "none", None),
        ({"type": "adaptive", "display": "omitted"}, {"effort": "max"}, "max", None),
        ({"type": "adaptive"}, None, "high", None),
    ],
)
def test_how_hard_to_think(thinking, output, effort, budget):
    read = settings_of(thinking=thinking, output_config=output)
    assert (read.reasoning_effort, read.reasoning_tokens) == (effort, budget)


def test_settings_keep_their_meaning():
    read = settings_of(
        temperature=0.5, top_p=0.9, top_k=4, stop_sequences=["END"], metadata={"user_id": "u"}, max_tokens=5
    )
    assert (read.temperature, read.top_p, read.top_k, read.stop) == (0.5, 0.9, 4, ("END",))
    assert (read.user, read.max_tokens) == ("u", 5)


@pytest.mark.parametrize("field", ["output_config", "output_format"])
def test_a_schema_of_the_answer(field):
    wanted = {"type": "json_schema", "schema": SCHEMA}
    body = {field: {"format": wanted} if field == "output_config" else wanted}
    assert asked_of(**body).options["output"] == SCHEMA


def test_where_to_process_is_a_constraint_that_only_tightens():
    assert asked_of(inference_geo="us").options["constraints"] == Constraints(residency=frozenset({"us"}))
    assert "constraints" not in asked_of(inference_geo="global").options
    both = asked_of(
        inference_geo="us", interlock={"constraints": {"residency": ["us", "eu"], "on_premise": True}}
    )
    assert both.options["constraints"].residency == {"us"}
    assert both.options["constraints"].on_premise


def test_a_mark_for_the_whole_body_stands_on_its_last_text():
    asked = asked_of(cache_control={"type": "ephemeral"})
    assert asked.messages[-1].parts == (Text("hello", cache=True),)


def test_harmless_fields_change_nothing():
    more = {
        "service_tier": "auto",
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "speed": "standard",
        "betas": ["x"],
        "anthropic_version": "2023-06-01",
        "stream": False,
        "top_k": None,
    }
    assert asked_of(**more) == asked_of()
    assert asked_of(speed="fast").options["demands"] == ["low_latency"]


def test_counting_needs_no_limit_to_the_answer():
    body = {"model": "auto", "messages": [turn("hello")]}
    assert COUNTING.read(body).messages[0].text == "hello"
    assert COUNTING.counted(12) == {"input_tokens": 12}
    assert refused(max_tokens=None).key == "max_tokens"


@pytest.mark.parametrize(
    ("fields", "key", "word"),
    [
        ({"messages": []}, "messages", "at least one"),
        ({"messages": [{"role": "robot", "content": ""}]}, "messages.0.role", "assistant"),
        ({"messages": [turn({"type": "video"})]}, "messages.0.content.0.type", "video"),
        ({"messages": [turn({"type": "text"})]}, "messages.0.content.0.text", "text"),
        ({"messages": [turn({"type": "search_result"})]}, "messages.0.content.0.type", "citations"),
        (
            {"messages": [turn({"type": "server_tool_use", "id": "s"}, role="assistant")]},
            "messages.0.content.0.type",
            "runs itself",
        ),
        (
            {"messages": [turn({"type": "image", "source": {"type": "base64", "data": "%"}})]},
            "messages.0.content.0.source.data",
            "base64",
        ),
        (
            {
                "messages": [
                    turn({"type": "document", "source": {"type": "file"}, "citations": {"enabled": True}})
                ]
            },
            "messages.0.content.0.citations.enabled",
            "cite",
        ),
        (
            {"messages": [turn({"type": "image", "source": {"type": "file", "file_id": "f"}})]},
            "messages.0.content.0.source.type",
            "operator's key",
        ),
        (
            {"messages": [turn({"type": "image", "source": {"type": "url", "url": "gs://a/b"}})]},
            "messages.0.content.0.source.url",
            "https://",
        ),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools.0.type", "input_schema"),
        ({"tools": [{"name": "x"}]}, "tools.0.input_schema", "schema"),
        ({"tools": [{**TOOL, "defer_loading": True}]}, "tools.0.defer_loading", "search"),
        ({"tool_choice": {"type": "some"}}, "tool_choice.type", "none of"),
        ({"mcp_servers": [{"url": "https://a.example"}]}, "mcp_servers", "give their tools"),
        ({"temprature": 1}, "temprature", "temperature"),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens", "whole number"),
        ({"interlock": {"rescue": "restart"}}, "interlock.rescue", "HTTP"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(fields, key, word):
    error = refused(**fields)
    assert error.key == key
    assert word in str(error)


def without_marks(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_marks(each) for name, each in value.items() if name != "cache_control"}
    return [without_marks(each) for each in value] if isinstance(value, list) else value


@settings(deadline=None, max_examples=EXAMPLES)
@given(request=requests())
def test_a_router_before_a_router_is_sent_what_the_other_would_send(request: Any) -> None:
    """What our provider sends and this dialect reads is sent again as it was."""
    try:
        first = body_of(request)
    except InvalidRequest:
        return
    asked = MESSAGES.read(first)
    again = body_of(request_of(asked))
    if request.settings.reasoning_tokens and request.settings.reasoning_effort is None:
        # Of a budget the dialect of today's models says no more than that they may think.
        first.setdefault("output_config", {})["effort"] = "high"
    # A text alone may be a string or one block.
    system = first.get("system")
    if isinstance(system, list) and len(system) == 1:
        first["system"], again["system"] = [system], [again["system"]]
    assert without_marks(again) == without_marks(first)


SEEDS = [
    {
        "model": "m",
        "max_tokens": 5,
        "stream": True,
        "system": [{"type": "text", "text": "s", **MARK}],
        "messages": [
            turn(
                "q", {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
            ),
            turn({"type": "thinking", "thinking": "hm", "signature": "s"}, CALL, role="assistant"),
            turn({"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "x"}]}),
        ],
        "tools": [TOOL],
        "tool_choice": {"type": "tool", "name": "look"},
        "thinking": {"type": "enabled", "budget_tokens": 2000},
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}},
        "stop_sequences": ["x"],
        "metadata": {"user_id": "u"},
        "inference_geo": "us",
        "interlock": {"task": "code", "constraints": {"residency": ["eu"]}},
    }
]


@settings(deadline=None, max_examples=EXAMPLES)
@given(body=broken_payload(SEEDS))
def test_a_broken_body_is_read_or_refused_by_name(body: Any) -> None:
    try:
        asked = MESSAGES.read(body)
    except RequestError as error:
        named = error.key is not None
    else:
        named = bool(asked.messages)
    assert named


@given(st.text(max_size=20), st.none() | st.text(max_size=20), st.none() | st.text(max_size=20))
def test_any_signature_survives_the_way_through_a_client(text, signature, origin):
    sent = Reasoning(text, signature=signature, vendor="a vendor", origin=origin)
    block = {"type": "thinking", "thinking": text, "signature": proof_of(sent)}
    (back,) = parts(json.loads(json.dumps(block)), role="assistant")
    assert (back.text, back.signature, back.vendor) == (text, signature, "a vendor")
    assert (back.origin is None) == (origin is None)
