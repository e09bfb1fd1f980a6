"""`interlock doctor`."""

import json
import os
import socket
from datetime import datetime

import pytest

import interlock
from interlock.cli.readiness import Readiness
from interlock.plugins import PluginHost
from interlock.protocols import ProviderFacts


def test_a_deployment_that_answers_is_ready(configured, run, vendor):
    configured("good")
    result = run("doctor", "--json")
    assert result.exit_code == 0
    (found,) = json.loads(result.stdout)
    assert (found["deployment"], found["region"], found["connection"]) == ("good", "eu", "ok")
    assert found["ready"] is True
    assert "test-key" not in result.output
    assert not vendor.bodies


def test_where_the_key_comes_from(configured, run, monkeypatch):
    path = configured("good")
    path.write_text(path.read_text().replace("test-key", "env:MY_KEY"))
    monkeypatch.setenv("MY_KEY", "sesame")
    result = run("doctor")
    assert "env:MY_KEY" in result.stdout
    assert "sesame" not in result.output
    monkeypatch.delenv("MY_KEY")
    result = run("doctor")
    assert result.exit_code == 1
    assert "MY_KEY is not set; set it, or name another place." in result.stdout


def test_nothing_is_connected_to_without_a_key(run, monkeypatch):
    def refuse(*_args, **_options):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("asyncio.open_connection", refuse)
    monkeypatch.setenv(
        "INTERLOCK_DEPLOYMENTS", '[{"id": "gpt", "model": "openai/gpt-5.5", "provider": "openai"}]'
    )
    result = run("doctor", "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)
    assert found["connection"] == "not tried"
    assert "OPENAI_API_KEY" in found["next_step"]


MINE = "{id: mine, api_key: k, base_url: 'https://acme.openai.azure.com', name: x"
AZURE = f"{MINE}, model: openai/gpt-5.5, provider: azure, region: westeurope"
CLAUDE = "{id: mine, model: anthropic/claude-4-opus, provider: bedrock, region: eu-central-1"
CLAUDE = f"{CLAUDE}, name: eu.anthropic.claude-4-opus"
OPENAI = "{id: mine, model: openai/gpt-5.5, provider: openai, api_key: k, region: us"


def warned(run, monkeypatch, tmp_path, deployment: str) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "interlock.yaml").write_text(f"deployments:\n  - {deployment}}}\n")
    monkeypatch.setattr("interlock.cli.doctor.examine", _found)
    (found,) = json.loads(run("doctor", "--json").stdout)
    return found["warning"]


async def _found(deployment, providers, *, limit):
    return Readiness(deployment=deployment, credential="none", reach="not tried", next_step="Wait.")


@pytest.mark.parametrize(
    ("deployment", "words"),
    [
        (
            AZURE,
            "without its type it counts as processed in global; write its deployment_type, one of regional",
        ),
        (OPENAI, "its region is us, and it is processed in global (row openai, https://"),
    ],
)
def test_it_warns_of_a_place_that_is_wider_than_its_user_says(run, monkeypatch, tmp_path, deployment, words):
    assert words in warned(run, monkeypatch, tmp_path, deployment)


@pytest.mark.parametrize(
    "deployment",
    [
        f"{AZURE}, deployment_type: regional",
        "{id: mine, model: openai/gpt-5.5, provider: openai, api_key: k, region: global",
        "{id: mine, model: openai/gpt-5.5, provider: openai, region: eu, base_url: 'https://gateway.example'",
        CLAUDE,
    ],
)
def test_it_warns_of_no_place_that_is_as_its_user_says(run, monkeypatch, tmp_path, deployment):
    assert "process" not in warned(run, monkeypatch, tmp_path, deployment)


def test_it_warns_of_rows_that_are_older_than_half_a_year(run, monkeypatch, tmp_path):
    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2027, 6, 1, tzinfo=tz)

    monkeypatch.setattr("interlock.cli.doctor.datetime", Later)
    said = warned(run, monkeypatch, tmp_path, OPENAI)
    assert "what is known of where it processes is 267 days old (row openai, 2026-09-07, https://" in said


def test_a_port_that_nobody_listens_on(configured, run, vendor):
    path = configured("good")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        path.write_text(path.read_text().replace(str(vendor.server_address[1]), str(port)))
        result = run("doctor")
    assert result.exit_code == 1
    assert f"no connection to 127.0.0.1:{port}: connection refused. Check base_url," in result.stdout


def test_one_ready_deployment_is_enough(configured, run):
    path = configured("good")
    away = "  - {id: away, model: openai/gpt-5.5, provider: openai, region: us}\n"
    path.write_text(path.read_text().replace("routes:", f"{away}routes:"))
    result = run("doctor")
    assert result.exit_code == 0
    assert "Ready: 1 of 2." in result.stderr


