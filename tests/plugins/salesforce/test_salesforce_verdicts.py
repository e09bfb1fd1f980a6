"""What Salesforce's replies mean, in the shapes that it documents."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http import HttpReply
from interlock_salesforce.changing import moment, same
from interlock_salesforce.verdicts import said, verdict


def outcome(status, code="", message="", fields=(), **headers):
    told = [{"errorCode": code, "message": message, "fields": list(fields)}]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return verdict(HttpReply(status=status, headers=named, body=json.dumps(told).encode()), told)


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        ({"status": 403, "message": "TotalRequests Limit exceeded."}, 3_600),
        ({"status": 403, "message": "ConcurrentRequests (Concurrent API Requests) Limit exceeded."}, 60),
        ({"status": 403, "message": "TotalRequests Limit exceeded.", "retry_after": "7"}, 7),
        ({"status": 503, "message": "ConcurrentRequests Limit exceeded."}, 60),
    ],
)
def test_a_limit_says_when_to_come_back(reply, seconds):
    came = outcome(**reply, code="REQUEST_LIMIT_EXCEEDED")
    assert (came.outcome, came.reason, came.retry_after) == ("refused", "limited", seconds)


def test_a_refusal_names_the_fields_that_it_is_about():
    came = outcome(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ["Name"])
    assert came.content == "REQUIRED_FIELD_MISSING: Required fields are missing: [Name] (Name)"


def test_of_a_servers_error_nobody_knows_whatever_it_says():
    assert outcome(500, "UNABLE_TO_LOCK_ROW") is None
    assert outcome(408, "REQUIRED_FIELD_MISSING") is None


def test_a_200_that_says_that_it_failed_is_refused():
    errors = [{"statusCode": "DUPLICATE_VALUE", "message": "duplicate value found", "fields": []}]
    told = {"success": False, "errors": errors}
    came = verdict(HttpReply(status=200, headers={}, body=b""), told)
    assert (came.outcome, came.reason) == ("refused", "conflict")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["errorCode", "statusCode", "message", "fields", "success"]), inner)
    ),
)


@given(st.sampled_from([200, 201, 204, 300, 400, 401, 403, 404, 412, 429, 500, 503]), JSON)
def test_every_reply_has_a_meaning(status, told):
    came = verdict(HttpReply(status=status, headers={}, body=b""), told)
    if came is not None:
        assert came.outcome == "refused"
        assert came.content
    assert said(told) is None or said(told)


@pytest.mark.parametrize(
    ("found", "asked", "alike"),
    [
        ("2026-11-30T10:00:00.000+0000", "2026-11-30T11:00:00+01:00", True),
        ("2026-11-30T10:00:00.000+0000", "2026-11-30T10:00:01Z", False),
        ("Acme", " Acme ", True),
        (12.0, 12, True),
        (True, 1, False),
        (None, "", True),
        ("", None, True),
        ("x", None, False),
        ("2026-11-30", "2026-11-30", True),
    ],
)
def test_values_are_compared_as_salesforce_writes_them(found, asked, alike):
    assert same(found, asked) is alike


@given(st.text(max_size=30))
def test_every_text_is_a_moment_or_none(text):
    found = moment(text)
    assert found is None or found.tzinfo is not None
