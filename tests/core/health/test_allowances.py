"""What vendors say is left of their limits, and what follows."""

import pytest

from interlock.health.allowances import Allowances
from interlock.http.announced import seconds_to
from interlock.testing import FakeClock
from interlock.types.wire import Announced


def limit(kind, left, reset="3s"):
    return Announced(kind=kind, left=left, reset=reset)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def book(clock):
    return Allowances(clock, lambda headers: headers["limits"], seconds_to)


def test_a_limit_that_is_used_up_says_so_until_its_reset(book, clock):
    book.hear("a", {"limits": [limit("requests", 0)]})
    assert book.shortage("a", 10) == "its vendor's limit of requests is used up for 3.0 s more"
    clock.advance(2)
    assert "for 1.0 s more" in book.shortage("a", 10)
    clock.advance(1)
    assert book.shortage("a", 10) is None


def test_what_is_left_is_compared_with_the_request(book):
    book.hear("a", {"limits": [limit("requests", 5), limit("tokens", 1_000)]})
    assert book.shortage("a", 1_000) is None
    assert book.shortage("a", 1_001) == (
        "its vendor's limit of tokens has 1,000 left of the 1,001 needed, for 3.0 s more"
    )


def test_attempts_under_way_are_counted_before_their_replies_say_so(book):
    book.hear("a", {"limits": [limit("requests", 2), limit("tokens", 100)]})
    book.spend("a", 40)
    assert book.shortage("a", 40) is None
    book.spend("a", 40)
    assert "requests is used up" in book.shortage("a", 10)


def test_the_last_reply_counts_alone(book):
    book.hear("a", {"limits": [limit("requests", 0)]})
    book.hear("a", {"limits": [limit("requests", 7)]})
    assert book.shortage("a", 10) is None


def test_a_reset_far_away_is_not_waited_for(book, clock):
    """Most limits fill up all the while; one attempt a minute finds out."""
    book.hear("a", {"limits": [limit("requests", 0, "24h")]})
    clock.advance(59)
    assert book.shortage("a", 10)
    clock.advance(1)
    assert book.shortage("a", 10) is None


def test_a_reset_that_cannot_be_read_says_nothing(book):
    book.hear("a", {"limits": [limit("requests", 0, "soon")]})
    assert book.shortage("a", 10) is None


def test_a_reset_is_counted_from_its_reply_even_when_it_is_read_later(book, clock):
    book.hear("a", {"limits": [limit("requests", 1, "10s")]})
    clock.advance(8)
    book.spend("a", 1)
    assert "for 2.0 s more" in book.shortage("a", 1)


def test_output_that_is_used_up_holds_back_and_none_else(book):
    book.hear("a", {"limits": [limit("output tokens", 1)]})
    assert book.shortage("a", 1_000_000) is None
    book.hear("a", {"limits": [limit("output tokens", 0)]})
    assert "output tokens is used up" in book.shortage("a", 1)


def test_other_deployments_are_not_held_back(book):
    assert not book.known
    book.hear("a", {"limits": [limit("requests", 0)]})
    assert book.known
    assert book.shortage("b", 10) is None
