"""What is switched off: never the rules, anything else without a trace-back, and nothing by a slip."""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from interlock import ConfigError, Router
from interlock.assembly import assemble
from interlock.assembly.switches import not_installed
from interlock.plugins import GROUP

INSTALLED = sorted({name for found in entry_points(group=GROUP) for name in (found.name, found.dist.name)})
EVERYTHING = {
    "deployments": [
        {"id": "a", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "k", "region": "us"},
        {"id": "here", "model": "local/smollm2-135m", "provider": "local", "region": "local"},
    ],
    "health": {"shared": "redis://127.0.0.1:1/0"},
}


@pytest.mark.parametrize("name", ["builtins", "interlock"])
def test_the_rules_cannot_be_switched_off(name: str) -> None:
    for config, environ, key in (
        ({"plugins": {"disabled": ["sql", name]}}, {}, "plugins.disabled.1"),
        ({}, {"INTERLOCK_DISABLED_PLUGINS": f"sql, {name}"}, "INTERLOCK_DISABLED_PLUGINS"),
    ):
        with pytest.raises(ConfigError, match="cannot be switched off") as caught:
            assemble(config, environ=environ)
        assert caught.value.key == key


@pytest.mark.parametrize("name", INSTALLED)
@pytest.mark.parametrize("config", [{}, EVERYTHING], ids=["nothing", "everything"])
def test_without_any_other_there_is_a_router_or_one_line(
    name: str, config: dict[str, Any], tmp_path: Path
) -> None:
    records = {"records": f"sqlite:///{tmp_path}/x.db"} if config else {}
    given = config | records | {"plugins": {"disabled": [name]}}
    missed = {
        "sql": "install interlock-sql",
        "redis": "install interlock-redis",
        "local": "there is no model",
    }
    words = missed.get(name.removeprefix("interlock-"))
    if config and words:
        with pytest.raises(ConfigError, match=rf"^[^\n]*{words}[^\n]*$"):
            assemble(given, environ={})
        return
    router = Router(assemble(given, environ={}))
    decision = router.decide("Hello", constraints={"residency": "eu"})
    assert {candidate.region for candidate in decision.shortlist} <= {"local", "eu"}


def test_a_slip_is_refused_and_a_stranger_is_not() -> None:
    for slip, meant in {"opnai": "openai", "interlock-bedrok": "bedrock"}.items():
        with pytest.raises(ConfigError, match="is called") as caught:
            assemble({"plugins": {"disabled": [slip]}}, environ={})
        assert (caught.value.key, caught.value.suggestion) == ("plugins.disabled.0", meant)
    with pytest.raises(ConfigError) as caught:
        assemble({}, environ={"INTERLOCK_DISABLED_PLUGINS": "opnai"})
    assert (caught.value.source, caught.value.key) == ("environment", "INTERLOCK_DISABLED_PLUGINS")
    host = assemble({"plugins": {"disabled": ["zzz-elsewhere", "sql"]}}, environ={}).host
    assert not_installed(host) == ["zzz-elsewhere"]
