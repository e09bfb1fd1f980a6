"""`interlock policy`: what the rules say, held against cases, and explained."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

CONFIG = """\
deployments:
  - {id: inhouse, model: zhipu/glm-5.2, provider: openai-compatible, base_url: "http://10.0.0.5:8000/v1",
     region: de, on_premise: true}
  - {id: us, model: openai/gpt-5.5, provider: openai-compatible, region: us,
     base_url: "https://gateway.example/v1", api_key: k,
     handling: {stored: us, operator: us, parent: us, training: false}}
policies:
  default: internal
  rules:
    - {id: open, level: internal, permit: any}
    - id: eu-personal
      level: personal
      source: DPO's memo
      permit: {places: [eu], storage: [eu]}
    - {id: house, level: regulated, permit: {on_premise: true}}
"""
CASES = """\
cases:
  - name: personal data stays in the Union
    sensitivity: personal
    expect: {allowed: inhouse, denied: others}
  - sensitivity: regulated
    text: hello
    task: code_generation
    expect: {allowed: [inhouse], denied: [us]}
  - {sensitivity: public, expect: nobody}
"""


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "interlock.yaml").write_text(CONFIG)
    (tmp_path / "cases.yaml").write_text(CASES)
    return tmp_path


def test_show_lists_levels_rules_and_who_may_have_what(configured, run):
    result = run("policy", "show")
    assert result.exit_code == 0
    for line in (
        ["internal", "open", "whatever", "has", "no", "other"],
        ["public", "-", "(nothing", "is", "permitted)", "-"],
        ["eu-personal", "personal", "DPO's", "memo"],
        ["us", "denied", "allowed", "denied", "denied"],
        ["inhouse", "denied", "allowed", "allowed", "allowed"],
    ):
        assert line in [each.split() for each in result.stdout.splitlines()]
    assert "policy eu-personal (DPO's memo): processed in us, permits eu; stored in us" in result.stdout


def test_show_as_json_says_the_same(configured, run):
    told = json.loads(run("policy", "show", "--json").stdout)
    assert list(told) == ["levels", "default", "detected", "rules", "deployments"]
    assert told["deployments"]["us"]["personal"]["verdict"] == "denied"
    assert told["deployments"]["us"]["personal"]["rules"] == ["eu-personal"]
    assert told["deployments"]["inhouse"]["personal"] == {"verdict": "allowed", "why": "", "rules": []}


def test_cases_pass_without_a_key_and_the_rule_that_decided_nothing_is_named(configured, run):
    result = run("policy", "test", "cases.yaml")
    assert result.exit_code == 0, result.output
    assert "3 of 3 cases pass; 67% of 3 rules decided something." in result.stderr
    assert "Decided nothing in any case: open." in result.stderr


def test_too_few_rules_covered_is_a_failure(configured, run):
    assert run("policy", "test", "cases.yaml", "--min-coverage", "60").exit_code == 0
    result = run("policy", "test", "cases.yaml", "--min-coverage", "90")
    assert result.exit_code == 1
    assert "Rules covered: 67 %, and 90 % are wanted." in result.stderr


def test_a_case_that_fails_says_who_was_what_and_why(configured, run):
    (configured / "cases.yaml").write_text(CASES.replace("allowed: inhouse", "allowed: us"))
    result = run("policy", "test", "cases.yaml", "--json", "--junit", "report.xml")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["passed"], [each["passed"] for each in told["cases"]]) == (False, [False, True, True])
    by_name = {each["deployment"]: each for each in told["cases"][0]["misses"]}
    assert by_name["us"]["found"] == "denied"
    assert "policy eu-personal" in by_name["us"]["why"]
    assert by_name["inhouse"] == {
        "deployment": "inhouse",
        "expected": "denied",
        "found": "allowed",
        "why": "",
    }
    suite = ET.parse(configured / "report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("sensitivity: personal", "sensitivity: persnal", "cases.yaml:3: cases.0.sensitivity.0: 'persnal'"),
        ("allowed: inhouse", "allowed: inhuose", "Did you mean 'inhouse'?"),
        ("expect: nobody", "expect: {}", "expects nothing"),
        ("expect: nobody", "expect: someone", "expected keys and values, not text"),
        ("denied: [us]", "denied: [inhouse]", "'inhouse' stands under allowed, too"),
        ("cases:", "case:", "there is no such key. Did you mean 'cases'"),
    ],
)
def test_a_mistake_in_a_case_is_told_with_its_place(configured, run, before, after, told):
    (configured / "cases.yaml").write_text(CASES.replace(before, after))
    result = run("policy", "test", "cases.yaml")
    assert result.exit_code == 2
    assert told in result.stderr


def test_explain_says_of_each_rule_whether_it_holds_and_on_which_facts(configured, run):
    result = run("policy", "explain", "us", "--level", "personal")
    assert result.exit_code == 0
    rows = [each.split() for each in result.stdout.splitlines()]
    assert ["stored", "us"] in rows
    assert ["retention_days", "unknown"] in rows
    assert any(row[:3] == ["personal", "eu-personal", "denies"] for row in rows)
    told = json.loads(run("policy", "explain", "inhouse", "--json").stdout)
    assert {(each["level"], each["rule"], each["holds"]) for each in told["rules"]} == {
        ("public", "-", False),
        ("internal", "open", True),
        ("personal", "eu-personal", True),
        ("regulated", "house", True),
    }


def test_explain_knows_its_deployments_and_levels(configured, run):
    result = run("policy", "explain", "inhose")
    assert result.exit_code == 2
    assert "Did you mean 'inhouse'?" in result.stderr
    assert "Did you mean 'personal'?" in run("policy", "explain", "inhouse", "--level", "persnal").stderr


def test_a_configuration_without_policies_says_so(configured, run):
    (configured / "interlock.yaml").write_text(CONFIG.partition("policies:")[0])
    result = run("policy", "show")
    assert result.exit_code == 2
    assert "policies: the configuration has none." in result.stderr


def test_explaining_a_prompt_names_its_levels(configured, run):
    result = run("explain", "Hello", "--sensitivity", "personal")
    assert "personal (declared)" in result.stdout
    told = json.loads(run("explain", "Hello", "--sensitivity", "personal", "--json").stdout)
    assert told["levels"] == {"personal": "declared"}
