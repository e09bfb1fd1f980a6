"""What we send to a Responses endpoint, held against the vendor's own types."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from interlock.errors import InvalidRequest
from interlock.http import HttpReply
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
from interlock.types.models import ModelCard
from interlock.types.request import Output, Request, Settings, ToolSpec
from interlock.types.traits import Traits
from interlock_openai.endpoints import Endpoints
from request_strategies import PNG, SCHEMA, requests
from response_events import called, response, said, thought
from sdk_openai import valid_response

Dialects = Callable[..., Any]

THINKS = Traits(
    reasons="unasked", efforts=("none", "low", "high"), refuses_while_reasoning=frozenset({"sampling"})
)
PDF = Document(data=b"%PDF-1.7", name="a.pdf")


def sent(dialect: Any, request: Request | str, *, stream: bool = False, **deployment: Any) -> dict[str, Any]:
    call = dialect.call(request, **deployment)
    body = json.loads(dialect.codec.encode(call, stream=stream).body)
    valid_response(body)
    return {**body, "adjusted": call.adjusted}


def test_the_conversation_keeps_its_order(responses: Dialects) -> None:
    body = sent(
        responses(),
        Request(
            [
                Message("system", "Be brief."),
                Message("user", "Look."),
                Message("assistant", [Text("I look."), ToolCall(id="c1", name="look", arguments={"at": 1})]),
                Message("tool", [ToolResult(id="c1", content="seen")]),
                Message("system", "Be kind."),
                Message("assistant", [Text("Seen."), Refusal("No more.")]),
                Message("user", "Why?", name="Ann"),
            ]
        ),
    )
    assert body["input"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": "I look."},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"at": 1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "seen"},
        {"role": "system", "content": "Be kind."},
        {
            "type": "message",
            "status": "completed",
            "role": "assistant",
            "content": [
                {"type": "output_text", "text": "Seen.", "annotations": []},
                {"type": "refusal", "refusal": "No more."},
            ],
        },
        {"role": "user", "content": "Why?"},
    ]


def test_nothing_is_stored_unless_the_operator_says_so(responses: Dialects) -> None:
    assert sent(responses(), "hi")["store"] is False
    assert sent(responses(), "hi", extra_body={"store": True})["store"] is True
    with pytest.raises(InvalidRequest, match=r"settings\.extra\.store"):
        sent(responses(), Request("hi", settings=Settings(extra={"store": True})))


def test_media_have_parts_of_their_own_in_results_too(responses: Dialects) -> None:
    parts = (
        Text("Look:"),
        Image(data=PNG),
        Image(url="https://a.example/x.png", detail="low"),
        Image(file_id="file-1"),
        PDF,
        Document(url="https://a.example/x.pdf"),
        Document(file_id="file-2"),
        Document(data=b"a,b", media_type="text/csv", name="t.csv"),
    )
    pieces = [
        {"type": "input_text", "text": "Look:"},
        {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,iVBORw0KGgo="},
        {"type": "input_image", "detail": "low", "image_url": "https://a.example/x.png"},
        {"type": "input_image", "detail": "auto", "file_id": "file-1"},
        {
            "type": "input_file",
            "filename": "a.pdf",
            "file_data": "data:application/pdf;base64,JVBERi0xLjc=",
        },
        {"type": "input_file", "file_url": "https://a.example/x.pdf"},
        {"type": "input_file", "file_id": "file-2"},
        {"type": "input_text", "text": "Content of t.csv:\n\na,b"},
    ]
    result = ToolResult(id="c1", content=parts, error=True)
    turns = [Message("assistant", [ToolCall(id="c1", name="look")]), Message("tool", [result])]
    first, _, output = sent(responses(), Request([Message("user", parts), *turns]))["input"]
    assert first["content"] == pieces
    assert output["output"] == [{"type": "input_text", "text": "Error: "}, *pieces]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Audio(data=b"RIFF0000WAVE"), "audio"),
        (Image(data=PNG, detail="huge"), "detail 'huge'"),
        (Document(data=b"??"), "unknown type"),
    ],
)
def test_what_has_no_place_is_refused_by_name(part: Any, words: str, responses: Dialects) -> None:
    with pytest.raises(InvalidRequest, match=words) as caught:
        sent(responses(), Request([Message("user", [part])]))
    assert caught.value.code == "unsupported_part"


def test_tools_are_flat_and_never_strict_unasked(responses: Dialects) -> None:
    tools = (ToolSpec(name="look", description="Looks."), ToolSpec(name="find", strict=True))
    body = sent(
        responses(),
        Request("hi", tools=tools, tool_choice="find", settings=Settings(parallel_tool_calls=False)),
    )
    empty = {"type": "object", "properties": {}}
    assert body["tools"] == [
        {"type": "function", "name": "look", "description": "Looks.", "parameters": empty, "strict": False},
        {"type": "function", "name": "find", "parameters": empty, "strict": True},
    ]
    assert body["tool_choice"] == {"type": "function", "name": "find"}
    assert body["parallel_tool_calls"] is False
    for choice in ("auto", "none", "required"):
        assert sent(responses(), Request("hi", tools=tools, tool_choice=choice))["tool_choice"] == choice


def test_a_schema_is_the_texts_format(responses: Dialects) -> None:
    output = Output(name="place", schema=SCHEMA, build=dict)
    request = Request("hi", output=output, settings=Settings(extra={"text": {"verbosity": "low"}}))
    text = sent(responses(), request)["text"]
    assert text["verbosity"] == "low"
    assert text["format"] == {
        "type": "json_schema",
        "name": "place",
        "strict": True,
        "schema": {**SCHEMA, "additionalProperties": False},
    }
    operators = sent(
        responses(), replace(request, settings=Settings()), extra_body={"text": {"verbosity": "high"}}
    )
    assert operators["text"] == {"format": text["format"], "verbosity": "high"}


def test_settings_have_their_names_here_and_what_has_none_is_said(responses: Dialects) -> None:
    asked = Settings(
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        max_tokens=100,
        seed=1,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        logprobs=2,
        reasoning_tokens=9,
        user="ann",
        stop=("END",),
    )
    body = sent(responses(), Request("hi", settings=asked), traits=Traits(reasons="never"))
    assert {
        key: body.get(key) for key in ("temperature", "top_p", "max_output_tokens", "top_logprobs", "user")
    } == {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_output_tokens": 100,
        "top_logprobs": 2,
        "user": "ann",
    }
    assert body["include"] == ["message.output_text.logprobs"]
    assert [each.partition(":")[0] for each in body["adjusted"]] == [
        "reasoning_tokens",
        "top_k",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "stop",
    ]
    few = sent(responses(), Request("hi", settings=Settings(max_tokens=3)))
    assert (few["max_output_tokens"], len(few["adjusted"])) == (16, 1)


def test_a_model_that_thinks_takes_no_sampling_unless_it_is_told_not_to(responses: Dialects) -> None:
    asked = Settings(temperature=0, reasoning_effort="medium")
    body = sent(responses(), Request("hi", settings=asked), traits=THINKS)
    assert "temperature" not in body
    assert (body["reasoning"], body["include"]) == ({"effort": "high"}, ["reasoning.encrypted_content"])
    assert [each.partition(":")[0] for each in body["adjusted"]] == ["reasoning_effort", "temperature"]
    quiet = replace(asked, reasoning_effort="none", logprobs=1)
    body = sent(responses(), Request("hi", settings=quiet), traits=THINKS)
    assert (body["temperature"], body["reasoning"], body["top_logprobs"]) == (0, {"effort": "none"}, 1)
    never = sent(responses(), Request("hi", settings=asked), traits=Traits(reasons="never"))
    assert ("reasoning" in never, never["temperature"], "include" in never) == (False, 0, False)
    with pytest.raises(InvalidRequest, match="logprobs: the model returns none while it reasons"):
        sent(responses(), Request("hi", settings=Settings(logprobs=1)), traits=THINKS)


@pytest.mark.parametrize("name", ["gpt-5.4", "gpt-5.5", "gpt-5.6-sol", "gpt-5-pro", "o3-pro"])
def test_tools_and_thought_go_together(name: str, responses: Dialects) -> None:
    request = Request(
        "hi", tools=(ToolSpec(name="f"),), settings=Settings(reasoning_effort="high", temperature=0)
    )
    body = sent(responses(), request, name=name)
    assert (body["reasoning"], len(body["tools"])) == ({"effort": "high"}, 1)
    assert "temperature" not in body
    assert body["include"] == ["reasoning.encrypted_content"]


def test_traits_that_the_operator_states_hold_here_too(responses: Dialects) -> None:
    traits = Traits(reasons="asked", refuses_while_reasoning=frozenset({"forced_tools"}), output="words")
    request = Request(
        "hi",
        tools=(ToolSpec(name="f"),),
        tool_choice="f",
        output=Output(name="place", schema=SCHEMA, build=dict),
        settings=Settings(reasoning_effort="high"),
    )
    body = sent(responses(), request, traits=traits)
    assert (body["reasoning"], "text" in body) == ({"effort": "none"}, False)
    assert "valid under this JSON schema" in body["instructions"]


def test_what_the_operator_adds_to_reasoning_leaves_the_effort(responses: Dialects) -> None:
    request = Request("hi", settings=Settings(reasoning_effort="low"))
    extra = {"reasoning": {"summary": "auto"}, "include": ["file_search_call.results"]}
    body = sent(responses(), request, extra_body=extra)
    assert body["reasoning"] == {"effort": "low", "summary": "auto"}
    assert body["include"] == ["reasoning.encrypted_content", "file_search_call.results"]


def read(dialect: Any, *items: dict[str, Any]) -> Any:
    body = json.dumps(response(*items)).encode()
    return dialect.codec.decode(dialect.call(), HttpReply(status=200, headers={}, body=body))


def test_a_thought_goes_back_as_it_came_in_front_of_what_it_led_to(responses: Dialects) -> None:
    dialect = responses()
    items = [thought("Hm."), said("I look."), called("{}")]
    history = [Message("user", "?"), Message("assistant", read(dialect, *items).parts)]
    result = Message("tool", [ToolResult(id="call_1", content="seen")])
    body = sent(dialect, Request([*history, result]))
    assert body["input"][1] == {
        "summary": [{"type": "summary_text", "text": "Hm."}],
        "type": "reasoning",
        "id": "rs_1",
        "encrypted_content": "gAAAAseal",
    }
    assert [item.get("type", item.get("role")) for item in body["input"][2:]] == [
        "assistant",
        "function_call",
        "function_call_output",
    ]
    assert all("id" not in item for item in body["input"][2:]), "what was not stored cannot be looked up"
    stored = sent(dialect, Request([*history, result]), extra_body={"store": True})["input"][1]
    assert "id" not in stored, "a stored thought is looked up with all that followed it"


def test_a_thought_that_led_to_nothing_stays_away(responses: Dialects) -> None:
    dialect = responses()
    parts = read(dialect, thought()).parts
    assert len(parts) == 1
    turns = [Message("user", "?"), Message("assistant", parts), Message("user", "!")]
    assert [item.get("role") for item in sent(dialect, Request(turns))["input"]] == ["user", "user"]
    late = [Message("user", "?"), Message("assistant", [Text("Hi."), *parts])]
    assert sent(dialect, Request(late))["input"][1]["type"] == "reasoning"


@pytest.mark.parametrize("signature", ["c2lnbmVk", "[]", "{}", "{", '[{"type": "reasoning"}]'])
def test_a_proof_in_another_form_stays_away(signature: str, responses: Dialects) -> None:
    past = [Reasoning("Hm.", signature=signature, vendor="openai"), Text("Hi.")]
    assert len(sent(responses(), Request([Message("assistant", past)]))["input"]) == 1


def test_newer_models_are_told_which_words_were_an_answer(responses: Dialects) -> None:
    call = ToolCall(id="c", name="look")
    turns = [
        Message("user", "?"),
        Message("assistant", [Text("I look."), call]),
        Message("tool", [ToolResult(id="c", content="seen")]),
        Message("assistant", "Seen."),
    ]
    for name, phases in (("gpt-5.5", ["commentary", "final_answer"]), ("gpt-4.1", [None, None])):
        said_ = [item for item in sent(responses(), Request(turns), name=name)["input"] if "role" in item]
        assert [item.get("phase") for item in said_[1:]] == phases


@pytest.mark.parametrize(
    ("vendor", "base_url", "url"),
    [
        ("openai", "https://api.openai.com/v1/", "https://api.openai.com/v1/responses"),
        ("azure", "https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1/responses"),
        ("azure", "https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1/responses"),
        (
            "azure",
            "https://r.openai.azure.com/openai/v1?api-version=preview",
            "https://r.openai.azure.com/openai/v1/responses?api-version=preview",
        ),
        (
            "azure",
            "https://r.openai.azure.com/openai/deployments/mine?api-version=2024-10-21",
            "https://r.openai.azure.com/openai/v1/responses",
        ),
        (
            "azure",
            "https://r.openai.azure.com/openai?api-version=2025-04-01-preview",
            "https://r.openai.azure.com/openai/v1/responses",
        ),
        (
            "azure",
            "https://r.services.ai.azure.com/api/projects/p/openai/v1",
            "https://r.services.ai.azure.com/api/projects/p/openai/v1/responses",
        ),
    ],
)
def test_the_address(vendor: str, base_url: str, url: str, responses: Dialects) -> None:
    dialect = responses(vendor)
    request = dialect.codec.encode(dialect.call(base_url=base_url), stream=False)
    assert request.url == url
    assert json.loads(request.body)["model"] == "model-1"
    assert ("api-key" in request.headers) is (vendor == "azure")


OWN, AZURE, ELSEWHERE = (
    "https://api.openai.com/v1",
    "https://r.openai.azure.com",
    "https://gateway.example/v1",
)


@pytest.mark.parametrize(
    ("vendor", "name", "card", "base_url", "traits", "expected"),
    [
        ("openai", "gpt-5.5", "openai/gpt-5.5", OWN, None, "responses"),
        ("openai", "gpt-5.4-mini", "m/m", "https://eu.api.openai.com/v1", None, "responses"),
        ("openai", "gpt-5.6-sol", "m/m", OWN, None, "responses"),
        ("openai", "gpt-6", "m/m", OWN, None, "responses"),
        ("openai", "gpt-5.3", "m/m", OWN, None, "chat/completions"),
        ("openai", "gpt-4o", "m/m", OWN, None, "chat/completions"),
        ("openai", "gpt-5.5", "openai/gpt-5.5", ELSEWHERE, None, "chat/completions"),
        ("openai", "gpt-5.5", "openai/gpt-5.5", ELSEWHERE, "responses", "responses"),
        ("openai", "gpt-5.5", "openai/gpt-5.5", OWN, "chat", "chat/completions"),
        ("openai", "gpt-5-pro", "m/m", ELSEWHERE, None, "responses"),
        ("openai", "gpt-5.1-codex-max", "m/m", OWN, None, "responses"),
        ("openai", "o3-pro", "m/m", OWN, None, "responses"),
        ("openai", "o3", "m/m", OWN, None, "chat/completions"),
        ("azure", "our-model", "openai/gpt-5.5", AZURE, None, "responses"),
        ("azure", "our-model", "m/m", AZURE, None, "chat/completions"),
        ("openai-compatible", "gpt-5.5", "openai/gpt-5.5", ELSEWHERE, None, "chat/completions"),
        ("openai-compatible", "gpt-oss", "m/m", ELSEWHERE, "responses", "responses"),
        (
            "openrouter",
            "openai/gpt-5.5",
            "openai/gpt-5.5",
            "https://openrouter.ai/api/v1",
            None,
            "chat/completions",
        ),
    ],
)
def test_each_model_is_asked_at_the_endpoint_that_it_wants(
    *, vendor: str, name: str, card: str, base_url: str, traits: Any, expected: str, responses: Dialects
) -> None:
    dialect = responses(vendor)
    dialect.codec = Endpoints(dialect.vendor)
    call = dialect.call(
        name=name,
        card=ModelCard(id=card, maker="M", jurisdiction="us"),
        base_url=base_url,
        traits=Traits(endpoint=traits),
    )
    assert dialect.codec.encode(call, stream=True).url.partition("?")[0].endswith(f"/{expected}")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(request=requests())
def test_every_body_is_one_of_the_vendors_types(request: Request, responses: Dialects) -> None:
    for name in ("openai", "azure"):
        for traits in (Traits(), THINKS):
            with suppress(InvalidRequest):
                sent(responses(name), request, traits=traits)
