"""What GitHub's replies mean, in the shapes that it documents."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http import HttpReply
from interlock_github.verdicts import said, verdict

DATE = {"date": "Mon, 30 Nov 2026 10:00:00 GMT"}
NOW = 1_796_032_800  # the same
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def outcome(status, message="", errors=None, **headers):
    told = {"message": message, **({"errors": errors} if errors else {})}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return verdict(HttpReply(status=status, headers={**DATE, **named}, body=json.dumps(told).encode()), told)


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        ({"status": 403, "message": SECONDARY}, 60),
        ({"status": 403, "message": SECONDARY, "retry_after": "7"}, 7),
        ({"status": 429, "message": SECONDARY}, 60),
        ({"status": 403, "x_ratelimit_remaining": "0", "x_ratelimit_reset": str(NOW + 90)}, 90),
        ({"status": 429, "x_ratelimit_remaining": "0", "x_ratelimit_reset": str(NOW - 5)}, 0),
        ({"status": 429, "x_ratelimit_remaining": "0", "x_ratelimit_reset": "99999999999"}, 86_400),
        ({"status": 403, "x_ratelimit_remaining": "0", "x_ratelimit_reset": "soon"}, 60),
        ({"status": 403, "message": "You have triggered an abuse detection mechanism"}, 60),
    ],
)
def test_a_limit_says_when_to_come_back(reply, seconds):
    came = outcome(**reply)
    assert (came.outcome, came.reason, came.retry_after) == ("refused", "limited", seconds)


def test_a_permission_that_is_missing_is_named():
    came = outcome(
        403,
        "Resource not accessible by personal access token",
        x_accepted_github_permissions="issues=write",
        x_ratelimit_remaining="4999",
    )
    assert (came.outcome, came.reason) == ("refused", "refused")
    assert "issues=write" in came.content


def test_what_is_not_there_may_be_hidden():
    came = outcome(404, "Not Found")
    assert came.outcome == "refused"
    assert "may not see it" in came.content


def test_a_token_that_is_not_taken_is_named():
    assert "the token" in outcome(401, "Bad credentials").content


@pytest.mark.parametrize(
    ("status", "message", "errors"),
    [
        (409, "ink.txt does not match 1f2e", None),
        (409, "Head branch was modified. Review and try the merge again.", None),
        (422, "Reference already exists", None),
        (422, "Validation Failed", [{"resource": "Label", "code": "already_exists", "field": "name"}]),
        (
            422,
            "Validation Failed",
            [{"code": "custom", "message": "A pull request already exists for acme:ink."}],
        ),
        (422, 'Invalid request.\n\n"sha" wasn\'t supplied.', None),
    ],
)
def test_what_is_there_already_or_is_another_version_is_a_conflict(status, message, errors):
    came = outcome(status, message, errors)
    assert (came.outcome, came.reason) == ("refused", "conflict")


def test_another_mistake_is_told_in_githubs_words():
    came = outcome(422, "Validation Failed", [{"resource": "Issue", "field": "assignees", "code": "invalid"}])
    assert (came.outcome, came.reason) == ("refused", "refused")
    assert "assignees invalid" in came.content


@pytest.mark.parametrize("status", [200, 201, 204, 500, 502, 405])
def test_the_rest_is_as_http_has_it(status):
    assert outcome(status, "whatever") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["message", "errors", "code", "field", "x"]), inner, max_size=4)
    ),
)


@given(JSON, st.sampled_from([401, 403, 404, 409, 422, 429]), st.text(max_size=20))
def test_whatever_is_said_is_a_short_refusal(told, status, word):
    headers = {"retry-after": word, "x-ratelimit-remaining": "0", "x-ratelimit-reset": word, "date": word}
    came = verdict(HttpReply(status=status, headers=headers, body=b""), told)
    assert came is not None
    assert came.outcome == "refused"
    assert len(said(told)) <= 300