def test_tls_is_tried_as_a_call_would(configured, run, vendor):
    path = configured("good")
    path.write_text(path.read_text().replace("http://", "https://"))
    result = run("doctor")
    assert result.exit_code == 1
    assert "no connection to 127.0.0.1" in result.stdout


def test_a_deployment_whose_plugin_is_missing(configured, run):
    path = configured("good")
    path.write_text(path.read_text() + "\nplugins: {disabled: [openai]}\n")
    result = run("doctor")
    assert result.exit_code == 1
    assert "interlock-openai is switched off" in result.stdout


class Cellar:
    """A provider in process, whose barrel may be empty."""

    api = 1
    facts = ProviderFacts(name="cellar", region="local", needs_key=False, in_process=True)

    def __init__(self, step):
        self.step = step

    async def complete(self, call): ...

    def stream(self, call): ...

    def missing(self, deployment):
        return self.step and self.step.format(deployment.name)

    @interlock.hookimpl
    def interlock_providers(self):
        return [self]


def test_a_provider_in_process_says_what_it_lacks(run, monkeypatch):
    found = PluginHost.__init__
    cellar = Cellar("Fill {}.")
    monkeypatch.setattr(
        PluginHost,
        "__init__",
        lambda self, plugins=(), **options: found(self, [*plugins, cellar], **options),
    )
    entry = {"id": "wine", "model": "zhipu/glm-5.2", "provider": "cellar", "name": "barrel"}
    monkeypatch.setenv("INTERLOCK_DEPLOYMENTS", json.dumps([entry]))
    result = run("doctor")
    assert result.exit_code == 1
    assert "Fill barrel." in result.stdout
    cellar.step = None
    result = run("doctor")
    assert result.exit_code == 0
    assert "in process" in result.stdout


NOBODY = "redis://user:s3same@127.0.0.1:1/0?prefix=s3same"


@pytest.mark.parametrize("url", ["sqlite:///kept/calls.db", "sqlite:////dev/null/calls.db"])
def test_the_store_of_records_is_tried(configured, run, url):
    configured("good", extra=f"records: {url}")
    result = run("doctor", "--json")
    assert result.exit_code == 0  # a store that is down fails no call
    _, store = json.loads(result.stdout)
    assert (store["store"], store["address"]) == ("records", url)
    well = "null" not in url
    assert (store["ready"], store["connection"]) == (well, "ok" if well else "failed")
    assert bool(store["next_step"]) is bool(store["detail"]) is not well


def test_shared_health_is_tried_and_its_password_is_not_shown(configured, run):
    configured("good", extra=f"health: {{shared: '{NOBODY}'}}")
    result = run("doctor")
    assert result.exit_code == 0
    assert "redis://127.0.0.1:1/0 " in result.stdout
    assert "127.0.0.1:1 cannot be used for sharing health" in result.stdout
    assert "health.shared" in result.stdout
    assert "s3same" not in result.output


@pytest.mark.parametrize(("budgets", "code"), [("[]", 0), ("[{id: b, requests: 1, per: day}]", 1)])
def test_the_ledger_is_tried_and_needed_where_there_are_budgets(configured, run, budgets, code):
    configured("good", extra=f"ledger: '{NOBODY}'\nbudgets: {budgets}")
    result = run("doctor")
    assert result.exit_code == code
    assert "127.0.0.1:1 cannot be used for the ledger" in result.stdout
    assert "s3same" not in result.output
    configured("good", extra=f"ledger: sqlite:///ledger.db\nbudgets: {budgets}")
    result = run("doctor", "--json")
    assert result.exit_code == 0
    (_, store) = json.loads(result.stdout)
    assert (store["store"], store["connection"]) == ("ledger", "ok")


@pytest.mark.parametrize(
    ("more", "code"), [("", 0), (", providers: {openai-compatible: {max_concurrency: 3}}", 1)]
)
def test_the_place_of_limits_is_tried_and_needed_where_there_are_some(configured, run, more, code):
    configured("good", extra=f"limits: {{shared: '{NOBODY}'{more}}}")
    result = run("doctor")
    assert result.exit_code == code
    assert "127.0.0.1:1 cannot be used for limits" in result.stdout
    assert "s3same" not in result.output
    configured("good", extra="limits: sqlite:///limits.db")
    result = run("doctor", "--json")
    assert result.exit_code == 0
    (_, store) = json.loads(result.stdout)
    assert (store["store"], store["connection"]) == ("limits", "ok")


def test_without_stores_there_is_no_word_of_them(configured, run):
    configured("good")
    assert "Store" not in run("doctor").stdout


@pytest.mark.skipif(os.name != "posix", reason="there are no such rights here")
def test_a_key_file_that_everybody_may_read_is_told_and_used(configured, run, tmp_path):
    key = tmp_path / "key.txt"
    key.write_text("a-key")
    key.chmod(0o644)
    path = configured("good")
    path.write_text(path.read_text().replace("test-key", f"file:{key}"))
    (found,) = json.loads(run("doctor", "--json").stdout)
    assert found["ready"] is True
    assert "chmod 600" in found["warning"]
    assert "chmod 600" in run("doctor").output


