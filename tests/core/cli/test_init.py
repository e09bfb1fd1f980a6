"""`interlock init`."""

import os
import re

import yaml

from interlock.assembly import assemble
from interlock.config import Config


def test_writes_a_configuration_that_loads(run, tmp_path):
    result = run("init")
    assert result.exit_code == 0
    assert "interlock doctor" in result.stdout
    assert run("explain", "Hi").exit_code == 0


def test_every_example_in_it_is_valid(run, tmp_path):
    run("init", "full.yaml")
    text = (tmp_path / "full.yaml").read_text(encoding="utf-8")
    examples = re.sub(r"(?m)^#(?=\w|  )", "", re.sub(r"(?m)^# (?! ).*\n", "", text))
    path = tmp_path / "examples.yaml"
    path.write_text(examples)
    wiring = assemble(str(path), environ={})
    assert list(wiring.deployments) == ["gpt", "mistral-eu", "glm-onprem"]
    sections = set(yaml.safe_load(examples))
    # Options are those of plugins, and so are kinds of connectors.
    of_plugins = {"connectors", "classifiers", "rules", "detectors", "guardrails", "strategies", "arbiters"}
    files = {"learned_routes"}  # which has to be there
    assert sections == set(Config.model_fields) - of_plugins - files
    assert all(f"# {name}: " in text for name in files)


def test_refuses_to_overwrite(run, tmp_path):
    (tmp_path / "interlock.yaml").write_text("mine: 1")
    result = run("init")
    assert result.exit_code == 1
    assert "--force" in result.stderr
    assert (tmp_path / "interlock.yaml").read_text() == "mine: 1"
    assert run("init", "--force").exit_code == 0
    assert "deployments" in (tmp_path / "interlock.yaml").read_text()


def test_into_a_folder_and_past_one_that_is_missing(run, tmp_path):
    (tmp_path / "folder").mkdir()
    result = run("init", "folder")
    assert (tmp_path / "folder" / "interlock.yaml").exists()
    assert "interlock --config folder/interlock.yaml doctor" in result.stdout
    result = run("init", "elsewhere/interlock.yaml")
    assert result.exit_code == 1
    assert "there is no folder elsewhere" in result.stderr


def test_starts_with_what_the_keys_reach_and_holds_none_of_them(run, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("ZHIPU_API_KEY", "also-very-secret")
    result = run("init")
    assert "OPENAI_API_KEY" in result.stdout
    assert "interlock explain" in result.stdout
    text = (tmp_path / "interlock.yaml").read_text(encoding="utf-8")
    assert "secret" not in text
    wiring = assemble("interlock.yaml", environ=dict(os.environ))
    named = {each.id: each.credential.source for each in wiring.deployments.values()}
    assert named["gpt-5.5"] == "env:OPENAI_API_KEY"
    assert named["glm-5.2"] == "env:ZHIPU_API_KEY"
    assert set(named.values()) == {"env:OPENAI_API_KEY", "env:ZHIPU_API_KEY"}
    assert not [each for each in wiring.deployments.values() if each.unserved]


def test_a_configuration_in_the_environment_is_not_what_the_keys_reach(run, tmp_path, monkeypatch):
    monkeypatch.setenv("INTERLOCK_DEPLOYMENTS", "not even readable")
    assert run("init").exit_code == 0
    assert "\ndeployments:" not in (tmp_path / "interlock.yaml").read_text(encoding="utf-8")
