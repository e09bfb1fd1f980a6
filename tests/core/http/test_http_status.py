from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import (
    AuthenticationError,
    InvalidRequest,
    ModelNotFound,
    PermissionDenied,
    ProtocolError,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from interlock.http import class_for, error_for, retry_after

NOW = 1_800_000_000.0
DAY = 86_400.0


def clock() -> float:
    return NOW


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(NOW + seconds, tz=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "20s"}, 20.0),
        ({"retry-after": "999999999"}, DAY),
        ({"retry-after": "1" * 400}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": format_datetime(at(30), usegmt=True)}, 30.0),
        ({"retry-after": format_datetime(at(-30), usegmt=True)}, 0.0),
        ({"retry-after": "Wed, 99 Foo 2026 99:99:99 GMT"}, None),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
        ({"x-ratelimit-reset-requests": "1s"}, 1.0),
        ({"x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        ({"x-ratelimit-reset-tokens": "250ms"}, 0.25),
        ({"x-ratelimit-reset-tokens": "1h2m3.5s"}, 3723.5),
        ({"x-ratelimit-reset-tokens": "6m0"}, None),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "7s"}, 7.0),
        (
            {
                "x-ratelimit-reset-requests": "2s",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-tokens": "60s",
                "x-ratelimit-remaining-tokens": "5000",
            },
            2.0,
        ),
        ({"x-ratelimit-reset-requests": "60s", "retry-after": "1"}, 1.0),
        ({"x-ratelimit-reset": str(int(NOW) + 12)}, 12.0),
        ({"x-ratelimit-reset": str(int(NOW + 12) * 1000)}, 12.0),
        ({"ratelimit-reset": "45"}, 45.0),
        ({"anthropic-ratelimit-tokens-reset": at(25).isoformat().replace("+00:00", "Z")}, 25.0),
        ({"anthropic-ratelimit-requests-reset": at(-5).isoformat()}, 0.0),
        (
            {
                "anthropic-ratelimit-requests-reset": at(90).isoformat(),
                "anthropic-ratelimit-requests-remaining": "40",
                "anthropic-ratelimit-input-tokens-reset": at(20).isoformat(),
                "anthropic-ratelimit-input-tokens-remaining": "0",
            },
            20.0,
        ),
    ],
)
def test_how_long_to_wait(headers, seconds):
    assert retry_after(headers, clock=clock) == seconds


@given(
    st.dictionaries(
        st.sampled_from(
            ["retry-after", "retry-after-ms", "x-ratelimit-reset", "anthropic-ratelimit-tokens-reset"]
        ),
        st.text(max_size=30) | st.from_regex(r"-?[0-9.]+(ms|s|m|h|d)?", fullmatch=True),
    )
)
def test_nonsense_in_headers_never_breaks_and_never_waits_for_ever(headers):
    wait = retry_after(headers, clock=clock)
    assert wait is None or 0 <= wait <= DAY


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, ProtocolError),
        (302, ProtocolError),
        (400, InvalidRequest),
        (401, AuthenticationError),
        (402, QuotaExceeded),
        (403, PermissionDenied),
        (404, ModelNotFound),
        (408, Unavailable),
        (409, Unavailable),
        (413, InvalidRequest),
        (418, InvalidRequest),
        (422, InvalidRequest),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (529, Unavailable),
        (999, ProtocolError),
    ],
)
def test_each_status_has_its_error(status, kind):
    error = error_for(status=status, headers={})
    assert type(error) is kind
    assert error.status == status
    assert str(error).startswith(f"{status} from the vendor: ")


def test_an_error_carries_what_the_vendor_said():
    error = error_for(
        status=429,
        headers={"retry-after": "4", "cf-ray": "ray", "request-id": "req_1"},
        code="rate_limit_exceeded",
        vendor_message="Slow\n  down.\0",
        deployment_hint="lower the load",
    )
    assert str(error) == "429 from the vendor: Slow down. (code rate_limit_exceeded); lower the load"
    assert (error.code, error.vendor_message) == ("rate_limit_exceeded", "Slow down.")
    assert (error.request_id, error.retry_after) == ("req_1", 4.0)


def test_a_limit_s_reset_is_no_answer_to_a_server_error():
    headers = {"x-ratelimit-reset-requests": "6m0s"}
    assert error_for(status=500, headers=headers).retry_after is None
    assert error_for(status=429, headers=headers).retry_after == 360.0
    assert error_for(status=503, headers=headers | {"retry-after": "3"}).retry_after == 3.0


def test_a_vendor_s_message_is_bounded_and_holds_no_key():
    error = error_for(
        status=401,
        headers={"x-request-id": "bad\x00id"},
        vendor_message="Incorrect API key provided: sk-proj-abcdef1234567890. " + "word " * 300,
        code="sk-proj-abcdef1234567890",
    )
    assert "abcdef" not in f"{error}{error.vendor_message}{error.code}"
    assert len(error.vendor_message) == 500
    assert error.request_id is None


@pytest.mark.parametrize("status", [400, 429, 500, None])
def test_a_codec_that_knows_better_says_the_kind_and_every_fact_stays(status):
    headers = {"retry-after": "4"}
    error = error_for(
        status=status, headers=headers, kind=QuotaExceeded, code="arrearage", vendor_message="pay"
    )
    assert type(error) is QuotaExceeded
    assert (error.status, error.code, error.vendor_message, error.retry_after) == (
        *(status, "arrearage", "pay"),
        4.0,
    )


def test_an_error_inside_an_answer_has_no_status_and_says_where_it_came():
    error = error_for(status=None, headers={}, code="busy", vendor_message="try again in 3s")
    assert type(error) is class_for(None) is Unavailable
    assert str(error) == "the vendor sent an error inside its answer (busy): try again in 3s"
    assert (error.status, error.retry_after) == (None, 3.0)
    assert str(error_for(status=None, headers={})).endswith("inside its answer: without a word")


@pytest.mark.parametrize(
    ("headers", "told", "kept"),
    [
        ({"request-id": "from-header"}, "from-body", "from-header"),
        ({}, "from-body", "from-body"),
        ({}, "which may be the prompt", None),
        ({}, None, None),
    ],
)
def test_a_request_s_id_is_the_header_s_or_else_what_the_body_says(headers, told, kept):
    assert error_for(status=500, headers=headers, request_id=told).request_id == kept
