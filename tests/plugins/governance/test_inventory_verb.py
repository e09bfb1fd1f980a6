"""`interlock inventory`: what it prints, writes and refuses."""

import json
from pathlib import Path

import pytest

OWN = """id,name,unit,stage,sensitivity
1,Letters,Service,production,personal
2,Reports,Works,,
2,Reports again,Works,live,none
"""


@pytest.fixture(autouse=True)
def _files():
    Path("own.csv").write_text(OWN, encoding="utf-8")


def rows(result):
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_it_shows_use_cases_counts_gaps_and_duplicates(run):
    result = run("inventory", "own.csv")
    assert result.exit_code == 0, result.output
    shown = rows(result)
    assert "own.csv interlock 3" in shown
    assert "Letters Service production 18" in shown
    assert "stage production 1, unknown 2" in shown
    assert "sensitivity none 1, personal 1, unknown 1" in shown
    assert "stage 2 of 3 67%" in shown
    assert "volume_month 3 of 3 100%" in shown
    assert "2 id own.csv:3, own.csv:4" in shown
    assert "own.csv, row 4, stage: 'live': expected one of" in result.stderr


def test_no_line_is_wider_than_the_terminal(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    Path("long.csv").write_text(OWN + f"3,{'A long name ' * 9},{'Unit ' * 30},pilot,x\n", encoding="utf-8")
    result = run("inventory", "long.csv")
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_conditions_reduce_everything_that_is_shown(run):
    result = run("inventory", "own.csv", "--where", "unit=works", "--where", "stage=unknown", "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert data["total"] == 2
    assert data["files"] == [{"file": "own.csv", "form": "interlock", "use_cases": 3}]
    assert [each["name"] for each in data["use_cases"]] == ["Reports", "Reports again"]
    assert data["use_cases"][0]["sensitivity"] is None
    assert data["use_cases"][1]["sensitivity"] == []
    assert data["gaps"]["stage"] == 2
    assert data["duplicates"] == [
        {"by": "id", "same": "2", "rows": [{"file": "own.csv", "row": 3}, {"file": "own.csv", "row": 4}]}
    ]
    assert data["complaints"][0]["column"] == "stage"


def test_nothing_left_is_said(run):
    result = run("inventory", "own.csv", "--where", "stage=retired")
    assert result.exit_code == 0
    assert "No use case is left of them." in result.stderr


def test_what_is_written_is_read_again(run):
    result = run("inventory", "own.csv", "--to", "own.yaml")
    assert "3 use cases are in own.yaml." in result.stderr
    again = json.loads(run("inventory", "own.yaml", "--json").stdout)
    first = json.loads(run("inventory", "own.csv", "--json").stdout)
    assert again["use_cases"] == first["use_cases"]


def test_a_long_inventory_is_shortened(run):
    lines = "".join(f"{number},Name {number},U,pilot,\n" for number in range(100, 150))
    Path("many.csv").write_text(OWN + lines, encoding="utf-8")
    result = run("inventory", "many.csv")
    assert "Name 120" not in result.stdout
    assert "The first 20 of 53 use cases; --all lists every one." in result.stderr
    assert "Name 149" in run("inventory", "many.csv", "--all").stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere.csv"], "Error: nowhere.csv: cannot be read"),
        (["own.csv", "--map", "name"], "Error: --map: expected column=field"),
        (["own.csv", "--map", "nam=purpose"], "Did you mean 'name'?"),
        (["own.csv", "--where", "stag=x"], "Did you mean 'stage'?"),
        (["own.csv", "--to", "own.xlsx"], "ends in none of .yaml, .yml and .csv"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage_is_refused(run, arguments, complaint):
    result = run("inventory", *arguments)
    assert result.exit_code == 2, result.output
    assert complaint in result.stderr
    assert not result.stdout


def test_a_strangers_table_needs_to_be_explained(run):
    Path("other.csv").write_text("Title,Calls\nLetters,12k\n", encoding="utf-8")
    refused = run("inventory", "other.csv")
    assert refused.exit_code == 2
    assert "It has: Title, Calls." in refused.stderr
    told = run("inventory", "other.csv", "--map", "Title=name", "--map", "Calls=volume_month", "--json")
    assert json.loads(told.stdout)["use_cases"][0]["volume_month"] == 12_000
