"""Who has a name: its distribution, else the only one that offers it; never whoever comes first."""

from collections.abc import Callable
from typing import Any

import pytest

from interlock import ConfigError, Router, hookimpl
from interlock.assembly import assemble
from interlock.plugins import PluginReport
from interlock.testing import ScriptedProvider, scripted_router

Publish = Callable[..., None]
PROVIDER = """
from interlock import hookimpl
from interlock.testing import ScriptedProvider
@hookimpl
def interlock_providers():
    return [ScriptedProvider(["I have your prompt."], {name!r})]
"""
OFFERS = """
from interlock import ModelCard, hookimpl
class Offer:
    api = 1
    name = "quill"
    schemes = ({scheme!r},)
    def classify(self, call): ...
    def check(self, call): ...
    phases = frozenset(["request"])
    def inspect(self, call): ...
    def open(self, call): ...
@hookimpl
def interlock_{kind}():
    return [{offer}]
"""
OPENAI = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "k"}
QUILL = {
    "id": "q",
    "model": "openai/gpt-5.5",
    "provider": "quill",
    "region": "eu",
    "base_url": "https://q.example",
}


def offering(kind: str, offer: str = "Offer()", scheme: str = "pile") -> str:
    return OFFERS.format(kind=kind, offer=offer, scheme=scheme)


def wire(**config: Any) -> Any:
    return assemble({"deployments": [OPENAI]} | config, environ={})


def reports(wiring: Any) -> dict[str, PluginReport]:
    return {report.name: report for report in wiring.host.reports}


@pytest.mark.parametrize("name", ["openai", "ollama", "anthropic", "bedrock", "local"])
def test_a_known_provider_is_offered_by_its_own_distribution_alone(name: str, publish: Publish) -> None:
    publish("aaa_helper", PROVIDER.format(name=name))
    wiring = wire()
    assert not isinstance(wiring.offers.providers[name], ScriptedProvider)
    report = reports(wiring)["aaa_helper"]
    assert report.status == "failed"
    assert f"offered {name!r}: this name belongs to interlock-" in report.failures[0]
    assert [each for each in wiring.host.reports if each.failures] == [report]


def test_nor_is_it_offered_by_another_while_its_own_is_away(publish: Publish) -> None:
    publish("aaa_helper", PROVIDER.format(name="openai"))
    wiring = wire(deployments=[OPENAI | {"region": "us"}], plugins={"disabled": ["openai"]})
    assert "openai" not in wiring.offers.providers
    assert "no plugin offers its provider" in Router(wiring).decide("x").excluded["a"]


def test_two_that_claim_one_name_are_named_where_it_is_used(publish: Publish) -> None:
    publish("dup", PROVIDER.format(name="quill"))
    publish("quill", PROVIDER.format(name="quill"))
    wiring = wire()
    assert "quill" not in wiring.offers.providers
    assert {name for name, each in reports(wiring).items() if each.failures} == {"dup", "quill"}
    with pytest.raises(ConfigError) as caught:
        wire(deployments=[QUILL])
    assert caught.value.key == "deployments.0.provider"
    for word in ("interlock-dup", "interlock-quill", "plugins: {disabled: [interlock-dup]}"):
        assert word in caught.value.message
    chosen = wire(deployments=[QUILL], plugins={"disabled": ["interlock-dup"]})
    assert Router(chosen).decide("x").shortlist


def test_what_the_user_gives_in_code_goes_before_what_is_installed(publish: Publish) -> None:
    publish("quill", PROVIDER.format(name="quill"))
    mine = ScriptedProvider([], "quill")
    router = scripted_router({"quill": mine})
    assert router.wiring.offers.providers["quill"] is mine


@pytest.mark.parametrize("kind", ["classifiers", "constraints", "guardrails"])
def test_what_every_request_is_up_to_is_never_left_out_in_silence(kind: str, publish: Publish) -> None:
    for name in ("one", "two"):
        publish(name, offering(kind))
    with pytest.raises(
        ConfigError, match=f"of {kind}, 'quill' is offered by interlock-one and by interlock-two"
    ):
        wire()
    assert getattr(wire(plugins={"disabled": ["one"]}).offers, kind)["quill"]


