"""What is held against a deployment whose vendor processes elsewhere, and for how long."""

from interlock.health import Misplacements
from interlock.testing import FakeClock

HOURS = 3600.0


def test_it_is_held_against_the_one_deployment_for_six_hours():
    clock = FakeClock()
    book = Misplacements(clock)
    assert book.silent()
    assert book.learn("a", "global")
    assert not book.silent()
    assert book.against("b") is None
    clock.advance(6 * HOURS - 1)
    assert "processed in global" in book.against("a")
    clock.advance(1)
    assert book.against("a") is None
    assert book.silent()


def test_it_is_news_once_for_each_place_and_each_time_begins_the_hours_anew():
    clock = FakeClock()
    book = Misplacements(clock)
    assert book.learn("a", "global")
    clock.advance(5 * HOURS)
    assert not book.learn("a", "global")
    clock.advance(5 * HOURS)
    assert book.against("a") is not None
    assert book.learn("a", "uk")
