"""Policies that could not be meant are refused when a router is made, with file, line and what was meant."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from interlock import ConfigError, Router
from interlock.policies import rule_sets
from interlock.testing import scripted_router
from senses import Senses

OPEN = {"id": "open", "level": ["public", "internal", "personal"], "permit": "any"}


def made(*plugins: Any, constraints: Any = None, **policies: Any) -> Router:
    more = {"constraints": constraints} if constraints else {}
    return scripted_router({"a": []}, plugins=plugins, policies={"rules": [OPEN], **policies}, **more)


def rule(**changes: Any) -> dict[str, Any]:
    return {"rules": [OPEN, {"id": "r", "level": "personal", "permit": "any", **changes}]}


def without_permit(**changes: Any) -> dict[str, Any]:
    return {"rules": [OPEN, {"id": "r", "level": "regulated", **changes}]}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"rules": []}, "policies: hold no rule, so every level permits nothing"),
        (rule(level="persnal"), r"rules.1.level.0: 'persnal' is no level.*Did you mean 'personal'"),
        (rule(sealed="intern"), r"rules.1.sealed.level: 'intern' is no level.*Did you mean 'internal'"),
        (rule(sealed="personal"), "rules.1.sealed.level: is the rule's own level"),
        (rule(sealed="regulated"), "rules.1.sealed.level: no rule permits anything of regulated"),
        (without_permit(forbid={"laws": ["cn"]}), "rules.1.level.0: no rule permits anything of regulated"),
        (rule(id="open"), "rules.1.id: 'open' is the id of rules.0 too"),
        (rule(permit={"place": ["eu"]}), "rules.1.permit.place: there is no such key. Did you mean 'places'"),
        (rule(permit={"places": ["germny"]}), "rules.1.permit.places: 'germny'.*Did you mean 'germany'"),
        (rule(permit={"places": []}), "rules.1.permit.places: the list is empty"),
        (rule(permit={}), "rules.1.permit: holds nothing; write `permit: any`"),
        (rule(permit="all"), "rules.1.permit: expected keys and values, or any"),
        (rule(permit={"training": True}), "rules.1.permit.training: true asks for nothing"),
        (rule(permit={"on_premise": False}), "rules.1.permit.on_premise: false asks for nothing"),
        (rule(permit={"agreements": ["dpaa"]}), "permit.agreements.0: nobody has agreed.*Did you mean 'dpa'"),
        (rule(permit={"transfers": ["adquate"]}), "permit.transfers.0: 'adquate'.*Did you mean 'adequate'"),
        (rule(permit={"transfers": ["dpf"]}), "permit.transfers: names conditions alone"),
        (rule(forbid={}), "rules.1.forbid: forbids nothing"),
        (rule(forbid={"vendors": ["deepsek"]}), "forbid.vendors.0: no vendor.*Did you mean 'deepseek'"),
        (
            rule(permit={"places": ["cn"]}, forbid={"places": ["cn"]}),
            "forbid.places: forbids all that the rule permits: cn; nothing could pass",
        ),
        ({"rules": [{"id": "r", "level": "public"}]}, "rules.0: permits nothing and forbids nothing"),
        ({"default": "internl"}, "policies.default: 'internl' is no level.*Did you mean 'internal'"),
        ({"default": "regulated"}, "policies.default: no rule permits anything of regulated"),
        ({"detected": {"account": "persnal"}}, "policies.detected.account: 'persnal' is no level"),
        ({"levels": []}, "policies.levels: the list is empty"),
        ({"file": ["x"]}, "policies.file: there is no such key. Did you mean 'files'"),
        ({"files": ["missing.yaml"]}, "missing.yaml: there is no such file"),
        ({"files": ["*.nothing"]}, "policies.files.0: no file matches it"),
    ],
)
def test_it_is_refused(written: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        made(Senses(), **written)


def test_what_should_be_detected_needs_a_guardrail_that_says_what_it_finds() -> None:
    with pytest.raises(ConfigError, match=r"policies.detected: no guardrail here says what it finds"):
        made(detected={"account": "personal"})
    with pytest.raises(ConfigError, match=r"no guardrail finds 'acount'.*Did you mean 'account'"):
        made(Senses(), detected={"acount": "personal"})
    made(Senses(), detected={"account": "personal", "*": "internal"})


def test_a_declared_level_needs_policies_that_have_it() -> None:
    with pytest.raises(ConfigError, match=r"constraints.sensitivity.*there are no `policies`"):
        scripted_router({"a": []}, constraints={"sensitivity": ["personal"]})
    with pytest.raises(ConfigError, match=r"constraints.sensitivity.0: 'persnal' is no level"):
        made(constraints={"sensitivity": ["persnal"]})


FILE = """\
rules:
  - id: eu
    level: personal
    source: a memo
    permit:
      places: [eu]
