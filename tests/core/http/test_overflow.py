"""In which words vendors say that an input is too long, and which words only resemble them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http.overflow import says_overflow

OVERFLOWS = (
    "This model's maximum context length is 4096 tokens. However, you requested 4200 tokens.",
    "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    "Requested token count exceeds the model's maximum context length of 8192 tokens.",
    "Your request exceeded model token limit: 131072",
    "prompt tokens (140000) exceed model maximum (131072)",
    "Input length 210000 exceeds the maximum allowed input length of 202752 tokens.",
    "Input length (9000) exceeds model's maximum context length (8192).",
    "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens",
    "Input validation error: `inputs` must have less than 1024 tokens. Given: 1200",
    "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
    "invalid params, context window exceeds limit (2013)",
    "prompt is too long: 210000 tokens > 200000 maximum",
    "prompt too long; exceeded max context length by 12 tokens",
    "The input token count is 1100000 but model only supports up to 1048576",
    "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).",
    "the request exceeds the available context size, try increasing it",
    "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
    "Trying to keep the first 9000 tokens when context the overflows.",
    "The model is loaded with context length of only 4096 tokens, which is not enough.",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
    "Input is too long for requested model.",
    "Range of input length should be [1, 30720]",
    "too many input tokens",
    'upstream said: {"error": {"message": "prompt is too long: 9 tokens > 8 maximum"}}',
)
OTHERS = (
    "Rate limit reached for m on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000.",
    "Request too large for m on tokens per min (TPM): Limit 30000, Requested 40000. Reduce your input.",
    "This request would exceed your organization's rate limit of 30,000 input tokens per minute.",
    "Too many tokens, please wait before trying again.",
    "max_tokens is too large: 100000. This model supports at most 16384 completion tokens.",
    "max_tokens must be <= 8192",
    "`max_new_tokens` must be <= 2048. Given: 4000",
    "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens for m",
    "Invalid 'max_output_tokens': integer above maximum value. Expected a value <= 65536.",
    "You exceeded your current quota, please check your plan and billing details.",
    "Invalid 'messages[0].name': string too long. Expected a string with maximum length 64.",
    "Range of max_tokens should be [1, 8192]",
    "Image size exceeds the maximum of 20 MB",
    "The prompt was blocked.",
    "Unsupported value: 'temperature' does not support 0 with this model.",
    "the tool's name exceeds the maximum length of 64",
    "",
)


@pytest.mark.parametrize("words", OVERFLOWS)
def test_overflows(words: str) -> None:
    assert says_overflow(words)
    assert says_overflow(None, "Provider returned error", words.upper())


@pytest.mark.parametrize("words", OTHERS)
def test_no_overflows(words: str) -> None:
    assert not says_overflow(words)


@given(
    st.lists(
        st.sampled_from(["exceed ", "input ", "prompt ", "context ", "length ", "tokens ", "a" * 19 + " "])
    )
)
def test_any_text_can_be_read(pieces: list[str]) -> None:
    says_overflow("".join(pieces))


@pytest.mark.parametrize(
    "piece", ["exceed a a a a ", "input token count", "prompt tokens ", "input ", "context length "]
)
def test_a_hostile_text_is_read_in_no_time(piece: str) -> None:
    began = time.perf_counter()
    says_overflow(piece * 1_000_000)
    assert time.perf_counter() - began < 5
