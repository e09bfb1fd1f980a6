"""What concerns one task alone, and what concerns the endpoint."""

import pytest

from interlock.errors import (
    AnswerTimeout,
    ConnectTimeout,
    FirstTokenTimeout,
    OutputInvalid,
    RateLimited,
    Unavailable,
)
from interlock.health import Grade, HealthPolicy, HealthTracker
from interlock.testing import FakeClock

LATE = FirstTokenTimeout("late")


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def book(clock):
    return HealthTracker(HealthPolicy(), clock)


def attempts(book, error, task, times=1):
    for _ in range(times):
        book.began("a", task)
        book.ended("a", error, task)


@pytest.mark.parametrize("error", [LATE, AnswerTimeout("late"), OutputInvalid("no JSON", text="")])
def test_a_deployment_that_fails_on_one_task_is_moved_back_for_that_task(book, error):
    attempts(book, None, "chat", 20)
    attempts(book, error, "long_document", 6)
    standing = book.standing("a", "long_document")
    assert standing.grade is Grade.DEMOTED
    assert standing.sentence == ("6 of its last 6 attempts at long_document failed (100%; the limit is 5%)")
    assert book.standing("a", "chat").grade is Grade.GOOD
    assert book.standing("a").grade is Grade.GOOD


@pytest.mark.parametrize("error", [Unavailable("503"), RateLimited("429"), ConnectTimeout("late")])
def test_what_is_about_the_endpoint_concerns_every_task(book, error):
    attempts(book, error, "long_document", 6)
    standing = book.standing("a", "chat")
    assert standing.grade is Grade.DEMOTED
    assert "6 of its last 6 attempts failed" in standing.sentence


def test_silence_at_one_task_opens_a_breaker_for_that_task(book):
    attempts(book, None, "chat", 20)
    attempts(book, LATE, "long_document", 10)
    standing = book.standing("a", "long_document")
    assert standing.grade is Grade.LAST_RESORT
    assert "10 attempts at long_document in a row failed" in standing.sentence
    assert book.admits("a", "chat")


def test_silence_at_several_tasks_opens_the_deployments_own(book):
    for _ in range(5):
        attempts(book, LATE, "chat")
        attempts(book, LATE, "long_document")
    assert not book.admits("a", "poems"), "a task that was never tried"


def test_a_success_at_another_task_shows_that_the_endpoint_is_up(book):
    for _ in range(9):
        attempts(book, LATE, "long_document")
        attempts(book, None, "chat")
        attempts(book, LATE, "poems")
    assert book.admits("a", "chat")


def test_each_task_is_probed_on_its_own(book, clock):
    attempts(book, LATE, "long_document", 6)
    attempts(book, LATE, "poems", 3)
    attempts(book, None, "poems", 2)
    assert book.standing("a", "poems").grade is Grade.DEMOTED
    clock.advance(20)
    attempts(book, None, "long_document")
    assert book.standing("a", "long_document").grade is Grade.GOOD
    assert book.error_rate("a", "long_document") == 0
    assert book.error_rate("a", "poems") == 0.6


def test_a_probe_of_the_endpoint_that_is_silent_has_failed(book, clock):
    attempts(book, Unavailable("503"), "chat", 10)
    clock.advance(20)
    attempts(book, LATE, "long_document")
    assert not book.admits("a", "chat")
    assert "its probe failed with FirstTokenTimeout" in book.standing("a", "chat").sentence


def test_a_snapshot_says_it_all(book, clock):
    for _ in range(12):
        book.latencies.add("a", "answer", 2.0, "chat")
    attempts(book, None, "chat", 12)
    attempts(book, LATE, "long_document", 10)
    clock.advance(5)
    own, chat, long_document = book.snapshot()
    assert (own.task, own.state, own.attempts, own.answer_p50) == (None, "closed", 12, 2.0)
    assert (chat.task, chat.error_rate, chat.answer_p95, chat.first_token_p50) == ("chat", 0, 2.0, None)
    assert (long_document.state, long_document.cause) == ("open", "failing")
    assert (long_document.failures, long_document.moved_back, long_document.cooldown) == (10, True, 15)
