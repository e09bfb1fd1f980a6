"""The decisions by which personal data may leave the EU: each with its number, its date and who says so."""

import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest

from interlock.catalog.adequacy import adequate_places
from interlock.types.places import AREAS, NAMES

ROWS = tomllib.loads(files("interlock.catalog").joinpath("adequacy.toml").read_text("utf-8"))["adequacy"]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["place"])


@each_row
def test_a_decision_says_what_it_is_and_since_when(row: dict[str, Any]) -> None:
    assert row.keys() >= {"place", "decision", "since", "conditional", "source", "as_of"}
    assert row.keys() <= {
        "place", "decision", "since", "until", "conditional", "condition", "conditions",
        "source", "as_of",
    }  # fmt: skip
    assert row["place"] in NAMES
    assert row["source"].startswith("https://")
    since, as_of = date.fromisoformat(row["since"]), date.fromisoformat(row["as_of"])
    assert since <= as_of <= datetime.now(UTC).date()
    assert "until" not in row or date.fromisoformat(row["until"]) > as_of


def test_no_member_needs_a_decision() -> None:
    members = {"eu", "eea", *AREAS["eu"].split(), *AREAS["eea"].split()}
    assert members.isdisjoint(row["place"] for row in ROWS)


def test_there_is_one_decision_for_each_of_sixteen_places() -> None:
    assert [row["place"] for row in ROWS] == sorted({row["place"] for row in ROWS})
    assert len(ROWS) == 16


def test_a_decision_about_some_recipients_alone_says_which() -> None:
    assert {row["place"] for row in ROWS if row["conditional"]} == {"ca", "us"}
    assert all(row["conditions"] for row in ROWS if row["conditional"])


def test_rules_ask_for_a_place_or_for_a_condition_by_its_name() -> None:
    places = adequate_places(date(2026, 11, 29))
    assert (places["ch"], places["us"], places["ca"]) == ("", "dpf", "pipeda")
    assert "uk" not in adequate_places(date(2032, 1, 1))
