import pytest

from interlock.errors import (
    AuthenticationError,
    ContextLengthExceeded,
    FirstTokenTimeout,
    InvalidRequest,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from interlock.health import Grade, HealthPolicy, HealthTracker


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def book(clock):
    return HealthTracker(HealthPolicy(), clock)


def attempt(book, error=None, times=1, name="a"):
    for _ in range(times):
        book.began(name)
        book.ended(name, error)


def test_an_unknown_deployment_is_good(book):
    assert book.standing("a").grade is Grade.GOOD


def test_a_high_error_rate_moves_back_and_says_why(book):
    attempt(book, times=14)
    attempt(book, Unavailable("503"), times=6)
    standing = book.standing("a")
    assert standing.grade is Grade.DEMOTED
    assert "6 of its last 20 attempts failed (30%; the limit is 5%)" in standing.sentence


def test_few_failures_among_many_attempts_do_not(book):
    attempt(book, times=97)
    attempt(book, Unavailable("503"), times=3)
    assert book.standing("a").grade is Grade.GOOD


def test_too_few_attempts_say_nothing(book):
    attempt(book, Unavailable("503"), times=4)
    assert book.standing("a").grade is Grade.GOOD


@pytest.mark.parametrize("error", [InvalidRequest("400"), ContextLengthExceeded("400")])
def test_what_the_request_got_wrong_is_not_held_against_the_deployment(book, error):
    attempt(book, error, times=50)
    assert book.standing("a").grade is Grade.GOOD


def test_timeouts_count(book):
    attempt(book, FirstTokenTimeout("late"), times=5)
    assert book.standing("a").grade is Grade.DEMOTED


def test_after_a_cooldown_one_attempt_probes(book, clock):
    attempt(book, Unavailable("503"), times=6)
    clock.now += 31
    assert book.standing("a").grade is Grade.GOOD
    book.began("a")
    assert book.standing("a").grade is Grade.DEMOTED, "the probe is under way"
    book.ended("a", None)
    assert book.standing("a").grade is Grade.GOOD
    assert book.error_rate("a") == 0, "a success clears the record"


def test_a_probe_that_fails_starts_another_cooldown(book, clock):
    attempt(book, Unavailable("503"), times=6)
    clock.now += 31
    attempt(book, Unavailable("503"))
    assert book.standing("a").grade is Grade.DEMOTED
    clock.now += 31
    assert book.standing("a").grade is Grade.GOOD


def test_a_probe_that_tells_nothing_leaves_room_for_another(book, clock):
    attempt(book, Unavailable("503"), times=6)
    clock.now += 31
    book.began("a")
    book.released("a")
    assert book.standing("a").grade is Grade.GOOD


def test_a_rate_limit_is_kept_as_long_as_the_vendor_asks(book, clock):
    attempt(book, RateLimited("429", retry_after=20))
    standing = book.standing("a")
    assert standing.grade is Grade.EXCLUDED
    assert "20 s more" in standing.sentence
    clock.now += 21
    assert book.standing("a").grade is Grade.GOOD


@pytest.mark.parametrize("error", [AuthenticationError("401"), QuotaExceeded("402", code="billing_error")])
def test_a_refused_key_is_parked(book, clock, error):
    attempt(book, error)
    clock.now += 60
    assert book.standing("a").grade is Grade.LAST_RESORT
    clock.now += 300
    assert book.standing("a").grade is Grade.GOOD


def test_an_excluded_deployment_still_shows_its_rate(book):
    attempt(book, RateLimited("429", retry_after=60), times=6)
    standing = book.standing("a")
    assert (standing.grade, standing.high_error_rate) == (Grade.EXCLUDED, True)


def test_deployments_do_not_mix(book):
    attempt(book, Unavailable("503"), times=9, name="a")
    assert book.standing("b").grade is Grade.GOOD


def test_who_has_just_failed_is_not_asked_without_need(book, clock):
    assert book.is_well("a")
    attempt(book, Unavailable("503"))
    assert not book.is_well("a")
    assert book.standing("a").grade is Grade.GOOD, "one failure moves nobody"
    clock.now += 31
    assert book.is_well("a")
    attempt(book, Unavailable("503"))
    attempt(book, None)
    assert book.is_well("a")
