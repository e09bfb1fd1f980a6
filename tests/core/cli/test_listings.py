"""`interlock models` and `interlock plugins`, which also checks one."""

import json
from dataclasses import dataclass, fields
from importlib.metadata import version

import pytest

import interlock
from interlock.catalog import load_cards
from interlock.plugins import PluginHost
from interlock.protocols import ConnectorFacts


def test_models_show_price_window_and_deployments(configured, run):
    configured("good")
    text = run("models").stdout
    header, glm = (
        next(line for line in text.splitlines() if line.startswith(start))
        for start in ("Model", "zhipu/glm-5.2")
    )
    assert header.split() == [
        "Model",
        "Context",
        "In",
        "Out",
        "From",
        "Capabilities",
        "Served",
        "Processed",
        "in",
    ]
    assert glm.split()[:5] == ["zhipu/glm-5.2", "128,000", "$1.4", "$4.4", "cn"]
    assert glm.endswith(" good    eu")


def test_models_as_json(configured, run):
    configured("good")
    models = {each["id"]: each for each in json.loads(run("models", "--json").stdout)}
    glm = models["zhipu/glm-5.2"]
    assert glm["price"]["input"] == 1.4
    assert "tools" in glm["capabilities"]
    (good,) = glm["deployments"]
    price, handling = good.pop("price"), good.pop("handling")
    assert (handling["stored"], handling["offer"]) == ("global", "")
    assert good == {
        "id": "good",
        "provider": "openai-compatible",
        "region": "eu",
        "declared": "eu",
        "name": "good",
        "context_window": 128_000,
        "ready": True,
        "warning": "",
    }
    assert price["input"] == glm["price"]["input"]
    assert "estimate" in price["source"]
    assert "estimate" not in glm["price"]["source"]
    assert {score["benchmark"] for score in glm["scores"]}
    assert models["alibaba/qwen-3-max"]["price"]["tiers"][-1]["above"] == 128_000

    assert models["openai/gpt-5.5"]["deployments"] == []


@pytest.mark.parametrize("card", load_cards(), ids=lambda card: card.id)
def test_models_as_json_hold_everything_that_a_card_does(run, card):
    (data,) = (each for each in json.loads(run("models", "--json").stdout) if each["id"] == card.id)
    for field in fields(card):
        assert field.name in data
    assert data["strengths"] == list(card.strengths)
    assert [each["value"] for each in data["scores"]] == [each.value for each in card.scores]
    assert data["max_output"] == card.max_output
    for told, endpoint in zip(data["endpoints"], card.endpoints, strict=True):
        assert told["name"] == endpoint.name
        assert told["note"] == endpoint.note
        assert bool(told["price"]) is bool(endpoint.price)


def test_a_model_whose_name_is_not_served_is_not_called_ready(run, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "anything")
    result = run("models")
    claude = next(line for line in result.stdout.splitlines() if line.startswith("anthropic/claude-4-opus"))
    assert claude.endswith("   not served  global")
    assert "such as claude-opus-4-8, which is another model" in result.stderr


def test_a_deployment_that_lacks_its_key_is_not_ready(run, monkeypatch):
    def glm():
        return next(line for line in run("models").stdout.splitlines() if line.startswith("zhipu/glm-5.2"))

    assert glm().endswith(" not ready  cn+sg")
    monkeypatch.setenv("ZHIPU_API_KEY", "anything")
    assert glm().endswith("   ready      cn+sg")


class _Raises:
    @interlock.hookimpl
    def interlock_providers(self):
        raise KeyError("no such thing")


@pytest.fixture
def installed(monkeypatch):
    found = PluginHost.__init__

    def install(plugin):
        def with_it(self, plugins=(), **options):
            found(self, [*plugins, plugin], **options)

        monkeypatch.setattr(PluginHost, "__init__", with_it)

    return install


@pytest.fixture
def broken_plugin(installed):
    installed(_Raises())


