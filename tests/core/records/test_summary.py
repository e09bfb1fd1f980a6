"""What is told beside an answer: all of it each time, and nothing that anybody said."""

import json

import pytest

from interlock import ProviderError, Unavailable, attempts_to_plain, response_to_plain
from interlock.testing import Step, scripted_router
from interlock.types.response import Answer, Text

PROSE = "you wrote: my secret"


async def response(error: ProviderError | None = None, served: str | None = None):
    answer = Answer(parts=(Text("my secret answer"),), finish_reason="stop", served_model=served)
    router = scripted_router({"a": [error or Unavailable("gone", status=503)], "b": [Step(answer)]})
    return await router.complete("my secret question")


async def test_it_says_who_answered_and_what_was_tried_in_plain_values():
    answered = await response()
    told = response_to_plain(answered, "scripted")
    assert json.loads(json.dumps(told)) == told
    assert (told["deployment"], told["provider"], told["record"]) == ("b", "scripted", answered.record.id)
    assert [each["error"] and each["error"]["status"] for each in told["attempts"]] == [503, None]
    assert told["attempts"] == attempts_to_plain(answered.record.attempts)


async def test_every_attempt_has_every_key():
    failed, answered = response_to_plain(await response(), None)["attempts"]
    assert failed.keys() == answered.keys()


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("503 from the vendor: my secret", status=503, vendor_message="my secret"),
        Unavailable("503 from the vendor", status=503, code=PROSE),
        Unavailable("503 from the vendor", status=503, request_id=PROSE),
    ],
    ids=["message", "code", "request id"],
)
async def test_it_holds_nothing_that_anybody_said(error: ProviderError):
    told = response_to_plain(await response(error, served=PROSE), None)
    assert "my secret" not in json.dumps(told)
    assert told["served_model"] is None


async def test_what_was_excluded_is_counted():
    router = scripted_router({"a": ["x"], "b": ["y"], "c": ["z"]})
    told = response_to_plain(await router.complete("hello", model="a"), None)
    assert list(told["decision"]["excluded"].values()) == [2]
    assert "facts" not in told["decision"]
