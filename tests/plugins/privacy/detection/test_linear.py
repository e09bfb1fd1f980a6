"""No text makes detection slow: steps grow as the text does."""

import sys

import pytest
from hostile import PIECES, fresh, units

from interlock_privacy.detection import Detector

DETECTOR = Detector()
UNITS = units(20_261_129, 80)


def steps(text: str) -> int:
    """How many functions are called, those written in C among them."""
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        DETECTOR.find(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_four_times_the_text_takes_at_most_five_times_the_steps(piece):
    short, long = (steps(piece * (size // len(piece))) for size in (3_000, 12_000))
    assert long <= 5 * short + 200


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_a_character_takes_few_steps(piece):
    assert steps(piece * (6_000 // len(piece))) <= 20 * 6_000


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_whatever_is_repeated_with_other_digits_takes_steps_as_the_text_is_long(unit):
    few, many = steps(fresh(unit, 2_000)), steps(fresh(unit, 8_000))
    assert many <= 5 * few + 400
    assert many <= 20 * 8_000


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_what_is_repeated_as_it_was_takes_few_steps(unit):
    assert steps((unit * (8_000 // len(unit) + 1))[:8_000]) <= 10 * 8_000
