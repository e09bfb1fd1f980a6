"""An input that is too long is known in every dialect, in the words of any vendor behind it."""

import json
from typing import Any

import pytest

from every_dialect import DIALECTS, Dialect
from interlock.errors import ContextLengthExceeded
from interlock.http import HttpReply

WORDS = (
    "prompt is too long: 9 tokens > 8 maximum",
    "input length and `max_tokens` exceed context limit: 9 + 8 > 8",
    "The input token count is 9 but model only supports up to 8",
    "The input token count (9) exceeds the maximum number of tokens allowed (8).",
    "Input is too long for requested model.",
    "The number of input tokens exceeds the limit: input tokens exceeds 8",
    "This model's maximum context length is 8 tokens.",
)
OTHERS = (
    "max_tokens: 9 > 8, which is the maximum allowed number of output tokens for m",
    "This request would exceed your rate limit of 8 input tokens per minute.",
    "temperature must be between 0 and 1",
)


def body(dialect: Dialect, words: str) -> dict[str, Any]:
    if dialect.name == "anthropic":
        return {"type": "error", "error": {"type": "invalid_request_error", "message": words}}
    if dialect.name == "google":
        return {"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}}
    if dialect.name == "bedrock":
        return {"__type": "ValidationException", "message": words}
    return {"error": {"message": words, "type": "invalid_request_error", "param": None, "code": None}}


def error(dialect: Dialect, words: str) -> Exception:
    data = json.dumps(body(dialect, words)).encode()
    return dialect.codec.error(HttpReply(status=400, headers={}, body=data))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_overflows_are_known_and_what_resembles_them_is_none(dialect: Dialect) -> None:
    for words in WORDS:
        assert isinstance(error(dialect, words), ContextLengthExceeded), words
    for words in OTHERS:
        assert not isinstance(error(dialect, words), ContextLengthExceeded), words
