"""Two books that tell each other: what one learns, the other knows."""

import pytest

from interlock.errors import AuthenticationError, ConnectionFailed, FirstTokenTimeout, RateLimited
from interlock.health import Grade, HealthPolicy, HealthTracker
from interlock.testing import FakeClock
from interlock.types.health import HealthNews

DOWN = ConnectionFailed("refused")


class Process:
    """A book and what it hears of the other one."""

    def __init__(self, clock, **policy):
        self.book = HealthTracker(HealthPolicy(**policy), clock)
        self.woken = 0
        self.book.exchange.begin(self.wake)
        self.book.exchange.hear([])

    def wake(self):
        self.woken += 1

    def attempts(self, error, times=1, task="chat"):
        for _ in range(times):
            self.book.began("a", task)
            self.book.ended("a", error, task)

    def tells(self, other, probe_lease=False):
        changes = self.book.exchange.take()
        news = [
            HealthNews(
                deployment=change.deployment,
                task=change.task,
                successes=change.successes,
                failures=change.failures,
                hard=change.hard,
                closed=change.closed,
                cause=change.cause,
                seconds=change.seconds,
            )
            for change in changes
        ]
        other.book.exchange.hear(news)
        granted = [
            HealthNews(deployment=change.deployment, task=change.task, probe=True)
            for change in changes
            if change.probe and probe_lease
        ]
        self.book.exchange.hear(granted)
        return changes

    def verdict(self, task="chat"):
        return self.book.standing("a", task).grade


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def pair(clock):
    return Process(clock), Process(clock)


def test_failures_elsewhere_count_here(pair):
    one, two = pair
    one.attempts(DOWN, 3)
    two.attempts(DOWN, 3)
    one.tells(two)
    standing = two.book.standing("a", "chat")
    assert standing.grade is Grade.DEMOTED
    assert "6 of its last 6 attempts failed" in standing.sentence


def test_successes_elsewhere_count_here(pair):
    one, two = pair
    one.attempts(None, 100)
    one.tells(two)
    two.attempts(DOWN, 6)
    assert two.verdict() is Grade.GOOD, "6 of 106"


def test_what_was_told_is_not_told_again(pair):
    one, two = pair
    one.attempts(DOWN, 3)
    one.tells(two)
    assert one.tells(two) == ()
    assert two.book.error_rate("a") == 1.0
    assert two.book.snapshot()[0].attempts == 3


def test_an_open_breaker_is_open_everywhere_and_urgent(pair, clock):
    one, two = pair
    one.attempts(DOWN, 10)
    assert one.woken == 1
    clock.advance(1)
    one.tells(two)
    assert two.verdict("poems") is Grade.LAST_RESORT
    assert two.book.standing("a").sentence == (
        "its breaker is open: it failed in another process, for 19 s more"
    )


def test_a_breaker_opens_for_failures_of_several_processes_together(pair):
    one, two = pair
    one.attempts(DOWN, 6)
    two.attempts(DOWN, 6)
    one.tells(two)
    assert two.verdict() is Grade.LAST_RESORT


def test_a_success_between_keeps_it_closed(pair):
    one, two = pair
    two.attempts(DOWN, 8)
    one.attempts(DOWN, 8)
    one.attempts(None)
    one.tells(two)
    assert two.verdict() is Grade.DEMOTED


@pytest.mark.parametrize(
    ("error", "saying", "verdict"),
    [
        (AuthenticationError("401"), "parked", Grade.LAST_RESORT),
        (RateLimited("429", retry_after=9), "rate limit", Grade.EXCLUDED),
    ],
)
def test_parking_and_cooldowns_are_shared(pair, error, saying, verdict):
    one, two = pair
    one.attempts(error)
    assert one.woken == 1
    one.tells(two)
    assert two.verdict() is verdict
    assert saying in two.book.standing("a").sentence
    assert "in another process" in two.book.standing("a").sentence


def test_what_concerns_a_task_is_shared_as_such(pair):
    one, two = pair
    one.attempts(FirstTokenTimeout("late"), 10, task="long_document")
    one.tells(two)
    assert two.verdict("long_document") is Grade.LAST_RESORT
    assert two.verdict("chat") is Grade.GOOD


