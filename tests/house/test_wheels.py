"""What people see of each distribution in an index, and what travels in its wheel.

The project has no public address yet, so that no distribution names one: one that is made up would be that of
somebody else.
"""

import re
import tomllib
from pathlib import Path

import pytest

from interlock import Router
from interlock.types.providers import KEYS

ROOT = Path(__file__).parents[2]
PROJECTS = sorted(
    path.parent
    for part in ("core", "plugins/*", "integrations/*")
    for path in ROOT.glob(f"{part}/pyproject.toml")
)
LICENSE = (ROOT / "LICENSE").read_bytes()
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What their examples speak of is not there: an index, a server.
READ_ALONE = {"llama-index"}

by_project = pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)


def project(folder):
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))


def readme(folder):
    return (folder / "README.md").read_text("utf-8")


@by_project
def test_a_distribution_says_what_an_index_shows(folder):
    told = project(folder)["project"]
    assert len(told["description"]) > 20
    assert told["keywords"]
    assert told["authors"]
    assert "Typing :: Typed" in told["classifiers"]
    assert told["requires-python"] == ">=3.11"
    # A licence is an expression; beside one, a classifier of it is refused by indexes.
    assert not [each for each in told["classifiers"] if each.startswith("License")]
    assert "urls" not in told


@by_project
def test_the_licence_travels(folder):
    told = project(folder)["project"]
    assert (told["license"], told["license-files"]) == ("Apache-2.0", ["LICENSE"])
    assert (folder / "LICENSE").read_bytes() == LICENSE


@by_project
def test_packages_are_typed(folder):
    packages = project(folder)["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert any(list((folder / name).rglob("py.typed")) for name in packages)


@by_project
def test_a_readme_says_how_to_install_it(folder):
    told, text = project(folder)["project"], readme(folder)
    assert told["readme"] == "README.md"
    assert text.startswith(f"# {told['name']}\n")
    assert re.search(rf"^\$ pip install .*\b{re.escape(told['name'])}\b", text, re.MULTILINE)


@by_project
def test_the_example_of_a_readme_runs_without_a_key(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in (name for names in KEYS.values() for name in names):
        monkeypatch.delenv(name, raising=False)
    (code,) = _BLOCK.findall(readme(folder))
    compiled = compile(code, str(folder / "README.md"), "exec")
    if folder.name not in READ_ALONE:
        exec(compiled, {})


def test_core_needs_no_plugin_and_offers_each_as_an_extra():
    told = project(ROOT / "core")["project"]
    names = {project(folder)["project"]["name"] for folder in PROJECTS} - {"interlock"}
    assert not [each for each in told["dependencies"] if each.startswith("interlock")]
    extras = {
        each.partition("[")[0]
        for name, needs in told["optional-dependencies"].items()
        if name != "all"
        for each in needs
    }
    assert names <= extras


def test_core_knows_the_keys_of_those_who_are_not_installed():
    with Router.from_config({}) as router:
        facts = {name: provider.facts for name, provider in router.wiring.offers.providers.items()}
    assert {name: facts[name].env for name in KEYS} == dict(KEYS)
    clouds = {name for name, each in facts.items() if each.env and each.base_url and not each.on_premise}
    assert clouds == set(KEYS)
