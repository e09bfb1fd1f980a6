"""`interlock init`."""

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
    # Nothing runs ensembles yet, and so nobody should write one.
    assert sections == set(Config.model_fields) - {"ensembles"}


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
