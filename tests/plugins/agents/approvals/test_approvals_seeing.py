"""Texts of strangers, as people read them: nothing hides, and nothing turns the rest around."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_agents.approvals.seeing import cut, moment, seen, seen_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a.txt", "a.txt"),
        ("Grüße, 世界 🙂", "Grüße, 世界 🙂"),
        ("a\u202etxt.exe", r"a\u202etxt.exe"),
        ("a\u200bb", r"a\u200bb"),
        ("a\u00a0b", r"a\u00a0b"),
        ("\x1b[2J", r"\u001b[2J"),
        ("a\r\nb", r"a\r\nb"),
        ("\0\ud800", r"\u0000\ud800"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert seen(text) == shown


def test_lines_stay_where_that_is_wanted() -> None:
    assert seen("a\n\tb\r", lines=True) == "a\n\tb\\r"


@given(st.text(), st.booleans())
def test_nothing_hides_in_whatever_is_shown(text: str, lines: bool) -> None:
    shown = seen(text, lines=lines)
    assert all(each.isprintable() or (lines and each in "\n\t") for each in shown)
    assert seen(shown, lines=lines) == shown


@given(st.text(), st.integers(0, 50))
def test_what_is_cut_says_how_much(text: str, most: int) -> None:
    begin, more = cut(text, most)
    assert begin == seen(text[:most])
    assert more == max(0, len(text) - most)


def test_json_is_readable_and_reads_back() -> None:
    value = {"b": [1, 2.5, None], "a": "ü\u202e"}
    assert seen_json(value).splitlines()[1] == r'  "a": "ü\u202e",'
    assert json.loads(seen_json(value)) == value


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), 1e30, -1e30])
def test_a_time_beyond_calendars_is_said_to_be(seconds: float) -> None:
    assert moment(seconds) == "beyond all calendars"
    assert moment(None) == ""
    assert moment(0) == "1970-01-01 00:00:00 UTC"
