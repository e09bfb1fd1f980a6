"""`interlock dossier`: what it prints, writes and refuses."""

import json
from pathlib import Path

import pytest

CONFIG = """\
deployments:
  - {id: house, model: zhipu/glm-5.2, provider: vllm, base_url: "http://10.0.0.5:8000/v1", region: de,
     on_premise: true}
  - {id: states, model: openai/gpt-5.5, provider: openai, api_key: planted-key-4711}
policies:
  default: internal
  rules:
    - {id: open, level: internal, permit: any}
    - {id: at-home, level: personal, permit: {on_premise: true}}
"""
CASES = """\
cases:
  - {name: at home, sensitivity: personal, expect: {allowed: house, denied: others}}
"""
INVENTORY = """\
id,name,purpose,sensitivity
1,Letters,Drafts answers to letters,personal
2,Reports,Summarises reports,none
3,Reports,Summarises other reports,none
"""


@pytest.fixture(autouse=True)
def _files():
    Path("interlock.yaml").write_text(CONFIG)
    Path("cases.yaml").write_text(CASES)
    Path("own.csv").write_text(INVENTORY)


def test_it_shows_what_is_known_of_each_point_and_what_people_must_write(run):
    result = run("dossier", "--cases", "cases.yaml")
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert any(line.startswith("2(g) Validation and tests") for line in lines)
    assert "8 Attach a copy of the EU declaration of conformity (Article 47)." in lines
    assert "says nothing of conformity" in result.stderr


def test_a_use_case_is_found_by_its_id_and_by_its_name(run):
    for name in ("1", "Letters"):
        result = run("dossier", "--use-case", name, "--inventory", "own.csv", "--json")
        assert result.exit_code == 0, result.output
        data = json.loads(result.stdout)
        assert data["about"] == "Letters"
        (table,) = data["points"][0]["points"][1]["tables"]
        assert [row[0] for row in table["rows"]] == ["house"]


def test_it_is_written_as_a_page_and_as_markdown_with_its_gaps_marked(run):
    assert run("dossier", "-o", "d.html").exit_code == 0
    page = Path("d.html").read_text("utf-8")
    assert "To be written" in page
    assert "planted-key-4711" not in page
    assert run("dossier", "-o", "d.md", "--deployment", "house").exit_code == 0
    text = Path("d.md").read_text("utf-8")
    assert "Technical documentation: house" in text
    assert "## Known gaps" in text


VERIFIED = {"verdict": "The log is whole.", "whole": True, "entries": 1200, "unanchored": 3}


@pytest.mark.parametrize("whole", [True, False])
def test_what_a_verification_of_the_log_came_to_is_told(run, whole):
    Path("v.json").write_text(json.dumps(VERIFIED | {"whole": whole}))
    data = json.loads(run("dossier", "--verified", "v.json", "--json").stdout)
    point = next(each for each in data["points"] if each["number"] == "9")
    assert {each["name"]: each["value"] for each in point["facts"]}["Entries that were verified"] == "1,200"
    assert any("The log is not whole" in gap for gap in point["gaps"]) is not whole
    assert not any("No log is configured" in gap for gap in point["gaps"])


@pytest.mark.parametrize(
    "written", ["", "[]", "{}", '{"verdict": 1}', "[" * 10_000, '{"verdict": "x", "whole": 1}']
)
def test_a_file_that_is_no_verification_is_refused(run, written):
    Path("v.json").write_text(written)
    result = run("dossier", "--verified", "v.json")
    assert result.exit_code == 2
    assert "v.json" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--deployment", "hose"], "Did you mean 'house'?"),
        (["--use-case", "Leters", "--inventory", "own.csv"], "Did you mean 'Letters'?"),
        (["--use-case", "Letters"], "needs --inventory"),
        (["--inventory", "own.csv"], "goes with --use-case"),
        (["--use-case", "Reports", "--inventory", "own.csv"], "is there 2 times (own.csv:3, own.csv:4)"),
        (["--since", "lately"], "--since"),
        (["--metadata", "team"], "expected KEY=VALUE"),
        (["-o", "d.pdf"], ".html or .md"),
        (["--cases", "own.csv"], "own.csv"),
        (["--facts", "nowhere.toml"], "nowhere.toml"),
        (["--verified", "nowhere.json"], "nowhere.json"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(run, arguments, complaint):
    result = run("dossier", *arguments)
    assert result.exit_code == 2, result.output
    assert complaint in result.stderr