def test_a_proxy_of_the_environment_that_is_not_followed_is_named(configured, run, vendor, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    path = configured("good")
    path.write_text(path.read_text().replace("127.0.0.1", "gpu.example.test"))
    monkeypatch.setattr(socket, "getaddrinfo", fails)
    monkeypatch.setenv("HTTP_PROXY", "http://10.0.0.1:3128")
    assert "HTTP_PROXY is not followed to it" in " ".join(run("doctor").stdout.split())


@pytest.mark.parametrize(
    ("variable", "name", "instead"),
    [
        ("ANTHROPIC_API_KEY", "claude-opus-4-0", "claude-opus-4-8"),
        ("DEEPSEEK_API_KEY", "deepseek-chat", "deepseek-flash"),
        ("GEMINI_API_KEY", "gemini-2.5-ultra", "gemini-3.1-pro-preview"),
        ("OPENROUTER_API_KEY", "meta-llama/llama-4-ultra", "meta-llama/llama-4-maverick"),
    ],
)
def test_a_name_that_no_vendor_serves(run, monkeypatch, variable, name, instead):
    async def connected(*_args):
        return ""

    monkeypatch.setattr("interlock.cli.readiness._connect", connected)
    monkeypatch.setenv(variable, "anything")
    result = run("doctor", "--json")
    assert result.exit_code == 0
    warnings = [each["warning"] for each in json.loads(result.stdout) if "deployment" in each]
    (warning,) = [each for each in warnings if f" serves no {name}:" in each]
    assert f"`name` that your account is served, such as {instead}" in warning
    said = " ".join(run("doctor").stderr.split())
    assert warning.partition(" what is known of where")[0] in said


@pytest.mark.parametrize(
    "change", [{"name": "claude-opus-4-0"}, {"base_url": "https://gateway.example/v1", "region": "us"}]
)
def test_a_name_or_an_address_of_ones_own_is_taken_at_its_word(change):
    claude = {"id": "c", "model": "anthropic/claude-4-opus", "provider": "anthropic", "api_key": "k"}
    for deployment, warned in ((claude, True), (claude | change, False)):
        router = interlock.Router.from_config({"deployments": [deployment]})
        assert bool(router.deployments["c"].unserved) is warned
        assert router.deployments["c"].name == "claude-opus-4-0"


def test_a_price_of_long_ago(configured, run):
    path = configured("good")
    text = path.read_text()
    dated = "price: {{input: 1, output: 2, source: the contract, as_of: {}}}"
    path.write_text(text.replace("id: good,", f"id: good, {dated.format('2020-01-31')},"))
    assert path.read_text() != text
    note = run("doctor").stderr
    assert "2020-01-31, the contract" in note
    assert "look up what it costs now" in note
    path.write_text(text.replace("id: good,", f"id: good, {dated.format('2999-01-01')},"))
    assert "look up what it costs now" not in run("doctor").stderr


class Looks:
    """A detector that lacks what it is told to."""

    api = 1
    name = "looks"
    kinds = frozenset({"person", "place"})

    def __init__(self, lack):
        self.lack = lack

    def find(self, text):
        raise AssertionError("nothing is looked for")

    def lacks(self):
        if isinstance(self.lack, Exception):
            raise self.lack
        return self.lack


class Asks:
    api = 1
    name = "asks"
    phases = frozenset({"request"})
    detectors = ("looks",)

    def detecting(self, detectors):
        return self

    def inspect(self, call):
        raise AssertionError("nothing is inspected")


@pytest.mark.parametrize(
    ("lack", "step"),
    [
        ("", ""),
        ("its model is missing: install it", "its model is missing: install it."),
        (OSError("disk"), "asked what it lacks, it raised OSError: disk."),
    ],
)
def test_a_detector_that_a_guardrail_asks_is_ready_or_says_what_it_lacks(
    configured, run, monkeypatch, lack, step
):
    offers = PluginHost.claims

    def with_detector(self, hook, *arguments):
        more = {"interlock_detectors": Looks(lack), "interlock_guardrails": Asks()}
        if hook in more:
            plugin = type("Plugin", (), {hook: staticmethod(interlock.hookimpl(lambda: [more[hook]]))})()
            return offers(PluginHost([plugin], discover=False, environ={}), hook, *arguments)
        return offers(self, hook, *arguments)

    monkeypatch.setattr(PluginHost, "claims", with_detector)
    configured("good")
    result = run("doctor", "--json")
    assert result.exit_code == (1 if step else 0)
    found = json.loads(result.stdout)[-1]
    assert found == {"detector": "looks", "kinds": ["person", "place"], "ready": not step, "next_step": step}
    shown = run("doctor").stdout
    assert "person, place" in shown
    assert step[:20] in shown
