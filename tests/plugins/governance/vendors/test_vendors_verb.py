"""`interlock vendors`: what it prints, writes and refuses."""

import json
from pathlib import Path

from interlock_governance.vendors import QUESTIONS

HOUSE = """\
deployments:
  - {id: house, model: zhipu/glm-5.2, provider: vllm, base_url: "http://10.0.0.5:8000/v1", region: de}
"""
OWN = """\
vendor = "acme"
name = "Acme AI"
providers = ["acme"]

[facts.iso_27001]
value = true
evidence = "certificate 12, 2026"
as_of = 2026-01-05
by = "Acme AI"
valid_until = 2026-01-06
"""


def vendors(run, *arguments):
    Path("interlock.yaml").write_text(HOUSE)
    return run("vendors", *arguments)


def test_every_vendor_has_a_line_and_gaps_are_counted(run):
    result = vendors(run)
    assert result.exit_code == 0, result.output
    rows = {line.split()[0]: line.split() for line in result.stdout.splitlines()[2:]}
    assert {"openai", "zhipu", "mistral", "deepseek"} <= set(rows)
    assert all(sum(map(int, row[1:4])) == len(QUESTIONS) for row in rows.values())
    asked = len(rows) * len(QUESTIONS)
    gaps = sum(int(row[3]) for row in rows.values())
    assert f"{gaps} of {asked} answers are gaps" in result.stderr


def test_a_vendor_is_shown_whole_with_its_gaps_and_who_says_so(run):
    result = vendors(run, "mistral")
    assert result.exit_code == 0, result.output
    rows = {line.split()[1]: line for line in result.stdout.splitlines()[2:]}
    assert list(rows) == [each.id for each in QUESTIONS]
    assert "GAP" in rows["liability"]
    assert "GAP (looked for" in rows["iso_42001"]
    assert "AI Provider Trust Registry" in rows["soc_2"]


def test_two_vendors_stand_beside_each_other_row_by_row(run):
    result = vendors(run, "--compare", "openai", "zhipu")
    assert result.exit_code == 0, result.output
    assert [line.split()[1] for line in result.stdout.splitlines()[-len(QUESTIONS) :]] == [
        each.id for each in QUESTIONS
    ]
    assert "look up again" in result.stderr


def test_json_has_every_statement_with_its_evidence(run):
    result = vendors(run, "deepseek", "--json")
    data = json.loads(result.stdout)
    assert data["facts"] == len(QUESTIONS)
    (sheet,) = data["vendors"]
    assert sheet["counts"]["facts"] == len(QUESTIONS)
    by_id = {each["id"]: each for each in sheet["answers"]}
    assert by_id["gpai_code"]["statements"][0]["value"] is False
    assert by_id["dpa"]["state"] == "gap"
    assert by_id["dpa"]["statements"][0]["value"] is None
    assert by_id["processing"]["statements"][0]["evidence"].startswith("https://")


def test_own_facts_are_read_and_what_holds_no_more_is_flagged(run):
    Path("acme.toml").write_text(OWN)
    result = vendors(run, "acme", "--facts", "acme.toml")
    assert result.exit_code == 0, result.output
    assert "yes (OLD)" in result.stdout
    assert "certificate 12, 2026" in result.stdout
    assert "Acme AI: look up again, old or valid no longer: iso_27001." in result.stderr


def test_reports_and_bills_are_written_where_they_should_be(run):
    result = vendors(run, "openai", "mistral", "--report", "v.html", "--cyclonedx", "bom.json")
    assert result.exit_code == 0, result.output
    page = Path("v.html").read_text("utf-8")
    assert "Does it offer an agreement on data processing" in page
    assert "Ask OpenAI" in page
    assert json.loads(Path("bom.json").read_text("utf-8"))["specVersion"] == "1.7"
    assert vendors(run, "--report", "v.md").exit_code == 0
    assert "| Question |" in Path("v.md").read_text("utf-8")


def test_what_cannot_be_is_refused_with_the_way_out(run):
    result = vendors(run, "opnai")
    assert result.exit_code == 2
    assert "Did you mean 'openai'?" in result.stderr
    assert vendors(run, "openai", "--compare", "openai", "mistral").exit_code == 2
    assert vendors(run, "--compare", "openai", "OpenAI").exit_code == 2
    assert vendors(run, "--report", "v.pdf").exit_code == 2
    assert vendors(run, "--cyclonedx", "no/such/folder/b.json").exit_code == 1
    Path("acme.toml").write_text("vendor = 'acme'\n[facts.retentoin]\n")
    result = vendors(run, "--facts", "acme.toml")
    assert result.exit_code == 2
    assert "Did you mean 'retention'?" in result.stderr


def test_a_word_from_a_file_commands_no_terminal(run):
    Path("acme.toml").write_text(OWN.replace("Acme AI", "\\u001b[31mAcme"))
    result = vendors(run, "acme", "--facts", "acme.toml")
    assert result.exit_code == 2
    assert "\x1b" not in result.output
    assert "name: holds characters that cannot be printed" in result.stderr


def test_it_needs_no_configuration_of_a_vendor(run):
    result = run("vendors", "--json")
    assert result.exit_code in {0, 2}
