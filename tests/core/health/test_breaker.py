"""The breaker's moves, as the book makes them."""

from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import (
    AuthenticationError,
    ConnectionFailed,
    FirstTokenTimeout,
    InvalidRequest,
    PermissionDenied,
    ProtocolError,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from interlock.health import Grade, HealthPolicy, HealthTracker
from interlock.testing import FakeClock

DOWN = ConnectionFailed("refused")


def well_known(clock, **policy):
    """A book in which `a` has a long good record, so that its error rate is low whatever follows."""
    book = HealthTracker(HealthPolicy(window=2000, **policy), clock)
    attempts(book, None, 2000)
    return book


def attempts(book, error, times=1, task="chat"):
    for _ in range(times):
        book.began("a", task)
        book.ended("a", error, task)


def verdict(book, task="chat"):
    return book.standing("a", task).grade


@pytest.fixture
def clock():
    return FakeClock()


def test_hard_failures_in_a_row_open_it(clock):
    book = well_known(clock)
    attempts(book, DOWN, 9)
    assert verdict(book) is Grade.GOOD
    attempts(book, DOWN)
    standing = book.standing("a", "chat")
    assert standing.grade is Grade.LAST_RESORT
    assert standing.sentence == (
        "its breaker is open: 10 attempts in a row failed, the last with ConnectionFailed, for 20 s more"
    )
    assert not standing.high_error_rate
    assert verdict(book, "poems") is Grade.LAST_RESORT, "what is about the endpoint concerns every task"


def test_a_success_among_them_does_not(clock):
    book = well_known(clock)
    for _ in range(5):
        attempts(book, DOWN, 9)
        attempts(book, None)
    assert verdict(book) is Grade.GOOD


@pytest.mark.parametrize("error", [RateLimited("429"), ProtocolError("html"), InvalidRequest("400")])
def test_what_is_not_hard_opens_nothing(clock, error):
    book = well_known(clock)
    attempts(book, error, 50)
    assert verdict(book) is Grade.GOOD


def test_after_its_time_one_attempt_probes_at_a_time(clock):
    book = well_known(clock)
    attempts(book, DOWN, 10)
    clock.advance(20)
    assert verdict(book) is Grade.GOOD
    book.began("a", "chat")
    assert verdict(book) is Grade.LAST_RESORT
    assert "half-open" in book.standing("a", "chat").sentence
    assert not book.admits("a", "poems")
    book.ended("a", None, "chat")
    assert verdict(book) is Grade.GOOD
    assert book.error_rate("a") == 0


def test_a_probe_that_fails_opens_it_again(clock):
    book = well_known(clock)
    attempts(book, DOWN, 10)
    clock.advance(20)
    attempts(book, Unavailable("503", status=503))
    assert "its probe failed with Unavailable, status 503, for 20 s more" in book.standing("a").sentence
    clock.advance(20)
    attempts(book, None)
    assert verdict(book) is Grade.GOOD


def test_a_probe_that_tells_nothing_makes_room_for_another(clock):
    book = well_known(clock)
    attempts(book, DOWN, 10)
    clock.advance(20)
    book.began("a", "chat")
    book.released("a", "chat")
    assert book.admits("a", "chat")
    book.began("a", "chat")
    book.ended("a", InvalidRequest("400"), "chat")
    assert book.admits("a", "chat")


def test_a_probe_that_is_never_heard_of_again_is_given_up(clock):
    book = well_known(clock)
    attempts(book, DOWN, 10)
    clock.advance(20)
    book.began("a", "chat")
    clock.advance(19)
    assert not book.admits("a", "chat")
    clock.advance(1)
    assert book.admits("a", "chat")


def test_stragglers_neither_prolong_nor_close_it(clock):
    book = well_known(clock)
    attempts(book, DOWN, 10)
    clock.advance(10)
    book.ended("a", DOWN, "chat")
    book.ended("a", None, "chat")
    assert "10 s more" in book.standing("a", "chat").sentence


def test_an_attempt_for_want_of_anything_else_closes_it_when_it_succeeds(clock):
    book = well_known(clock)
    attempts(book, DOWN, 10)
    attempts(book, None)
    assert verdict(book) is Grade.GOOD


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationError("401"),
        QuotaExceeded("402", code="insufficient_balance"),
        QuotaExceeded("429", status=429),
        PermissionDenied("403", code="account_deactivated"),
    ],
)
def test_a_refused_key_parks_and_is_then_probed(clock, error):
    book = well_known(clock)
    attempts(book, error)
    assert verdict(book) is Grade.LAST_RESORT
    book.ended("a", None, "chat")
    assert verdict(book) is Grade.LAST_RESORT, "an answer begun before proves nothing"
    clock.advance(200)
    book.began("a", "chat")
    assert not book.admits("a", "chat")
    book.ended("a", error, "chat")
    assert "200 s more" in book.standing("a", "chat").sentence


