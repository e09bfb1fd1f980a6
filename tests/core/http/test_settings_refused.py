"""A refusal that is about one setting: in which words it is known, and what is none."""

import json
from typing import Any

import pytest

from interlock import ContextLengthExceeded, InvalidRequest, SettingRefused, Settings
from interlock.http.settings import setting_refused

EVERY = Settings(
    temperature=0,
    top_p=0.5,
    top_k=3,
    seed=1,
    presence_penalty=1,
    reasoning_effort="high",
    parallel_tool_calls=False,
    user="u",
)


def told(message: str, body: Any = None, code: str | None = None, settings: Settings = EVERY) -> Any:
    error = InvalidRequest("400", status=400, code=code, vendor_message=message)
    found = setting_refused(error, settings, json.dumps(body).encode() if body is not None else b"")
    return found.setting if isinstance(found, SettingRefused) else None


@pytest.mark.parametrize(
    ("message", "setting"),
    [
        ("Unsupported value: 'temperature' does not support 0 with this model.", "temperature"),
        ("Unsupported parameter: 'top_p' is not supported with this model.", "top_p"),
        ("invalid temperature: only 1 is allowed for this model", "temperature"),
        (
            "Function tools with reasoning_effort are not supported for m in /v1/chat/completions.",
            "reasoning_effort",
        ),
        ("`temperature` may only be set to 1 when thinking is enabled", "temperature"),
        ("Unknown parameter: 'reasoning.effort'.", "reasoning_effort"),
        ("Unrecognized request argument supplied: seed", None),
        ("Unrecognized request argument supplied: `seed`", "seed"),
        ("`top_k` is deprecated for this model", "top_k"),
        ('Invalid JSON payload received. Unknown name "topK": Cannot find field.', "top_k"),
        ("parallel_tool_calls is not supported", "parallel_tool_calls"),
    ],
)
def test_vendors_words_for_it(message: str, setting: str | None) -> None:
    assert told(message) == setting


@pytest.mark.parametrize(
    ("body", "setting"),
    [
        ({"error": {"message": "no", "param": "temperature", "code": "unsupported_value"}}, "temperature"),
        ([{"error": {"message": "no", "param": "top_p", "code": "unsupported_parameter"}}], "top_p"),
        ({"message": "no", "param": "seed", "type": "unknown_parameter"}, "seed"),
        ({"detail": [{"type": "extra_forbidden", "loc": ["body", "reasoning_effort"]}]}, "reasoning_effort"),
        ({"error": {"message": "no", "param": "tools", "code": "unsupported_value"}}, None),
        ({"error": {"message": "no", "param": "temperature", "code": "decimal_above_max_value"}}, None),
        ({"error": {"message": "no", "param": None, "code": {"not": "text"}}}, None),
    ],
)
def test_a_parameter_that_the_body_names_decides(body: Any, setting: str | None) -> None:
    assert told("something went wrong", body) == setting


@pytest.mark.parametrize(
    "message",
    [
        "This user is not allowed to use the model.",
        "Thinking mode does not support this tool_choice",
        "max_tokens is not supported with this model",
        "'stop' is not supported with this model",
        "temperature must be between 0 and 2",
        "Invalid schema for response_format: 'seed' is required",
        "",
    ],
)
def test_what_is_no_refusal_of_a_hint(message: str) -> None:
    assert told(message) is None


def test_only_what_was_sent_can_be_refused() -> None:
    assert told("Unsupported parameter: 'temperature'", settings=Settings(top_p=1)) is None


def test_the_error_keeps_its_facts_and_more_exact_ones_stay_as_they_are() -> None:
    words = "Unsupported value: 'temperature'"
    plain = InvalidRequest("m", status=400, code="c", vendor_message=words, request_id="r", retry_after=2.0)
    plain.deployment, plain.unsent, plain.late = "d", True, True
    found = setting_refused(plain, EVERY)
    assert isinstance(found, SettingRefused)
    assert vars(found) == {**vars(plain), "setting": "temperature"}
    exact = ContextLengthExceeded("m", vendor_message="Unsupported value: 'temperature'")
    assert setting_refused(exact, EVERY) is exact


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"[" * 100_000, b"{}" + b" " * 100_000])
def test_a_body_that_says_nothing_is_passed_over(body: bytes) -> None:
    error = InvalidRequest("400", vendor_message="Unsupported parameter: 'seed'")
    found = setting_refused(error, EVERY, body)
    assert isinstance(found, SettingRefused)
