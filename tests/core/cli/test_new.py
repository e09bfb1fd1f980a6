"""`interlock plugins new`: what it writes is a plugin that keeps the rules of its kind."""

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from operator import attrgetter
from pathlib import Path

import pytest

from interlock import protocols
from interlock.cli.new import KINDS
from interlock.plugins import PluginHost

ROOT = Path(__file__).parents[3]
OFFERS = {
    "provider": ("interlock_providers", protocols.Provider, "facts.name"),
    "classifier": ("interlock_classifiers", protocols.Classifier, "name"),
    "constraint": ("interlock_constraints", protocols.Constraint, "name"),
    "guardrail": ("interlock_guardrails", protocols.Guardrail, "name"),
    "strategy": ("interlock_strategies", protocols.Strategy, "name"),
    "arbiter": ("interlock_arbiters", protocols.Arbiter, "name"),
    "connector": ("interlock_connectors", protocols.ConnectorKind, "name"),
    "log": ("interlock_logs", protocols.LogKind, "name"),
    "store": ("interlock_stores", protocols.StoreKind, "name"),
    "command": ("interlock_commands", protocols.CommandOffer, "name"),
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_is_one_for_each_kind():
    there = {each.name for each in (files("interlock.cli") / "plugin").iterdir()}
    wanted = {f"{start}{kind}.py.txt" for kind in KINDS for start in ("", "test_")}
    assert there == {*wanted, "pyproject.toml.txt"}
    assert set(OFFERS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_offers_is_taken(run, here, kind):
    assert run("plugins", "new", "night-owl", "--kind", kind).exit_code == 0
    path = here / "interlock-night-owl" / "interlock_night_owl.py"
    spec = spec_from_file_location(path.stem, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    host = PluginHost([module], discover=False, environ={"INTERLOCK_STRICT_PLUGINS": "1"})
    hook, protocol, label = OFFERS[kind]
    (offer,) = host.offers(hook, protocol, label)
    assert attrgetter(label)(offer) == "night-owl"


def test_the_tests_that_it_writes_pass(run, here):
    """All of them in a process of their own, with no plugin of pytest's but ours."""
    for kind in KINDS:
        assert run("plugins", "new", f"an-{kind}", "--kind", kind).exit_code == 0
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, here.iterdir())),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-v", "-W", "error", "-p", "no:cacheprovider"]
    command += ["-p", "pytest_interlock", "."]
    done = subprocess.run(command, cwd=here, env=environ, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for kind in KINDS:
        assert re.search(rf"test_interlock_an_{kind}\.py::\S+ PASSED", done.stdout), kind


def test_it_is_as_clean_as_the_rest(run, here):
    for kind in KINDS:
        run("plugins", "new", f"an-{kind}", "--kind", kind)
    ruff = [sys.executable, "-m", "ruff"]
    rules = ["--config", str(ROOT / "pyproject.toml"), "--config", "src = ['interlock-*']", "--no-cache"]
    for asked in (["check", *rules, "--ignore", "INP001,S101"], ["format", "--check", *rules]):
        done = subprocess.run([*ruff, *asked, "."], cwd=here, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_it_names_what_it_wrote_and_what_comes_next(run, here):
    result = run("plugins", "new", "interlock-owl", "--kind", "arbiter")
    wrote, *rest = result.stdout.splitlines()
    files = "pyproject.toml, interlock_owl.py, test_interlock_owl.py"
    assert wrote == f"Wrote interlock-owl, a plugin with an arbiter: {files}."
    assert rest == [
        "Next:",
        "  uv pip install -e interlock-owl",
        "  interlock plugins",
        "  pytest interlock-owl",
    ]
    told = tomllib.loads((here / "interlock-owl" / "pyproject.toml").read_text("utf-8"))
    assert told["project"]["name"] == "interlock-owl"
    assert told["project"]["entry-points"]["interlock"] == {"owl": "interlock_owl"}
    assert {each.name for each in (here / "interlock-owl").iterdir()} == {
        "pyproject.toml",
        *told["tool"]["hatch"]["build"]["targets"]["wheel"]["include"],
    }


def test_json(run, here):
    told = json.loads(run("plugins", "new", "owl", "--json").stdout)
    assert (told["folder"], told["kind"], told["module"]) == ("interlock-owl", "provider", "interlock_owl")
    assert all((here / told["folder"] / name).is_file() for name in told["files"])
    assert told["next_steps"][0] == "uv pip install -e interlock-owl"


def test_nothing_is_overwritten(run, here):
    (here / "interlock-owl").mkdir()
    result = run("plugins", "new", "owl")
    assert result.exit_code == 1
    assert result.stderr == "Error: interlock-owl is there already; choose another name, or remove it.\n"
    assert not list((here / "interlock-owl").iterdir())


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["Night_Owl"], "NAME: 'Night_Owl' is no name for a plugin; .* Did you mean 'night-owl'"),
        (["../owl"], "NAME: '../owl' is no name for a plugin; .* Did you mean 'owl'"),
        (["7owls"], "NAME: '7owls' is no name for a plugin; .* begins with a letter.$"),
        (["interlock-"], "NAME: 'interlock-' is no name for a plugin"),
        (["groq"], "NAME: 'groq' is taken by interlock-openai; choose another name"),
        (["redis", "--kind", "store"], "NAME: 'redis' is taken by interlock-redis"),
        (["ask", "--kind", "command"], "NAME: 'ask' is taken by interlock;"),
        (["owl", "--kind", "guardrial"], "--kind: there is no template for .* Did you mean 'guardrail'"),
    ],
)
def test_a_name_or_kind_that_will_not_do_is_refused(run, here, arguments, complaint):
    result = run("plugins", "new", *arguments)
    assert result.exit_code == 2
    assert re.search(complaint, result.stderr.strip()), result.stderr
    assert not list(here.iterdir())
