"""`interlock explain`."""

import json

import pytest

from guards_at_work import Accounts
from interlock import hookimpl
from interlock.plugins import PluginHost


class OtherWay:
    """A strategy, and the plugin that offers it."""

    api = 1
    name = "other_way"

    @hookimpl
    def interlock_strategies(self):
        return [self]

    def run(self, call):
        yield from ()


def test_json_has_these_keys_exactly(configured, run, vendor):
    configured("good", "down")
    result = run("explain", "--json", "--task", "conversational", "--model", "good", "Hi")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert list(data) == [
        "task",
        "confidence",
        "reason",
        "evidence",
        "stage",
        "input_tokens",
        "shortlist",
        "excluded",
        "levels",
        "strategy",
        "warnings",
        "ensemble",
        "cascade",
    ]
    assert data["strategy"] == "fallback"
    assert data["task"] == "conversational"
    assert (data["confidence"], data["reason"], data["stage"]) == (1.0, "explicit", "explicit")
    (first,) = data["shortlist"]
    assert sorted(first) == ["deployment", "model", "reasons", "region", "treatment"]
    assert (first["deployment"], first["model"], first["region"]) == ("good", "zhipu/glm-5.2", "eu")
    assert first["treatment"] == "as_is"
    assert first["reasons"]
    assert data["excluded"] == {"down": "the request asks for good alone"}
    assert data["warnings"] == {}
    assert not vendor.bodies


def test_a_shortlisted_name_that_no_vendor_serves(run, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "anything")
    data = json.loads(run("explain", "--json", "Hi").stdout)
    assert [each["deployment"] for each in data["shortlist"]] == ["anthropic/claude-4-opus"]
    (warning,) = data["warnings"].values()
    assert "anthropic serves no claude-opus-4-0: retired on 2026-06-15" in warning
    assert warning in run("explain", "Hi").stderr


def test_table_shows_task_ranks_and_rules(configured, run):
    configured("good", "down")
    text = run("explain", "--task", "quantitative", "--model", "good", "Hi").stdout
    rows = [line.split() for line in text.splitlines()]
    assert ["Task", "quantitative"] in rows
    assert ["confidence", "100%"] in rows
    assert ["1", "good", "zhipu/glm-5.2", "eu"] in [row[:4] for row in rows]
    assert "the request asks for good alone" in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_an_empty_shortlist_is_an_explanation_too(configured, run):
    configured("good")
    result = run("explain", "--residency", "us", "--json", "Hi")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["shortlist"] == []
    assert "interlock doctor" in result.stderr


def test_markup_in_a_prompt_is_not_interpreted(configured, run, tmp_path):
    configured("good")
    assert run("explain", "[bold]Hi[/bold] [/]").exit_code == 0


def test_needs_no_key(run, monkeypatch):
    result = run("explain", "--json", "--task", "creative_content", "A poem")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["excluded"]["openai/gpt-5.5"] == "OPENAI_API_KEY is not set"


def test_keys_are_found_in_the_environment(run, monkeypatch):
    for vendor in ("DEEPSEEK", "OPENAI", "MISTRAL"):
        monkeypatch.setenv(f"{vendor}_API_KEY", "anything")
    result = run("explain", "--json", "--residency", "cn", "A poem")
    data = json.loads(result.stdout)
    assert data["shortlist"][0]["model"] == "deepseek/deepseek-v3"
    assert "the residency allows cn only" in data["excluded"]["openai/gpt-5.5"]
    assert "anything" not in result.output


def test_a_budget_speaks_like_any_rule(configured, run):
    configured("good", "down", extra="budgets: [{id: tiny, usd: 0.0001, per: day, deployments: good}]")
    data = json.loads(run("explain", "--json", "--task", "conversational", "Hi").stdout)
    assert data["reason"] == "fallback_excluded"
    assert data["excluded"]["good"].startswith("budget tiny: there are 0.0001 USD per day; this request may")


def test_what_other_processes_cannot_tell_is_said(configured, run):
    configured("good", extra="health: {shared: 'redis://:s3same@127.0.0.1:1/0'}")
    result = run("explain", "Hi")
    assert result.exit_code == 0
    assert "Health is not shared: 127.0.0.1:1 cannot be used" in result.stderr
    assert "s3same" not in result.output


def test_metadata_says_whose_budget_it_is(configured, run):
    configured("good", extra="budgets: [{id: teams, tokens: 1, per: day, each: team}]")
    text = run("explain", "--metadata", "team=legal", "Hi").stdout
    assert "budget teams for team legal: there are 1 tokens per day" in text
    refused = run("explain", "--metadata", "legal", "Hi")
    assert refused.exit_code == 2
    assert "--metadata: expected KEY=VALUE, not 'legal'." in refused.stderr


@pytest.fixture
def installed(monkeypatch):
    """What is installed besides."""
    found, plugins = PluginHost.__init__, []

    def with_them(self, given=(), **options):
        found(self, [*given, *plugins], **options)

    monkeypatch.setattr(PluginHost, "__init__", with_them)
    return plugins


def test_who_is_sent_sealed_requests_is_shown_where_anybody_is(configured, run, installed):
    path = configured("good", "down")
    path.write_text(path.read_text().replace("name: good,", "name: good, treatment: as_is,"))
    lines = run("explain", "Hi").stdout.splitlines()
    assert not any("Request" in line for line in lines)
    installed.append(Accounts())
    lines = run("explain", "--task", "conversational", "Hi").stdout.splitlines()
    [head] = [line for line in lines if line.startswith("Rank")]
    assert head.split() == ["Rank", "Deployment", "Model", "Region", "Request", "Reasons"]
    assert [line.split()[4] for line in lines if line[:1] in ("1", "2")] == ["as", "sealed"]


def test_another_strategy_is_said_to_have_the_last_word(configured, run, installed):
    installed.append(OtherWay())
    configured("good", "down", extra="strategy: other_way")
    assert "The strategy other_way says" in run("explain", "Hi").stderr
    assert json.loads(run("explain", "--json", "Hi").stdout)["strategy"] == "other_way"
    assert "Strategy in use: other_way." in run("plugins").stderr


def test_the_usual_strategy_needs_no_words(configured, run):
    configured("good")
    assert "trategy" not in run("explain", "Hi").output + run("plugins").stderr
