"""Which refusals are a deployment's, and which are about the request alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import AuthenticationError, ModelNotFound, PermissionDenied, QuotaExceeded
from interlock.health import Grade, HealthPolicy, HealthTracker
from interlock.testing import FakeClock

DOUBTFUL = [
    PermissionDenied("403 from the vendor: <html>Access denied</html>", status=403),
    PermissionDenied("403 from the vendor: Forbidden", status=403, code="permission_error"),
    QuotaExceeded("402 from the vendor: fewer max_tokens", status=402, code="402"),
    ModelNotFound("404 from the vendor: Not Found", status=404),
]
SURE = [
    AuthenticationError("401", status=401),
    QuotaExceeded("402", status=402, code="insufficient_balance"),
    QuotaExceeded("429", status=429, code="insufficient_quota"),
    PermissionDenied("403", status=403, code="account_suspended"),
    ModelNotFound("404", status=404, code="model_not_found"),
    ModelNotFound("404", status=404, code="DeploymentNotFound"),
]


@pytest.fixture
def clock():
    return FakeClock()


def a_book(clock, *, answers):
    book = HealthTracker(HealthPolicy(), clock)
    for _ in range(answers):
        book.ended("a", None, "chat")
    return book


def refuse(book, error, request=None):
    book.began("a", "chat")
    book.ended("a", error, "chat", request=None if request is None else lambda: request)


def parked(book):
    return book.standing("a", "chat").grade is Grade.LAST_RESORT


@pytest.mark.parametrize("error", DOUBTFUL, ids=str)
@pytest.mark.parametrize("answers", [0, 50])
def test_one_request_parks_nobody(clock, error, answers):
    book = a_book(clock, answers=answers)
    refuse(book, error, request=1)
    assert book.standing("a", "chat").grade is Grade.GOOD
    assert book.error_rate("a") == 0, "nor does it count as a failure"


@pytest.mark.parametrize("error", SURE, ids=str)
@pytest.mark.parametrize("answers", [0, 50])
def test_what_the_vendor_says_of_everybody_parks_at_once(clock, error, answers):
    book = a_book(clock, answers=answers)
    refuse(book, error, request=1)
    assert parked(book)


@pytest.mark.parametrize("error", DOUBTFUL, ids=str)
def test_a_second_request_that_is_refused_parks_who_has_answered_none(clock, error):
    book = a_book(clock, answers=0)
    refuse(book, error, request=1)
    refuse(book, error, request=2)
    assert parked(book)


@pytest.mark.parametrize("error", DOUBTFUL, ids=str)
def test_one_request_made_again_and_again_parks_only_who_has_answered_none(clock, error):
    book, other = a_book(clock, answers=0), a_book(clock, answers=1)
    for _ in range(30):
        refuse(book, error, request=1)
        refuse(other, error, request=1)
        clock.advance(5)
    assert parked(book)
    assert not parked(other)


def test_where_others_are_answered_only_a_row_or_a_while_of_refusals_parks(clock):
    book = a_book(clock, answers=50)
    for request in range(4):
        refuse(book, DOUBTFUL[0], request)
    assert not parked(book)
    refuse(book, DOUBTFUL[0], 4)
    assert parked(book)
    book = a_book(clock, answers=50)
    refuse(book, DOUBTFUL[0], 1)
    clock.advance(20)
    refuse(book, DOUBTFUL[0], 2)
    assert parked(book)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=60))
def test_refusals_with_successes_among_them_never_park(rows):
    """However many prompts somebody writes that are refused, with four in a row at most."""
    clock = FakeClock()
    book = a_book(clock, answers=1)
    for refused, pause in rows:
        for request in range(refused):
            refuse(book, DOUBTFUL[0], request)
        clock.advance(min(pause, 19))
        book.ended("a", None, "chat")
        assert not parked(book)


def test_a_model_that_is_not_served_is_asked_after_ever_more_rarely(clock):
    book = a_book(clock, answers=0)
    waits = []
    for _ in range(7):
        refuse(book, SURE[-1], request=1)
        (own, *_) = book.snapshot()
        waits.append(own.cooldown)
        clock.advance(own.cooldown)
    assert waits == [200, 400, 800, 1600, 3200, 3600, 3600]
    book.began("a", "chat")
    book.ended("a", None, "chat")
    refuse(book, SURE[-1], request=1)
    assert book.snapshot()[0].cooldown == 200, "a success begins anew"


def test_a_key_that_is_refused_again_waits_as_long_as_before(clock):
    book = a_book(clock, answers=0)
    for _ in range(3):
        refuse(book, SURE[0])
        assert book.snapshot()[0].cooldown == 200
        clock.advance(200)
