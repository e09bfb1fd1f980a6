"""What the plugins of a router offer, each kind by name, the first to claim a name keeping it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from interlock.plugins import PluginHost
from interlock.protocols import (
    Arbiter,
    Classifier,
    Connector,
    Constraint,
    Guardrail,
    Provider,
    SharedHealthKind,
    StoreKind,
    Strategy,
)
from interlock.types.models import ModelCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Everything that was taken, in the order of registration."""

    providers: dict[str, Provider]
    cards: dict[str, ModelCard]
    classifiers: dict[str, Classifier]
    constraints: dict[str, Constraint]
    guardrails: dict[str, Guardrail]
    strategies: dict[str, Strategy]
    arbiters: dict[str, Arbiter]
    connectors: dict[str, Connector]
    stores: dict[str, StoreKind]
    shared_health: dict[str, SharedHealthKind]


def collect(host: PluginHost, builtin_cards: Iterable[str]) -> Offers:
    """Ask every hook once. What cannot be used is in the host's reports."""
    return Offers(
        providers=_providers(host),
        cards=_by_name(host, "interlock_model_cards", ModelCard, "id", taken=set(builtin_cards)),
        classifiers=_by_name(host, "interlock_classifiers", Classifier),
        constraints=_by_name(host, "interlock_constraints", Constraint),
        guardrails=_by_name(host, "interlock_guardrails", Guardrail),
        strategies=_by_name(host, "interlock_strategies", Strategy),
        arbiters=_by_name(host, "interlock_arbiters", Arbiter),
        connectors=_by_name(host, "interlock_connectors", Connector),
        stores=_by_name(host, "interlock_stores", StoreKind),
        shared_health=_by_name(host, "interlock_shared_health", SharedHealthKind),
    )


def _providers(host: PluginHost) -> dict[str, Provider]:
    found: dict[str, Provider] = {}
    for provider in host.offers("interlock_providers", Provider, "facts.name"):
        name = provider.facts.name
        if name in found:
            host.refuse("interlock_providers", name, "another plugin offers this name already")
        else:
            found[name] = provider
    return found


def _by_name(
    host: PluginHost, hook: str, protocol: type, attribute: str = "name", taken: set[str] | None = None
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in host.offers(hook, protocol, attribute):
        name = getattr(item, attribute)
        if name in found or (taken and name in taken):
            host.refuse(hook, str(name), "this name is taken already")
        else:
            found[name] = item
    return found
