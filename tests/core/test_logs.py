import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.logs import redact, redacting_logger

HEX = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Incorrect API key provided: sk-proj-abc_DEF-123456.", "abc_DEF"),
        ("key gsk_abcdefghijkl is wrong", "abcdefghijkl"),
        ("token hf_abcdefghijkl", "abcdefghijkl"),
        ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
        ("authorization=Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("{'x-api-key': 'short1'}", "short1"),
        ('{"api_key": "short1"}', "short1"),
        ("GET /v1/models?key=AIzaSyAbc&alt=sse", "AIzaSyAbc"),
        ("AIzaSyA1234567890abcdef is invalid", "1234567890"),
        ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
        ("proxy http://me:hunter2@proxy:3128 failed", "hunter2"),
        ("password: hunter2", "hunter2"),
        (f"invalid key {HEX}.AbCdEfGh12345678", HEX),
        (f"invalid key {HEX}.AbCdEfGh12345678", "AbCdEfGh"),
    ],
)
def test_what_looks_like_a_credential_is_masked(text, secret):
    assert secret not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens: 4096 is above the limit of 2048",
        "The model `gpt-5.5` does not exist",
        "Unexpected token: foo at position 12",
        "sk-ip this task",
        "request 0b1f7a52-9f5e-4f0e-9d0c-6a5d2f3c1e11 failed",
        "https://api.example.org/v1/chat/completions",
        "Grüße aus Köln, 你好",
    ],
)
def test_ordinary_text_stays(text):
    assert redact(text) == text


@given(st.text())
def test_masking_twice_is_masking_once(text):
    assert redact(redact(text)) == redact(text)


def test_a_log_record_shows_no_key_wherever_it_hides():
    out = io.StringIO()
    channel = logging.StreamHandler(out)
    channel.setFormatter(logging.Formatter("%(message)s %(url)s"))
    logger = redacting_logger("interlock.test_redaction")
    logger.addHandler(channel)
    logger.propagate = False
    try:
        logger.warning(
            "calling with %s", {"authorization": "Bearer abcdefgh"}, extra={"url": "http://a:b1@h/"}
        )
        try:
            raise ValueError("sk-abcdefghijkl")
        except ValueError:
            logger.exception("failed: %d of %d", 1, 2, extra={"url": ""})
    finally:
        logger.removeHandler(channel)
    text = out.getvalue()
    assert "abcdefgh" not in text
    assert "b1@" not in text
    assert "failed: 1 of 2" in text
    assert "ValueError: sk-***" in text
