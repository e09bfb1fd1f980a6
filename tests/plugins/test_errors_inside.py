"""An error inside an answer that had a 200 is the same error in every dialect, as far as its words go."""

import json

import pytest

from interlock import RateLimited, Unavailable
from interlock_anthropic.errors import error_inside as anthropic
from interlock_bedrock.errors import error_inside as bedrock
from interlock_google.errors import error_inside as google
from interlock_openai.errors import error_inside as openai

INSIDE = {
    anthropic: {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}},
    bedrock: {"__type": "ThrottlingException", "message": "slow down"},
    google: {"error": {"status": "RESOURCE_EXHAUSTED", "message": "slow down"}},
    openai: {"error": {"code": "rate_limit_exceeded", "message": "slow down"}},
}
every = pytest.mark.parametrize("inside", INSIDE, ids=lambda inside: inside.__module__.split(".")[0])


@every
def test_it_has_its_class_its_words_and_no_status(inside):
    error = inside(INSIDE[inside])
    assert type(error) is RateLimited
    assert str(error) == f"the vendor sent an error inside its answer ({error.code}): slow down"
    assert (error.status, error.vendor_message) == (None, "slow down")


@every
def test_one_without_a_word_is_the_vendors_own_failure(inside):
    error = inside({})
    assert type(error) is Unavailable
    assert str(error) == "the vendor sent an error inside its answer: without a word"
    assert (error.status, error.code, error.retry_after) == (None, None, None)


@every
def test_a_key_that_is_echoed_is_masked(inside):
    said = json.dumps(INSIDE[inside]).replace("slow down", "no quota for sk-proj-abcdef1234567890")
    assert "no quota" in (told := str(inside(json.loads(said))))
    assert "abcdef" not in told