def test_plugins_say_what_they_offer(run):
    result = run("plugins", "--json")
    assert result.exit_code == 0
    by_name = {each["name"]: each for each in json.loads(result.stdout)}
    assert by_name["openai"]["distribution"] == "interlock-openai"
    assert by_name["openai"]["status"] == "ok"
    assert "zhipu" in by_name["openai"]["offers"]["interlock_providers"]
    assert "zhipu" in run("plugins").stdout


@dataclass(frozen=True)
class _Terms:
    """What there is.

    Attributes:
        kinds: what is hidden.
    """

    model: str
    kinds: tuple[str, ...] = ("mail",)


class _Guard:
    api = 1
    name = "pii"
    phases = frozenset({"request"})
    options = _Terms

    @interlock.hookimpl
    def interlock_guardrails(self):
        return [self]

    def configured(self, options):
        return self

    def inspect(self, call):
        return interlock.Verdict()


@pytest.fixture
def guard(installed):
    installed(_Guard())


@pytest.mark.parametrize("name", ["pii", "_Guard"])
def test_a_plugin_is_shown_with_its_options(run, guard, name):
    result = run("plugins", "show", name)
    assert result.exit_code == 0
    rows = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "Guardrails pii" in rows
    assert "guardrails.pii.model text required -" in rows
    assert 'guardrails.pii.kinds list of text ["mail"] what is hidden.' in rows
    assert any(row.startswith("guardrails.pii.timeout number - seconds for each time") for row in rows)
    # Its options are needed and not written: it is shown all the same.
    assert "write guardrails: {pii: {model: …}}" in result.stderr


class _Clouds:
    api = 1
    name = "clouds"
    facts = ConnectorFacts(base_url="https://clouds.example/v1", region="eu")
    options = _Terms

    @interlock.hookimpl
    def interlock_connectors(self):
        return [self]

    def open(self, call):
        raise AssertionError


def test_a_kind_of_connector_is_shown_with_its_options(run, installed):
    installed(_Clouds())
    assert "connectors[clouds].options.model" in run("plugins", "show", "clouds").stdout


def test_options_as_json(run, guard):
    (shown,) = json.loads(run("plugins", "show", "pii", "--json").stdout)
    assert shown in json.loads(run("plugins", "--json").stdout)
    assert shown["options"]["guardrails.pii"][1] == {
        "key": "kinds",
        "type": "list of text",
        "required": False,
        "default": ["mail"],
        "help": "what is hidden.",
    }


def test_a_plugin_that_is_not_there_cannot_be_shown(run):
    result = run("plugins", "show", "heuristic")
    assert result.exit_code == 2
    assert "Did you mean 'heuristics'?" in result.stderr


def test_what_is_built_in_has_the_version_of_its_distribution(run):
    (builtins,) = json.loads(run("plugins", "show", "heuristics", "--json").stdout)
    assert (builtins["name"], builtins["version"]) == ("builtins", version("interlock"))
    assert builtins["options"] == {}


def test_a_failed_plugin_is_listed_with_its_cause(run, broken_plugin):
    result = run("plugins")
    assert result.exit_code == 0
    rows = [line.split(maxsplit=1) for line in result.stdout.splitlines()]
    assert ["_Raises", "interlock_providers raised KeyError: 'no such thing'"] in rows
    assert "failed; everything else works" in result.stderr
    report = next(each for each in json.loads(run("plugins", "--json").stdout) if each["name"] == "_Raises")
    assert report["status"] == "failed"


def test_a_failed_plugin_stops_no_call_and_is_quiet(configured, run, broken_plugin):
    configured("good")
    result = run("ask", "-q", "Hi")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "Hello there.\n", "")


def test_plugins_are_listed_in_strict_mode_and_ask_is_refused(run, broken_plugin, monkeypatch):
    monkeypatch.setenv("INTERLOCK_STRICT_PLUGINS", "1")
    result = run("plugins")
    assert (result.exit_code, "_Raises" in result.stdout) == (1, True)
    result = run("ask", "Hi")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: plugin _Raises: ")


