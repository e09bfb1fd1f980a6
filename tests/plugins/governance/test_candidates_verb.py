"""`interlock candidates`: what it prints, reports and refuses."""

import json
from pathlib import Path

import pytest

CONFIGURATION = """
deployments:
  - {id: gpt, model: openai/gpt-5.5, provider: openai}
  - {id: glm, model: zhipu/glm-5.2, provider: zhipu}
"""
OWN = """id,name,task,current_model,volume_month,tokens_in,tokens_out,sensitivity,stage
1,Letters,conversational,openai/gpt-5.5,1000,900,300,none,
2,Reports,long_document,,,,,none,
3,Code,code_generation,gpt-5.5,,,,none,
4,Old,,,,,,none,retired
"""


@pytest.fixture(autouse=True)
def _files():
    Path("interlock.yaml").write_text(CONFIGURATION, encoding="utf-8")
    Path("own.csv").write_text(OWN, encoding="utf-8")


def rows(result):
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_a_list_has_the_largest_gain_first_and_the_gaps_below(run):
    result = run("candidates", "own.csv")
    assert result.exit_code == 0, result.output
    shown = rows(result)
    assert shown[2].startswith("Letters conversational 100% openai/gpt-5.5 glm $10.92 (81%) 1 of 1")
    assert shown[3].startswith("Code code_generation 100% gpt-5.5 glm 72% to 85% 1 of 1")
    assert shown[4].startswith("Reports long_document 100% unknown")
    assert "volume_month 2 of 3 no cost of a month is known" in shown
    assert "1 more are retired or no use of a language model" in result.stderr


def test_few_use_cases_are_shown_in_detail(run):
    result = run("candidates", "own.csv", "--where", "id=1")
    shown = rows(result)
    assert "now openai/gpt-5.5 at gpt" in shown
    assert "now, a month $13.50" in shown
    assert any(line.startswith("glm zhipu/glm-5.2 yes $2.58 $10.92 (81%) costs 81% less") for line in shown)


def test_json_has_every_figure_with_its_source(run):
    result = run("candidates", "own.csv", "--json")
    data = json.loads(result.stdout)
    assert [each["id"] for each in data] == ["1", "3", "2", "4"]
    glm = data[0]["candidates"][0]
    assert glm["price"]["as_of"] == "2026-11-29"
    assert glm["saving_month"] == {"low": 10.92, "high": 10.92}
    assert data[2]["candidates"][0]["saving_month"] is None
    assert data[3]["skipped"] == "it is retired"


@pytest.mark.parametrize("verb", ["inventory", "candidates"])
def test_a_report_is_written_for_people(run, verb):
    for name in ("report.html", "report.md"):
        result = run(verb, "own.csv", "--report", name)
        assert result.exit_code == 0, result.output
        assert f"The report is in {name}." in result.stderr
        text = Path(name).read_text(encoding="utf-8")
        assert "Letters" in text
        assert "unknown" in text


def test_text_of_an_inventory_is_no_markup_in_a_report(run):
    Path("own.csv").write_text("name,purpose\n<script>alert(1)</script>,x\n", encoding="utf-8")
    run("candidates", "own.csv", "--report", "report.html")
    assert "<script>alert" not in Path("report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--volume", "many"], "Error: --volume: expected from and to"),
        (["--volume", "9-1"], "Error: --volume: expected from and to"),
        (["--report", "report.pdf"], "ends in none of .html and .md"),
    ],
)
def test_wrong_usage_is_refused(run, arguments, complaint):
    result = run("candidates", "own.csv", *arguments)
    assert result.exit_code == 2, result.output
    assert complaint in result.stderr
    assert not result.stdout


def test_a_name_commands_no_terminal_and_is_no_markup(run):
    Path("own.csv").write_text("name,purpose,sensitivity\n[red]A\x1b[2J[/red],x,none\n", encoding="utf-8")
    for verb in ("inventory", "candidates"):
        result = run(verb, "own.csv")
        assert result.exit_code == 0, result.output
        assert "[red]A" in result.stdout
        assert "\x1b" not in result.output
