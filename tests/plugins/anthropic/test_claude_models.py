"""What is asked of which generation: thinking, effort, sampling and schemas."""

from typing import Any

import pytest

from interlock.types.messages import Message, Reasoning, Text, ToolCall, ToolResult
from interlock.types.models import ModelCard
from interlock.types.request import Output, Request, Settings, ToolSpec
from interlock_anthropic.schema import closed
from request_strategies import SCHEMA

SUMMED = {"type": "adaptive", "display": "summarized"}


def asked(claude: Any, model: str, **settings: Any) -> tuple[Any, Any, int]:
    body = claude.body(Request("q", settings=Settings(**settings)), name=model)
    return body.get("thinking"), body.get("output_config", {}).get("effort"), body["max_tokens"]


@pytest.mark.parametrize(
    ("model", "effort", "thinking", "level"),
    [
        ("claude-3-opus-latest", "high", None, None),
        ("claude-3-5-haiku-20241022", "low", None, None),
        ("claude-3-7-sonnet-20250219", "low", 2048, None),
        ("claude-opus-4-20250514", "minimal", 1024, None),
        ("claude-opus-4-0", "none", None, None),
        ("claude-4-opus", "medium", 8192, None),
        ("claude-sonnet-4-5-20250929", "xhigh", 32_768, None),
        ("claude-opus-4-5", "xhigh", 32_768, "high"),
        ("claude-sonnet-4-6", "high", {"type": "adaptive"}, "high"),
        ("claude-opus-4-6", "xhigh", {"type": "adaptive"}, "max"),
        ("claude-opus-4-6", "none", {"type": "disabled"}, None),
        ("claude-opus-4-8", "xhigh", SUMMED, "xhigh"),
        ("claude-opus-5", "none", {"type": "disabled"}, None),
        ("claude-opus-5-5", "none", None, "low"),
        ("claude-fable-5", "none", None, "low"),
        ("claude-mythos-preview", "minimal", SUMMED, "low"),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "low", 2048, None),
        ("my-proxy", "max", SUMMED, "max"),
    ],
)
def test_effort(model: str, effort: str, thinking: Any, level: str | None, claude: Any) -> None:
    config, sent, limit = asked(claude, model, reasoning_effort=effort)
    expected = {"type": "enabled", "budget_tokens": thinking} if isinstance(thinking, int) else thinking
    assert (config, sent) == (expected, level)
    if isinstance(thinking, int):
        assert limit > thinking


def test_a_name_that_says_nothing_leaves_it_to_the_card(claude: Any) -> None:
    card = ModelCard(id="anthropic/claude-4-opus", maker="Anthropic", jurisdiction="us")
    request = Request("q", settings=Settings(reasoning_effort="low"))
    assert claude.body(request, name="ours", card=card)["thinking"]["type"] == "enabled"


@pytest.mark.parametrize(
    ("tokens", "limit", "budget", "sent"),
    [
        (5000, None, 5000, 8192),
        (20_000, None, 20_000, 28_192),
        (10, None, 1024, 8192),
        (5000, 6000, 5000, 6000),
        (6000, 6000, 3000, 6000),
        (6000, 1025, 1024, 1025),
        (6000, 1024, None, 1024),
        (0, 6000, None, 6000),
    ],
)
def test_a_budget_leaves_room_for_the_answer(
    tokens: int, limit: int | None, budget: int | None, sent: int, claude: Any
) -> None:
    config, _, max_tokens = asked(claude, "claude-sonnet-4-5", reasoning_tokens=tokens, max_tokens=limit)
    assert config == (None if budget is None else {"type": "enabled", "budget_tokens": budget})
    assert max_tokens == sent


def test_a_budget_stays_within_what_the_model_can_say(claude: Any) -> None:
    card = ModelCard(id="m/m", maker="M", jurisdiction="us", max_output=4096)
    body = claude.body(Request("q", settings=Settings(reasoning_tokens=9000)), card=card)
    assert (body["max_tokens"], body["thinking"]["budget_tokens"]) == (4096, 2048)


@pytest.mark.parametrize(
    ("thought", "thinks"), [(Reasoning("hm", signature="s", vendor="anthropic"), True), (None, False)]
)
def test_a_turn_that_began_without_a_thought_goes_on_without(thought: Any, thinks: bool, claude: Any) -> None:
    """The vendor refuses a budget in the middle of a tool loop that another vendor's model began."""
    turn = [*([thought] if thought else []), ToolCall(id="a", name="f")]
    history = [
        Message("user", "q"),
        Message("assistant", turn),
        Message("tool", [ToolResult(id="a", content="x")]),
    ]
    request = Request(history, tools=(ToolSpec(name="f"),), settings=Settings(reasoning_tokens=2000))
    assert ("thinking" in claude.body(request)) is thinks
    assert "thinking" not in claude.body(
        Request([Message("user", "q"), Message("assistant", [Text("so")])], settings=request.settings)
    )


