"""The table: each planted fault is mended or put before a person, and the numbers add up."""

import json
from collections import Counter

from pages import ROOT

EXAMPLE = "clean_data"
PERSONAL = ("jo.example", "DE89370400440532013000", "7946 0958")
BY_RULE = {"date": 11, "currency": 4, "country": 5, "note": 3}
BY_PERSON = {("1010", "date"), ("1013", "currency"), ("1023", "date")}


def test_the_example_does_what_its_page_shows(play, example, shown):
    play("A table that is cleaned")
    cleaned = ROOT / "docs" / "examples" / "agents" / "report" / "orders.csv"
    assert (example / "work" / "clean.csv").read_text("utf-8") == cleaned.read_text("utf-8")
    changes = json.loads((example / "work" / "changes.json").read_text("utf-8"))
    assert Counter(each["field"] for each in changes if each["by"] == "rule") == BY_RULE
    assert {(each["order"], each["field"]) for each in changes if each["by"] == "person"} == BY_PERSON
    assert sorted(shown("clean-1")["values"]["merged"]["duplicates"]) == ["1002", "1004", "1008"]
    kept = [file.read_bytes() for file in example.rglob("*") if file.is_file() and file.name != "orders.csv"]
    assert not [each for each in PERSONAL if any(each.encode() in held for held in kept)]


FAIL = ("--stuck", "fail")


def test_a_decision_that_breaks_a_rule_writes_nothing(example, interlock, shown):
    asked = interlock("agent", "run", "--plan", "plan.yaml", "--policy", "script.py", "--run", "r1", *FAIL)
    assert asked.exit_code == 3, asked.output
    decided = dict.fromkeys(("1010", "1011", "1013", "1017"), "drop") | {"1023": {"date": "2072-01-28"}}
    interlock("agent", "answer", "r1", "decided", json.dumps(decided))
    failed = interlock("agent", "resume", "r1", "--policy", "script.py", *FAIL)
    assert failed.exit_code == 1
    assert "order 1023: date cannot be '2072-01-28'" in failed.output
    assert not (example / "work").exists()
