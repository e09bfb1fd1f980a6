"""Charts hold what they are given, and figures are written so that they can be read."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interlock_server.pages import words
from interlock_server.pages.drawing import Bar, bars, ceiling, meter, part, stretch

FIGURE = st.floats(0, 1e12)


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(f"<svg>{svg}</svg>")


@example(values=[(5e-324, 0.0)])
@given(values=st.lists(st.tuples(FIGURE, FIGURE), max_size=40))
def test_bars_are_as_high_as_they_are_told_and_none_leaves_the_picture(
    values: list[tuple[float, float]],
) -> None:
    shown = [Bar(label="x", value=one, problem=two, told="<&>") for one, two in values]
    picture = drawn(bars(shown, id_="a", title="<Title>", written=words.money))
    high = {
        name: [each for each in picture.iter("rect") if each.get("class") == name]
        for name in ("bar", "wrong")
    }
    assert len(high["bar"]) == sum(value > 0 for value, _ in values)
    for each in (*high["bar"], *high["wrong"]):
        top, height = float(each.get("y", "")), float(each.get("height", ""))
        assert 0 < height <= 121
        assert 20 < top <= 143
    assert [each.text for each in picture.iter("title")][:1] == ["<Title>"]


def test_a_bar_of_half_the_scale_is_half_as_high() -> None:
    shown = [Bar(label="a", value=value, told="") for value in (5, 10)]
    picture = drawn(bars(shown, id_="x", title="", written=words.count))
    one, two = (float(each.get("height", "")) for each in picture.iter("rect") if each.get("class") == "bar")
    assert (one, two) == (60, 120)
    assert "10" in [each.text for each in picture.iter("text")]


@pytest.mark.parametrize(
    ("value", "top"), [(0, 0), (1, 1), (1.01, 2), (2.3, 2.5), (26, 50), (0.0007, 0.001), (501, 1000)]
)
def test_a_scale_ends_at_a_round_number(value: float, top: float) -> None:
    assert ceiling(value) == pytest.approx(top)


@given(used=FIGURE, limit=FIGURE)
def test_a_meter_is_never_more_than_full(used: float, limit: float) -> None:
    (_, full) = drawn(meter(used, limit)).iter("rect")
    assert 0 <= float(full.get("width", "").rstrip("%")) <= 100


def test_a_meter_warns_before_it_is_full() -> None:
    assert [re.findall(r"meter (\w+)", meter(used, 10))[0] for used in (7.9, 8, 10, 11)] == [
        "info",
        "attention",
        "problem",
        "problem",
    ]


@given(begin=st.floats(0, 1), end=st.floats(0, 1), first=st.none() | st.floats(0, 1))
def test_what_was_tried_lies_within_its_call(begin: float, end: float, first: float | None) -> None:
    begin, end = sorted((begin, end))
    for each in list(drawn(stretch(begin, end, first, "ok")).iter("rect"))[1:]:
        at, width = (float(each.get(name, "").rstrip("%")) for name in ("x", "width"))
        assert 0 <= at <= 100.1
        assert 0 < width <= 101


@given(value=FIGURE, whole=FIGURE)
def test_a_part_is_never_more_than_the_whole(value: float, whole: float) -> None:
    (one,) = drawn(part(value, whole)).iter("rect")
    assert 0 <= float(one.get("width", "").rstrip("%")) <= 100


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (None, "—"),
        (0, "$0"),
        (0.00001, "<$0.0001"),
        (0.0123, "$0.0123"),
        (1, "$1.00"),
        (1234.5, "$1,234.50"),
    ],
)
def test_money(amount: float | None, told: str) -> None:
    assert words.money(amount) == told


def test_a_column_of_money_has_as_many_decimals_in_every_row() -> None:
    assert words.places([0.1, None, 0]) == 4
    assert words.places([0.1, 12]) == 2
    assert words.places([]) == 2
    assert words.money(0.1, 2) == "$0.10"


@pytest.mark.parametrize(
    ("part_", "whole", "told"),
    [
        (0, 0, "—"),
        (0, 5, "0.0%"),
        (5, 5, "100%"),
        (1, 10_000, "<0.1%"),
        (9_999, 10_000, "99.9%"),
        (1, 3, "33.3%"),
    ],
)
def test_shares(part_: float, whole: float, told: str) -> None:
    assert words.share(part_, whole) == told


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (None, "—"),
        (0.0123, "12 ms"),
        (1.25, "1.2 s"),
        (90, "2 minutes"),
        (3_600, "1 hour"),
        (-1, "-1,000 ms"),
    ],
)
def test_seconds(amount: float | None, told: str) -> None:
    assert words.seconds(amount) == told


def test_times_are_in_utc_and_what_no_calendar_has_is_a_dash() -> None:
    assert words.moment(0) == "1970-01-01 00:00:00"
    assert words.stamp(86_400) == "1970-01-02T00:00:00Z"
    assert words.moment(1e30) == "—"


@given(text=st.text())
def test_everything_that_is_shown_can_be_seen(text: str) -> None:
    assert words.seen(text).isprintable()
    assert words.seen("plain ü") == "plain ü"
    assert "<" not in words.ticked(text).replace("<code>", "").replace("</code>", "")