def test_a_forced_tool_leaves_no_room_for_a_budget(claude: Any) -> None:
    request = Request(
        "q", tools=(ToolSpec(name="f"),), tool_choice="required", settings=Settings(reasoning_effort="high")
    )
    assert "thinking" not in claude.body(request)
    assert claude.body(request, name="claude-opus-4-6")["thinking"] == {"type": "adaptive"}


@pytest.mark.parametrize(
    ("model", "given", "sent"),
    [
        ("claude-opus-4-0", {"temperature": 0.3, "top_p": 0.9, "top_k": 5}, None),
        ("claude-opus-4-0", {"temperature": 1.7}, {"temperature": 1.0}),
        ("claude-sonnet-4-5", {"temperature": 0.3, "top_p": 0.9}, {"temperature": 0.3}),
        ("claude-sonnet-4-5", {"top_p": 0.9}, None),
        ("claude-sonnet-4-5", {"top_p": 0.9, "top_k": 5, "temperature": 0.3, "reasoning_tokens": 2000}, {}),
        ("claude-sonnet-4-5", {"top_p": 0.97, "reasoning_tokens": 2000}, {"top_p": 0.97}),
        ("claude-opus-4-6", {"temperature": 0.3, "reasoning_effort": "none"}, {"temperature": 0.3}),
        ("claude-opus-4-7", {"temperature": 0.3, "top_p": 0.9, "top_k": 5}, {}),
        ("my-proxy", {"temperature": 0.3}, None),
    ],
)
def test_sampling(model: str, given: dict[str, Any], sent: dict[str, Any] | None, claude: Any) -> None:
    body = claude.body(Request("q", settings=Settings(**given)), name=model)
    assert {key: body[key] for key in ("temperature", "top_p", "top_k") if key in body} == (
        given if sent is None else sent
    )


def test_effort_and_format_share_their_place(claude: Any) -> None:
    output = Output(name="city", schema=SCHEMA, build=dict)
    request = Request("q", output=output, settings=Settings(reasoning_effort="low"))
    sent = claude.body(request, name="claude-opus-4-6")["output_config"]
    assert sent == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": {**SCHEMA, "additionalProperties": False}},
    }


def test_limits_move_into_words_and_unions_into_choices() -> None:
    schema = {
        "$defs": {"Row": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}}},
        "title": "Rows",
        "properties": {
            "rows": {"type": "array", "items": {"$ref": "#/$defs/Row"}, "minItems": 1, "maxItems": 3},
            "name": {"type": ["string", "null"], "default": None, "maxLength": 5},
            "kind": {"oneOf": [{"const": "a"}, {"enum": ["b", 3]}]},
            "when": {"type": "string", "format": "date", "description": "A day."},
            "how": {"type": "string", "format": "phone", "description": "A number."},
        },
        "required": ["rows"],
    }
    assert closed(schema) == {
        "type": "object",
        "title": "Rows",
        "additionalProperties": False,
        "required": ["rows"],
        "properties": {
            "rows": {
                "type": "array",
                "items": {"$ref": "#/$defs/Row"},
                "minItems": 1,
                "description": "(maxItems: 3)",
            },
            "name": {
                "anyOf": [
                    {"type": "string", "description": "(maxLength: 5)"},
                    {"type": "null", "description": "(maxLength: 5)"},
                ]
            },
            "kind": {"anyOf": [{"const": "a"}, {"enum": ["b", 3]}]},
            "when": {"type": "string", "format": "date", "description": "A day."},
            "how": {"type": "string", "description": "A number. (format: phone)"},
        },
        "$defs": {
            "Row": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"n": {"type": "integer", "description": "(minimum: 1)"}},
            }
        },
    }


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"type": "object", "additionalProperties": True},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "patternProperties": {"x": {}}},
        {"type": "string", "not": {"const": "x"}},
        {"type": "of tomorrow"},
        {"enum": [{"a": 1}]},
        {"enum": 3},
        {"const": []},
        {"anyOf": []},
        {"anyOf": {}},
        {"anyOf": [{"type": "string"}], "oneOf": [{"type": "string"}]},
        {"type": "array", "items": {}},
        {"type": "array", "items": True},
        {"type": "object", "properties": []},
        {"$ref": "#/$defs/Self"},
        {"$ref": "https://elsewhere.example/schema"},
    ],
)
def test_a_schema_beyond_the_grammar_is_none(part: Any) -> None:
    myself = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Self"}}}
    whole = {"type": "object", "properties": {"part": part}, "$defs": {"Self": myself}}
    assert closed(whole) is None
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(60):
        deep = {"type": "array", "items": deep}
    assert closed({"type": "object", "properties": {"deep": deep}}) is None
