"""What Jira's replies mean, in the shapes that it documents."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http import HttpReply
from interlock_jira.verdicts import said, verdict

DATE = {"date": "Mon, 30 Nov 2026 10:00:00 GMT"}


def outcome(status, message="", errors=None, **headers):
    told = {"errorMessages": [message] if message else [], "errors": errors or {}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return verdict(HttpReply(status=status, headers={**DATE, **named}, body=json.dumps(told).encode()), told)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"retry_after": "7"}, 7),
        ({"retry_after": "7", "x_ratelimit_reset": "2026-11-30T11:00:00Z"}, 7),
        ({"x_ratelimit_reset": "2026-11-30T10:01:30Z"}, 90),
        ({"x_ratelimit_reset": "2026-11-30T10:00Z"}, 0),
        ({"x_ratelimit_reset": "2027-11-30T10:00:00+00:00"}, 86_400),
        ({"x_ratelimit_reset": "soon"}, 60),
        ({"beta_ratelimit": '"tenant-app-quota";r=0;t=2788'}, 2788),
        ({"ratelimit": '"tenant-app-quota";r=17842;t=2107'}, 60),
    ],
)
def test_a_limit_says_when_to_come_back(headers, seconds):
    came = outcome(429, "Rate limit exceeded.", **headers)
    assert (came.outcome, came.reason, came.retry_after) == ("refused", "limited", seconds)


def test_a_limit_says_which_one_it_is():
    assert "jira-per-issue-on-write" in outcome(429, ratelimit_reason="jira-per-issue-on-write").content
    assert "<b>" not in outcome(429, ratelimit_reason="<b>evil</b>").content


def test_what_is_not_there_may_be_hidden():
    assert "may not see it" in outcome(404, "Issue does not exist").content


def test_a_key_that_is_not_taken_is_named():
    assert "the key" in outcome(401, "Client must be authenticated").content


def test_a_captcha_is_for_a_person():
    assert "a person" in outcome(403, "Forbidden", x_authentication_denied_reason="CAPTCHA_CHALLENGE").content


def test_a_mistake_is_told_in_jiras_words_with_its_field():
    came = outcome(400, "", {"priority": "The priority is unknown."})
    assert (came.reason, came.content) == ("refused", "priority: The priority is unknown.")


@pytest.mark.parametrize(
    "words", ["Transition id '7' is not valid for this issue.", "an illegal workflow operation"]
)
def test_an_issue_that_has_moved_on_is_a_conflict(words):
    assert outcome(400, words).reason == "conflict"


@pytest.mark.parametrize("status", [200, 201, 204, 500, 503, 409, 412])
def test_the_rest_is_as_http_has_it(status):
    assert outcome(status, "whatever") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["errorMessages", "errors", "message", "x"]), inner, max_size=4)
    ),
)


@given(JSON, st.sampled_from([400, 401, 403, 404, 429]), st.text(max_size=20))
def test_whatever_is_said_is_a_short_refusal(told, status, word):
    names = ("retry-after", "x-ratelimit-reset", "ratelimit", "ratelimit-reason", "date")
    came = verdict(HttpReply(status=status, headers=dict.fromkeys(names, word), body=b""), told)
    assert came is not None
    assert came.outcome == "refused"
    assert len(said(told)) <= 300