def test_a_rate_limit_ends_without_a_probe(clock):
    book = well_known(clock)
    attempts(book, RateLimited("429", retry_after=7))
    assert verdict(book, "poems") is Grade.EXCLUDED
    clock.advance(7)
    book.began("a", "chat")
    assert book.admits("a", "chat"), "nobody waits for the first one"


def test_a_deployment_that_asks_to_be_left_alone_is(clock):
    book = well_known(clock)
    attempts(book, Unavailable("503", status=503, retry_after=5))
    standing = book.standing("a", "chat")
    assert standing.grade is Grade.LAST_RESORT
    assert "asked to be left alone (Unavailable, status 503), for 5 s more" in standing.sentence
    clock.advance(5)
    assert verdict(book) is Grade.GOOD
    attempts(book, Unavailable("503", retry_after=86_400))
    clock.advance(200)
    assert verdict(book) is Grade.GOOD, "for ten cooldowns at most"


def test_the_graver_cause_is_kept(clock):
    book = well_known(clock)
    attempts(book, AuthenticationError("401"))
    attempts(book, RateLimited("429", retry_after=300))
    assert "parked" in book.standing("a").sentence
    assert "300 s more" in book.standing("a").sentence


def test_listeners_are_told_every_move(clock):
    book = well_known(clock)
    told = []
    book.listen(lambda move: told.append((move.deployment, move.task, move.before, move.after, move.cause)))
    attempts(book, DOWN, 10)
    clock.advance(20)
    book.began("a", "chat")
    book.ended("a", None, "chat")
    assert told == [
        ("a", None, "closed", "open", "failing"),
        ("a", None, "open", "half-open", "failing"),
        ("a", None, "half-open", "closed", "failing"),
    ]


STEPS = st.one_of(
    st.sampled_from(
        [
            None,
            DOWN,
            FirstTokenTimeout("late"),
            RateLimited("429"),
            RateLimited("429", retry_after=3.0),
            Unavailable("503", retry_after=9.0),
            AuthenticationError("401"),
            ProtocolError("html"),
            InvalidRequest("400"),
            "cancelled",
        ]
    ),
    st.floats(0.1, 60.0),
)


@given(st.lists(st.tuples(STEPS, st.sampled_from(["chat", "poems", None])), max_size=60))
def test_it_never_locks_anybody_out_for_good(steps):
    """Whatever happened: ten cooldowns later an attempt may be sent, and after it the next one."""
    clock = FakeClock()
    book = HealthTracker(HealthPolicy(opens_after=3), clock)
    for step, task in steps:
        if isinstance(step, float):
            clock.advance(step)
            continue
        book.began("a", task)
        if step == "cancelled":
            book.released("a", task)
        else:
            book.ended("a", step, task)
    clock.advance(200.1)
    for task in ("chat", "poems", None):
        assert book.standing("a", task).grade in (Grade.GOOD, Grade.DEMOTED)
        attempts(book, None, task=task)
        assert book.admits("a", task)


@given(st.lists(st.sampled_from(["begin", "fail", "succeed", "wait"]), max_size=40))
def test_half_open_has_one_probe(steps):
    clock = FakeClock()
    book = HealthTracker(HealthPolicy(opens_after=1), clock)
    attempts(book, DOWN)
    probing_since = None
    for step in steps:
        if step == "wait":
            clock.advance(5)
            if probing_since is not None and clock() - probing_since >= 20:
                probing_since = None
        elif step == "begin" and book.admits("a", "chat"):
            assert probing_since is None or book.snapshot()[0].state != "half-open"
            book.began("a", "chat")
            probing_since = clock() if book.snapshot()[0].state == "half-open" else None
        elif step != "begin" and probing_since is not None:
            book.ended("a", DOWN if step == "fail" else None, "chat")
            probing_since = None


def test_of_many_threads_at_once_one_probes(clock):
    book = HealthTracker(HealthPolicy(opens_after=1), clock)
    attempts(book, DOWN)
    clock.advance(20)
    start, entered = Barrier(8), []

    def enter():
        start.wait()
        entered.append(book.enters("a", "chat"))

    threads = [Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(entered) == [False] * 7 + [True]