def test_one_that_has_the_turn_probes_and_the_others_wait(pair, clock):
    one, two = pair
    one.attempts(DOWN, 10)
    one.tells(two)
    one.verdict(), two.verdict()  # both would like to use it
    clock.advance(19.6)
    one.tells(two, probe_lease=True)
    two.tells(one)
    clock.advance(0.4)
    assert one.verdict() is Grade.GOOD
    assert two.verdict() is Grade.LAST_RESORT
    one.attempts(None)
    one.tells(two)
    assert two.verdict() is Grade.GOOD
    assert two.book.error_rate("a") == 0


def given(process, *, probe_lease=True):
    """The process asks, and is answered."""
    changes = process.book.exchange.take()
    news = [HealthNews(deployment="a", probe=True)] if probe_lease else []
    process.book.exchange.hear(news)
    return [(change.probe, change.probing) for change in changes]


def test_a_turn_is_asked_for_when_somebody_was_turned_away(pair, clock):
    one, _ = pair
    one.attempts(DOWN, 10)
    clock.advance(20)
    assert given(one, probe_lease=False) == [(False, False)]
    assert one.verdict() is Grade.LAST_RESORT
    assert given(one) == [(True, False)]
    assert one.book.admits("a")


def test_a_turn_is_kept_until_another_process_has_it(pair, clock):
    one, _ = pair
    one.attempts(DOWN, 10)
    clock.advance(20)
    one.book.exchange.hear([])
    one.verdict()
    assert given(one) == [(True, False)]
    clock.advance(1)
    assert given(one) == [(True, False)], "it asks to keep it"
    assert one.book.admits("a")
    assert given(one, probe_lease=False) == [(True, False)]
    assert not one.book.admits("a")


def test_one_that_probes_says_so(pair, clock):
    one, _ = pair
    one.attempts(DOWN, 10)
    clock.advance(20)
    one.book.exchange.hear([])
    one.verdict()
    given(one)
    one.book.began("a", "chat")
    assert given(one) == [(True, True)]


def test_a_process_with_little_to_do_need_not_win_a_race_for_the_turn(pair, clock):
    """Two that are asked every half minute would else take it from each other and never use it."""
    one, _ = pair
    one.attempts(DOWN, 10)
    clock.advance(29)
    one.book.exchange.hear([])
    assert one.verdict() is Grade.LAST_RESORT
    clock.advance(1)
    one.book.exchange.hear([])
    assert one.verdict() is Grade.GOOD
    given(one, probe_lease=False)
    assert one.verdict() is Grade.LAST_RESORT, "another process has the turn just now"
    clock.advance(1)
    assert one.verdict() is Grade.GOOD


def test_nobody_waits_for_a_turn_when_the_others_are_out_of_reach(pair, clock):
    one, _ = pair
    one.attempts(DOWN, 10)
    clock.advance(20)
    assert one.verdict() is Grade.GOOD
    one.book.exchange.hear([])
    assert one.verdict() is Grade.LAST_RESORT
    one.book.exchange.end()
    assert one.verdict() is Grade.GOOD


def test_what_is_open_is_told_again_to_those_who_were_out_of_reach(pair):
    one, two = pair
    one.attempts(DOWN, 10)
    one.book.exchange.take()
    one.book.exchange.begin(one.wake)
    one.tells(two)
    assert two.verdict() is Grade.LAST_RESORT


def test_what_comes_back_changes_nothing(pair):
    one, _ = pair
    one.attempts(DOWN, 10)
    sentence = one.book.standing("a").sentence
    one.book.exchange.hear([HealthNews(deployment="a", cause="failing", seconds=20.1)])
    assert one.book.standing("a").sentence == sentence


def test_news_of_a_kind_that_is_not_known_is_passed_over(pair):
    one, _ = pair
    one.book.exchange.hear([HealthNews(deployment="a", cause="of a later version", seconds=9)])
    assert one.verdict() is Grade.GOOD


def test_a_book_that_nobody_shares_keeps_no_journal(clock):
    book = HealthTracker(HealthPolicy(), clock)
    book.ended("a", DOWN, "chat")
    assert book.exchange.take() == ()