@pytest.mark.parametrize("kind", ["classifiers", "constraints", "strategies"])
def test_what_is_built_in_is_replaced_by_nobody(kind: str, publish: Publish) -> None:
    ours = getattr(wire().offers, kind)
    name = next(iter(ours))
    publish("aaa_helper", offering(kind).replace('"quill"', repr(name)).replace("def open", "def run"))
    wiring = wire()
    assert type(getattr(wiring.offers, kind)[name]).__module__.startswith("interlock.")
    assert "offers this name already" in reports(wiring)["aaa_helper"].failures[0]


def test_two_cards_of_one_model_are_named_where_it_is_used(publish: Publish) -> None:
    card = 'ModelCard(id="acme/quill", maker="Acme", jurisdiction="us")'
    for name in ("one", "two"):
        publish(name, offering("model_cards", card))
    assert "acme/quill" not in wire().catalog.cards
    for config, key in (
        ({"deployments": [OPENAI | {"model": "acme/quill", "region": "us"}]}, "deployments.0.model"),
        ({"routes": {"creative_content": ["acme/quill"]}}, "routes.creative_content.0"),
    ):
        with pytest.raises(ConfigError, match="offered by interlock-one and by interlock-two") as caught:
            wire(**config)
        assert caught.value.key == key
    own = {"id": "acme/quill", "maker": "Acme", "jurisdiction": "fr"}
    assert wire(models=[own]).catalog.cards["acme/quill"].jurisdiction == "fr"


@pytest.mark.parametrize(
    ("kind", "known", "given"),
    [
        ("stores", "sqlite", {"records": "{scheme}:///x.db"}),
        ("logs", "sqlite", {"log": "{scheme}:///x.db"}),
        ("shared_health", "redis", {"health": {"shared": "{scheme}://127.0.0.1:1/0"}}),
        ("ledgers", "redis", {"ledger": "{scheme}://127.0.0.1:1/0"}),
        ("ledgers", "sqlite", {"ledger": "{scheme}:///x.db"}),
        ("limits", "redis", {"limits": "{scheme}://127.0.0.1:1/0"}),
        ("limits", "sqlite", {"limits": "{scheme}:///x.db"}),
    ],
)
def test_a_scheme_has_one_owner(kind: str, known: str, given: dict[str, Any], publish: Publish) -> None:
    def config(scheme: str) -> dict[str, Any]:
        return {
            key: value.format(scheme=scheme)
            if isinstance(value, str)
            else {name: text.format(scheme=scheme) for name, text in value.items()}
            for key, value in given.items()
        }

    publish("aaa_helper", offering(kind, scheme=known))
    wiring = wire()
    offers = wiring.offers
    schemes = {
        "stores": offers.store_schemes,
        "logs": offers.log_schemes,
        "shared_health": offers.health_schemes,
        "ledgers": offers.ledger_schemes,
        "limits": offers.limit_schemes,
    }[kind]
    assert type(schemes[known]).__module__.startswith("interlock_")
    assert f"{known}: belongs to interlock-" in reports(wiring)["aaa_helper"].failures[0]
    for name in ("one", "two"):
        publish(name, offering(kind).replace('"quill"', repr(name)))
    with pytest.raises(ConfigError, match="'pile' is offered by interlock-one and by interlock-two"):
        wire(**config("pile"))


def test_offering_one_name_twice_keeps_the_first() -> None:
    first, second = ScriptedProvider([], "same"), ScriptedProvider([], "same")

    class Both:
        @hookimpl
        def interlock_providers(self) -> Any:
            return [first, second]

    wiring = assemble({"deployments": [OPENAI]}, plugins=[Both()], environ={})
    assert wiring.offers.providers["same"] is first
    assert "offers this name already" in reports(wiring)["Both"].failures[0]