def test_a_name_that_is_not_installed_may_be_switched_off_and_is_said(configured, run, monkeypatch):
    configured("good")
    monkeypatch.setenv("INTERLOCK_DISABLED_PLUGINS", "zzz-elsewhere")
    for verb in ("plugins", "doctor"):
        result = run(verb)
        assert "not installed here: zzz-elsewhere" in result.stderr


def test_the_rules_cannot_be_switched_off(run, monkeypatch):
    monkeypatch.setenv("INTERLOCK_DISABLED_PLUGINS", "builtins")
    for verb in (("ask", "Hi"), ("explain", "Hi"), ("models",), ("doctor",)):
        result = run(*verb)
        assert result.exit_code == 2
        assert "builtins' cannot be switched off" in result.stderr
    result = run("plugins")
    assert "cannot be switched off" in result.stderr
    assert "blocked" in next(line for line in result.stdout.splitlines() if line.startswith("builtins"))


def test_plugins_are_listed_although_the_configuration_is_wrong(run, tmp_path):
    (tmp_path / "interlock.yaml").write_text(
        "deployments:\n  - {id: a, model: zhipu/glm-5.2, provider: acme, region: eu}\n"
    )
    assert run("models").exit_code == 2
    result = run("plugins")
    assert result.exit_code == 0
    assert "interlock-openai" in result.stdout
    assert "acme" in result.stderr


def test_a_plugin_is_checked_and_the_report_is_markdown(run):
    result = run("plugins", "check", "interlock-google")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("## Conformance of interlock-google ")
    assert "### provider `google`" in lines
    assert "| gives tool calls | passed |  |" in lines
    assert "| lets cancellation pass | left out | the provider runs over HTTP |" in lines


@pytest.fixture
def checked(monkeypatch):
    """`check` finds what the test says, without running anything."""
    from interlock.testing import checking
    from interlock.testing.running import Examined, RuleResult

    def find(result):
        finding = RuleResult(
            rule="answers", result=result, reason="" if result == "passed" else "it said nothing"
        )
        examined = Examined(kind="provider", name="oracle", kit="Kit", findings=(finding,))
        report = checking.Report(
            distribution="interlock-acme", version="1.0", kit_version="0.1.0", examined=(examined,)
        )
        monkeypatch.setattr(checking, "check", lambda name, begin: report)

    return find


@pytest.mark.parametrize(
    "arguments", [("check", "interlock-acme", "--json"), ("--json", "check", "interlock-acme")]
)
def test_a_report_as_json(run, checked, arguments):
    checked("passed")
    result = run("plugins", *arguments)
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert (report["distribution"], report["kit_version"], report["passed"]) == (
        "interlock-acme",
        "0.1.0",
        True,
    )
    assert report["examined"] == [
        {
            "kind": "provider",
            "name": "oracle",
            "kit": "Kit",
            "findings": [{"rule": "answers", "result": "passed", "reason": ""}],
        }
    ]


def test_a_broken_rule_makes_the_exit_code_1(run, checked):
    checked("failed")
    result = run("plugins", "check", "interlock-acme")
    assert result.exit_code == 1
    assert "| answers | **failed** | it said nothing |" in result.stdout


def test_an_unknown_distribution_is_wrong_usage(run):
    result = run("plugins", "check", "interlock-opnai")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Did you mean 'interlock-openai'?" in result.stderr
    assert run("plugins", "chekc", "interlock-openai").exit_code == 2


@pytest.mark.parametrize("width", [40, 50, 80, 120])
@pytest.mark.parametrize("verb", ["models", "explain Hi", "plugins"])
def test_tables_keep_to_the_width(run, monkeypatch, verb, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run(*verb.split()).stdout.splitlines()
    assert lines
    # What is to be copied, a name or a variable, is never broken.
    longest = max(len(word) for line in lines for word in line.split() if "─" not in word)
    assert max(map(len, lines)) <= max(width, 20 + longest)
    assert any("openai/gpt-5.5" in line or "interlock-openai" in line for line in lines)