"""


def written(folder: Path, **policies: Any) -> str:
    deployment = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "k"}
    path = folder / "interlock.yaml"
    path.write_text(yaml.safe_dump({"deployments": [deployment], "policies": {"rules": [OPEN], **policies}}))
    return str(path)


def test_rules_stand_in_files_too_and_their_order_is_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "b.yaml").write_text(FILE)
    (tmp_path / "rules" / "a.yaml").write_text(FILE.replace("id: eu", "id: another"))
    decisions = []
    for files in (["rules/*.yaml"], ["rules/a.yaml", "rules/b.yaml"], ["rules/b.yaml", "rules/a.yaml"]):
        router = Router.from_config(written(tmp_path, files=files))
        decisions.append(router.decide("hello", constraints={"sensitivity": "personal"}))
        assert router.policies is not None
        assert [each.id for each in router.policies.rules] == ["another", "eu", "open"]
    assert decisions[0] == decisions[1] == decisions[2]
    assert "policy another (a memo)" in decisions[0].excluded["a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("places", "place"), "rules.yaml:6.*rules.0.permit.place.*Did you mean 'places'"),
        (FILE.replace("personal", "persnal"), "rules.yaml:3.*'persnal' is no level"),
        (FILE.replace("id: eu", "id: open"), "rules.yaml:2.*'open' is the id of a rule in .*interlock.yaml"),
        ("", "rules.yaml:1.*expected `rules:`"),
        ("- a\n", "rules.yaml:1.*expected `rules:`"),
        ("rules: []\n", "rules.yaml:1.*the list is empty"),
        ("rules: {\n", "is not readable YAML"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "rules.yaml").write_text(text)
    with pytest.raises(ConfigError, match=told):
        Router.from_config(written(tmp_path, files=["rules.yaml"]))


def test_policies_stand_in_one_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES__DEFAULT", "public")
    with pytest.raises(ConfigError, match=r"policies: stand in environment and in .*interlock.yaml"):
        Router.from_config(path)


def test_another_rule_makes_another_digest(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(FILE)
    path = written(tmp_path, files=["rules.yaml"])
    first = Router.from_config(path).digest
    assert Router.from_config(path).digest == first
    (tmp_path / "rules.yaml").write_text(FILE.replace("[eu]", "[us]"))
    assert Router.from_config(path).digest != first


def test_the_decisions_of_adequacy_are_asked() -> None:
    policies = rule(permit={"transfers": ["adequate"]})
    parts = {"a": {"region": "local"}}
    assert scripted_router({"a": []}, deployments=parts, policies=policies).policies is not None


@pytest.mark.parametrize(
    ("include", "told"),
    [
        (["gdrp"], r"policies.include.gdrp: there is no set of rules.*Did you mean 'gdpr'"),
        ({"gdpr": ["persnal"]}, r"policies.include.gdpr: 'persnal' is no level.*Did you mean 'personal'"),
        (["doj-28cfr202"], "policies.include.doj-28cfr202: no rule permits anything of regulated"),
    ],
)
def test_a_set_that_cannot_be_meant_is_refused(include: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        made(include=include)


def test_every_set_can_be_included_and_says_who_says_so() -> None:
    rules = [OPEN, {"id": "contracts", "level": "regulated", "permit": "any"}]
    policies = made(rules=rules, include=list(rule_sets())).policies
    assert policies is not None
    included = [each for each in policies.rules if each.id not in ("open", "contracts")]
    assert len(included) == sum(len(each.rules) for each in rule_sets().values())
    assert all("https://" in each.source for each in included)
    assert all(date.fromisoformat(each.as_of) for each in rule_sets().values())


@pytest.mark.parametrize(
    ("include", "handling", "denied"),
    [
        ({"gdpr": "internal"}, {"stored": "ch", "agreements": ["dpa"]}, []),
        ({"gdpr": "internal"}, {"stored": "ch"}, ["gdpr-processor"]),
        ({"gdpr": "internal"}, {"stored": "in", "agreements": ["dpa"]}, ["gdpr-transfers"]),
        ({"gdpr": "internal"}, {"stored": "in", "agreements": ["dpa", "scc"]}, []),
        ({"hipaa": "internal"}, {}, ["hipaa-associate"]),
        ({"pci": "internal"}, {"agreements": ["pci"]}, []),
        ({"doj-28cfr202": "internal"}, {"stored": "us", "operator": "us", "parent": "us"}, []),
        (
            {"doj-28cfr202": "internal"},
            {"stored": "us", "operator": "us", "parent": "hk"},
            ["doj-28cfr202-concern"],
        ),
        ({"doj-28cfr202": "internal"}, {"stored": "us", "operator": "us"}, ["doj-28cfr202-concern"]),
    ],
)
def test_a_set_asks_what_is_recorded(include: Any, handling: Any, denied: list[str]) -> None:
    """In the States, or in Switzerland where a transfer is asked about."""
    region = "us" if "doj" in str(include) else "ch"
    there = {"provider": "openai-compatible", "base_url": "https://models.example/v1"}
    part = (
        {"id": "a", "model": "openai/gpt-5.5", "api_key": "k"}
        | there
        | {"region": region, "handling": handling}
    )
    policies = {"default": "internal", "rules": [OPEN], "include": include}
    router = Router.from_config({"deployments": [part], "policies": policies})
    assert sorted(router.permissions("hello").deployments["a"].rules) == denied
