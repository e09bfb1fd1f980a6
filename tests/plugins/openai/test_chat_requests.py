"""What we send: valid for the vendor's own SDK, whatever the request combines."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import InvalidRequest
from interlock.types.messages import (
    Audio,
    Document,
    Image,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from interlock.types.request import Output, Request, Settings, ToolSpec
from interlock_openai import VENDORS, ChatCompletions, Vendor
from request_strategies import PNG, requests
from sdk_openai import valid


def body_of(dialect: Any, request: Request, *, stream: bool = False, **deployment: Any) -> dict[str, Any]:
    return json.loads(dialect.codec.encode(dialect.call(request, **deployment), stream=stream).body)


@pytest.mark.parametrize("name", ["openai", "azure"])
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request_=requests(), stream=st.booleans())
def test_every_body_is_one_that_the_sdk_would_send(
    name: str, request_: Request, stream: bool, dialect: Callable[[str], Any]
) -> None:
    try:
        body = body_of(dialect(name), request_, stream=stream)
    except InvalidRequest as error:
        refused = error
    else:
        valid(body, stream=stream)
        assert body["stream"] is stream
        assert "secret-trace" not in json.dumps(body)
        return
    assert (refused.code, "a document by URL" in str(refused)) == ("unsupported_part", True)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request_=requests(), stream=st.booleans())
def test_every_vendor_gets_json_or_a_refusal_that_says_why(
    vendor: Vendor, request_: Request, stream: bool, dialect: Callable[[str], Any]
) -> None:
    codec = ChatCompletions(vendor)
    try:
        sent = codec.encode(dialect(vendor.name).call(request_), stream=stream)
    except InvalidRequest as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert vendor.name in refusal
        return
    body = json.loads(sent.body)
    ids = [call["id"] for message in body["messages"] for call in message.get("tool_calls", ())]
    if vendor.call_ids == "nine":
        assert all(re.fullmatch("[a-zA-Z0-9]{9}", id_) for id_ in ids)
    if vendor.call_ids == "short":
        assert all(len(id_) <= 40 for id_ in ids)
    if vendor.system_first:
        assert all(message["role"] != "system" for message in body["messages"][1:])


def test_a_tool_loop_keeps_its_order_and_images_follow_the_results(dialect: Callable[[str], Any]) -> None:
    request = Request(
        [
            Message("user", "look"),
            Message("assistant", [ToolCall(id="a", name="see"), ToolCall(id="b", name="see")]),
            Message(
                "tool",
                [ToolResult(id="a", content=("here", Image(data=PNG)) and (Text("here"), Image(data=PNG)))],
            ),
            Message("tool", [ToolResult(id="b", content="no such file", error=True)]),
            Message("user", "and now?"),
        ]
    )
    sent = body_of(dialect("openai"), request)["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "tool", "user", "user"]
    assert sent[3]["content"] == "Error: no such file"
    assert (
        sent[4]["content"][1]["image_url"]["url"] == "data:image/png;base64," + base64.b64encode(PNG).decode()
    )


def test_mistral_gets_images_inside_the_result_and_ids_that_still_match(
    dialect: Callable[[str], Any],
) -> None:
    request = Request(
        [
            Message("system", "one"),
            Message("user", "look"),
            Message("assistant", [ToolCall(id="toolu_01AbC", name="see")]),
            Message("tool", [ToolResult(id="toolu_01AbC", content=(Image(data=PNG),))]),
            Message("system", "two"),
        ],
        tools=(ToolSpec(name="see"),),
        tool_choice="required",
        settings=Settings(seed=3, max_tokens=5),
    )
    body = body_of(dialect("mistral"), request, stream=True)
    sent = body["messages"]
    assert sent[0] == {"role": "system", "content": "one\n\ntwo"}
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "tool"]
    assert sent[2]["tool_calls"][0]["id"] == sent[3]["tool_call_id"]
    assert sent[3]["content"][0]["type"] == "image_url"
    assert (body["random_seed"], body["tool_choice"], body["max_tokens"]) == (3, "any", 5)
    assert "stream_options" not in body


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("deepseek", "reasoning_content", "hm"),
        ("zhipu", "reasoning_content", "hm"),
        ("groq", "reasoning", "hm"),
        ("openrouter", "reasoning", "hm"),
        ("mistral", "content", [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]),
        ("openai", "reasoning_content", None),
    ],
)
def test_reasoning_returns_to_its_own_vendor_alone(
    name: str, field: str, value: object, dialect: Callable[[str], Any]
) -> None:
    def turn(vendor: str) -> dict[str, Any]:
        thought = Reasoning("hm", vendor=vendor)
        history = [Message("user", "hi"), Message("assistant", [thought, ToolCall(id="a", name="f")])]
        return body_of(
            dialect(name), Request([*history, Message("tool", [ToolResult(id="a", content="1")])])
        )["messages"][1]

    assert turn(name).get(field) == value
    assert "hm" not in json.dumps(turn("another"))


def test_opaque_reasoning_blocks_make_the_round_trip(dialect: Callable[[str], Any]) -> None:
    blocks = [{"type": "reasoning.encrypted", "data": "xyz", "index": 0, "format": "openai-responses-v1"}]
    thought = Reasoning("", signature=json.dumps(blocks), vendor="openrouter", redacted=True)
    body = body_of(
        dialect("openrouter"), Request([Message("user", "a"), Message("assistant", [thought, Text("b")])])
    )
    assert body["messages"][1] == {"role": "assistant", "content": "b", "reasoning_details": blocks}


@pytest.mark.parametrize(
    ("name", "effort", "sent"),
    [
        ("openai", "high", {"reasoning_effort": "high"}),
        ("zhipu", "none", {"thinking": {"type": "disabled"}}),
        ("deepseek", "high", {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ("alibaba", "none", {"enable_thinking": False}),
        ("openrouter", "low", {"reasoning": {"effort": "low"}}),
        ("vllm", "none", {"chat_template_kwargs": {"enable_thinking": False, "reasoning_effort": "none"}}),
    ],
)
def test_reasoning_is_asked_for_in_the_vendors_own_words(
    name: str, effort: str, sent: dict[str, Any], dialect: Callable[[str], Any]
) -> None:
    body = body_of(dialect(name), Request("hi", settings=Settings(reasoning_effort=effort)))
    assert {key: body.get(key) for key in sent} == sent


def test_a_token_budget_for_thinking_goes_where_there_is_one(dialect: Callable[[str], Any]) -> None:
    request = Request("hi", settings=Settings(reasoning_tokens=64))
    assert body_of(dialect("openrouter"), request)["reasoning"] == {"max_tokens": 64}
    assert body_of(dialect("alibaba"), request, stream=True)["thinking_budget"] == 64


SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
OPTIONAL = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "zip": {"type": "string"}},
    "required": ["city"],
}


def test_a_schema_is_strict_only_where_that_changes_nothing(dialect: Callable[[str], Any]) -> None:
    def sent(name: str, schema: dict[str, Any]) -> dict[str, Any]:
        request = Request("where?", output=Output(name="a b", schema=schema, build=dict))
        return body_of(dialect(name), request)["response_format"]

    strict = sent("openai", SCHEMA)["json_schema"]
    assert (strict["strict"], strict["name"], strict["schema"]["additionalProperties"]) == (
        True,
        "a_b",
        False,
    )
    assert sent("openai", OPTIONAL)["json_schema"] == {"name": "a_b", "schema": OPTIONAL, "strict": False}
    assert "strict" not in sent("vllm", SCHEMA)["json_schema"]


def test_a_vendor_without_schemas_is_told_the_schema_in_words(dialect: Callable[[str], Any]) -> None:
    request = Request(
        [Message("user", "where?")],
        output=Output(name="city", schema=SCHEMA, build=dict),
        tools=(ToolSpec(name="look"),),
    )
    body = body_of(dialect("zhipu"), request)
    assert body["response_format"] == {"type": "json_object"}
    assert '"city"' in body["messages"][0]["content"]
    assert "response_format" not in body_of(dialect("groq"), request)


def test_a_forced_call_is_asked_for_in_words_where_the_vendor_cannot_force(
    dialect: Callable[[str], Any],
) -> None:
    request = Request("hi", tools=(ToolSpec(name="look"),), tool_choice="look")
    body = body_of(dialect("zhipu"), request)
    assert body["tool_choice"] == "auto"
    assert "look" in body["messages"][0]["content"]
    assert "tools" not in body_of(
        dialect("zhipu"), Request("hi", tools=(ToolSpec(name="look"),), tool_choice="none")
    )
    named = body_of(dialect("openai"), request)["tool_choice"]
    assert named == {"type": "function", "function": {"name": "look"}}


@pytest.mark.parametrize(
    ("name", "message", "complaint"),
    [
        ("openai", Message("user", [Document(url="https://a.example/x.pdf")]), "document by URL"),
        ("openai", Message("user", [Audio(url="https://a.example/x.wav")]), "audio by URL"),
        ("openai", Message("user", [Audio(data=b"x", media_type="audio/ogg")]), "audio/ogg"),
        ("openai", Message("user", [Image(file_id="file-1")]), "image by file id"),
        ("openai", Message("user", [Image(data=b"?")]), "image of unknown type"),
        ("openai", Message("user", [Image(data=PNG, detail="huge")]), "'huge'"),
        ("openai", Message("user", [ToolCall(id="a", name="f")]), "ToolCall in a user's turn"),
        ("openai", Message("tool", [Text("x")]), "Text in a tool's turn"),
        ("openai", Message("system", [Image(data=PNG)]), "Image in a system message"),
        (
            "openai",
            Message("assistant", [ToolResult(id="a", content="x")]),
            "ToolResult in the assistant's turn",
        ),
        ("deepseek", Message("user", [Document(data=b"%PDF")]), "a document"),
        ("groq", Message("user", [Audio(data=b"ID3")]), "audio"),
        ("ollama", Message("user", [Image(url="https://a.example/x.png")]), "image by URL"),
        ("zhipu", Message("user", [Document(data=b"%PDF")]), "document's bytes"),
        ("mistral", Message("user", [Document(file_id="file-1")]), "document by file id"),
    ],
)
def test_what_a_vendor_cannot_take_is_refused_by_name(
    name: str, message: Message, complaint: str, dialect: Callable[[str], Any]
) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(complaint)) as caught:
        body_of(dialect(name), Request([message]))
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (Request("hi", tool_choice="required"), "no tools"),
        (Request("hi", tools=(ToolSpec(name="a"),), tool_choice="b"), "'b'"),
        (Request("hi", settings=Settings(extra={"x": object()})), "JSON"),
        (Request("hi", settings=Settings(temperature=float("nan"))), "JSON"),
        (Request([Message("assistant", [ToolCall(id="a", name="f", arguments={"x": b"1"})])]), "'f'"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    request_: Request, complaint: str, dialect: Callable[[str], Any]
) -> None:
    with pytest.raises(InvalidRequest, match=complaint):
        body_of(dialect("openai"), request_)


def test_documents_go_as_each_vendor_reads_them(dialect: Callable[[str], Any]) -> None:
    def sent(name: str, part: Document) -> dict[str, Any]:
        return body_of(dialect(name), Request([Message("user", [part])]))["messages"][0]["content"]

    pdf, linked = Document(data=b"%PDF", name="a.pdf"), Document(url="https://a.example/x.pdf")
    data = "data:application/pdf;base64,JVBERg=="
    assert sent("openai", pdf) == [{"type": "file", "file": {"filename": "a.pdf", "file_data": data}}]
    assert sent("openrouter", linked)[0]["file"]["file_data"] == "https://a.example/x.pdf"
    assert sent("mistral", linked) == [{"type": "document_url", "document_url": "https://a.example/x.pdf"}]
    assert sent("zhipu", linked)[0]["file_url"] == {"url": "https://a.example/x.pdf"}
    assert (
        sent("deepseek", Document(data=b"a,b", media_type="text/csv", name="t.csv"))
        == "Content of t.csv:\n\na,b"
    )


def test_the_deployments_extras_come_last_but_cannot_change_whether_it_streams(
    dialect: Callable[[str], Any],
) -> None:
    request = Request("hi", settings=Settings(temperature=1, extra={"top_p": 0.5, "service_tier": "flex"}))
    body = body_of(
        dialect("openai"), request, extra_body={"temperature": 0, "service_tier": "flex", "stream": True}
    )
    assert (body["temperature"], body["top_p"], body["service_tier"], body["stream"]) == (
        0,
        0.5,
        "flex",
        False,
    )


def test_the_key_is_in_the_header_that_the_vendor_reads(dialect: Callable[[str], Any]) -> None:
    def headers(name: str, **deployment: Any) -> dict[str, str]:
        vendor = dialect(name)
        return dict(vendor.codec.encode(vendor.call(**deployment), stream=False).headers)

    from interlock.types.models import Credential

    assert headers("openai")["authorization"] == "Bearer sk-secret"
    assert headers("azure")["api-key"] == "sk-secret"
    assert "authorization" not in headers("ollama", credential=Credential(needed=False))


@pytest.mark.parametrize(
    ("name", "base_url", "url"),
    [
        ("openai", "https://proxy.example/v1/", "https://proxy.example/v1/chat/completions"),
        (
            "azure",
            "https://r.openai.azure.com",
            "https://r.openai.azure.com/openai/v1/chat/completions",
        ),
        (
            "azure",
            "https://r.openai.azure.com/openai",
            "https://r.openai.azure.com/openai/v1/chat/completions",
        ),
        (
            "azure",
            "https://r.openai.azure.com/?api-version=2024-10-21",
            "https://r.openai.azure.com/openai/deployments/model-1/chat/completions?api-version=2024-10-21",
        ),
        (
            "azure",
            "https://r.openai.azure.com/openai?api-version=preview",
            "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview",
        ),
        (
            "azure",
            "https://r.openai.azure.com/openai/deployments/mine",
            "https://r.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21",
        ),
        (
            "azure",
            "https://r.openai.azure.com/openai?api-version=2025-04-01-preview",
            "https://r.openai.azure.com/openai/deployments/model-1/chat/completions?api-version=2025-04-01-preview",
        ),
        (
            "azure",
            "https://r.openai.azure.com/openai/v1/",
            "https://r.openai.azure.com/openai/v1/chat/completions",
        ),
    ],
)
def test_urls(name: str, base_url: str, url: str, dialect: Callable[[str], Any]) -> None:
    vendor = dialect(name)
    assert vendor.codec.encode(vendor.call(base_url=base_url), stream=False).url == url


def roles(body: dict[str, Any]) -> list[str]:
    return [message["role"] for message in body["messages"]]


def test_mistral_is_never_shown_a_user_right_after_a_tool(dialect: Callable[[str], Any]) -> None:
    call = ToolCall(id="a", name="look")
    history = [
        Message("user", "look"),
        Message("assistant", [call]),
        Message("tool", [ToolResult(id="a", content=(Document(data=b"%PDF"),))]),
        Message("assistant", [call]),
        Message("tool", [ToolResult(id="a", content="seen")]),
        Message("user", "stop"),
    ]
    body = body_of(dialect("mistral"), Request(history))
    assert roles(body) == [
        *("user", "assistant", "tool", "assistant", "user"),  # the document, in a message of its own
        *("assistant", "tool", "assistant", "user"),
    ]
    assert body["messages"][3] == {"role": "assistant", "content": "."}
    assert roles(body_of(dialect("openai"), Request(history)))[-2:] == ["tool", "user"]


def test_a_message_without_a_word_is_a_point_where_that_is_refused(dialect: Callable[[str], Any]) -> None:
    history = [
        Message("user", [Text(""), Image(data=PNG)]),
        Message("assistant", [Reasoning("hm", vendor="other")]),
        Message("user", ""),
    ]
    for name, word in (("mistral", "."), ("zhipu", "."), ("openai", "")):
        seen, said, asked = body_of(dialect(name), Request(history))["messages"]
        assert [piece["type"] for piece in seen["content"]] == ["image_url"]
        assert (said["content"], asked["content"]) == (word, word)


def test_a_refusal_is_text_where_there_is_no_place_for_one(dialect: Callable[[str], Any]) -> None:
    request = Request([Message("user", "q"), Message("assistant", [Refusal("no")])])
    assert body_of(dialect("openai"), request)["messages"][1]["refusal"] == "no"
    for name in ("mistral", "openrouter", "zhipu"):
        assert body_of(dialect(name), request)["messages"][1] == {"role": "assistant", "content": "no"}


@pytest.mark.parametrize("vendor", ["openai", "azure", "deepseek", "openrouter"])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.one_of(st.text(max_size=90), st.text(alphabet=" a/<|>\\\n\u00a0\u2028", max_size=80)))
def test_a_name_is_written_as_the_vendor_takes_it_or_left_out(
    vendor: str, name: str, dialect: Callable[[str], Any]
) -> None:
    history = [
        Message("user", "hi", name=name),
        Message("assistant", "yes", name=name),
        Message("user", "go"),
    ]
    for message in body_of(dialect(vendor), Request(history))["messages"]:
        if "name" in message:
            assert re.fullmatch(r"[^\s<|\\/>]{1,64}", message["name"])


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("User Onboarding Agent", "User_Onboarding_Agent"),
        ("sales/eu", "sales_eu"),
        ("anna@example.org", "anna@example.org"),
        ("\u6c42\u8077 \u4ee3\u7406", "\u6c42\u8077_\u4ee3\u7406"),
        ("a" * 80, "a" * 64),
        ("< / >", None),
        ("agent_1", "agent_1"),
    ],
)
def test_names_keep_what_can_be_kept(name: str, sent: str | None, dialect: Callable[[str], Any]) -> None:
    body = body_of(dialect("openai"), Request([Message("user", "hi", name=name)]))
    assert body["messages"][0].get("name") == sent
