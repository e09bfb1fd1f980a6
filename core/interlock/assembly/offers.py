"""What the plugins of a router offer, each kind by name, and the names that nobody has."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from interlock.errors import ConfigError
from interlock.plugins import PluginHost
from interlock.plugins.claims import Owner, nobody, settle, settle_schemes, way_out
from interlock.protocols import (
    Arbiter,
    BudgetSource,
    Classifier,
    CommandOffer,
    ConnectorKind,
    Constraint,
    Detector,
    Guardrail,
    IdentitySource,
    LedgerKind,
    LimitsKind,
    LogKind,
    Provider,
    RerankerKind,
    SharedHealthKind,
    StoreKind,
    Strategy,
)
from interlock.types.arbiters import ARBITERS
from interlock.types.classifiers import CLASSIFIERS
from interlock.types.commands import COMMANDS
from interlock.types.connectors import CONNECTORS
from interlock.types.detectors import DETECTORS
from interlock.types.health import HEALTH_SHARES
from interlock.types.ledgers import LEDGERS
from interlock.types.limits import LIMITS
from interlock.types.logs import LOGS
from interlock.types.models import Deployment, ModelCard, Network
from interlock.types.providers import PROVIDERS, distribution_of
from interlock.types.rerankers import RERANKERS
from interlock.types.stores import STORES

# Every request is up to all of these; to go on without one would be to leave a rule out in silence.
ALWAYS = ("classifiers", "constraints", "budgets", "guardrails")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Everything that was taken, in the order of registration; what a URL chooses, by scheme too.

    `contested` maps a kind, and in it a name that nobody has though it is offered, to a sentence that says
    why: several distributions claim it, or options that it needs are not written. `schemas` maps a kind and a
    name to the schema of its options, `options` to what they are for this router.
    `installed` maps the distributions that were found to how their plugins are: ok, failed or blocked.
    """

    providers: dict[str, Provider]
    cards: dict[str, ModelCard]
    classifiers: dict[str, Classifier]
    constraints: dict[str, Constraint]
    budgets: dict[str, BudgetSource]
    detectors: dict[str, Detector]
    guardrails: dict[str, Guardrail]
    rerankers: dict[str, RerankerKind]
    strategies: dict[str, Strategy]
    arbiters: dict[str, Arbiter]
    connectors: dict[str, ConnectorKind]
    stores: dict[str, StoreKind]
    logs: dict[str, LogKind]
    shared_health: dict[str, SharedHealthKind]
    ledgers: dict[str, LedgerKind]
    limits: dict[str, LimitsKind]
    identities: dict[str, IdentitySource]
    commands: dict[str, CommandOffer]
    store_schemes: dict[str, StoreKind]
    log_schemes: dict[str, LogKind]
    health_schemes: dict[str, SharedHealthKind]
    ledger_schemes: dict[str, LedgerKind]
    limit_schemes: dict[str, LimitsKind]
    contested: dict[str, dict[str, str]] = field(default_factory=dict)
    installed: dict[str, str] = field(default_factory=dict)
    schemas: dict[str, dict[str, type]] = field(default_factory=dict)
    options: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    def quarrel(self, kind: str, name: str) -> str | None:
        """Why nobody has a name of this kind that is offered."""
        return self.contested.get(kind, {}).get(name)

    @property
    def seers(self) -> frozenset[str]:
        """The names of whoever may see a request or a tool's call, as `deny_vendors` may name them."""
        kinds = {name for own, kind in self.connectors.items() for name in (own, *kind.facts.vendors)}
        return frozenset({*self.providers, *kinds})

    def networks(self, deployments: Iterable[Deployment]) -> Collection[Network]:
        """Through which these are asked, but for those that work in this process or are asked by nobody."""
        known = ((place, self.providers.get(place.provider)) for place in deployments)
        return {place.network: None for place, kind in known if kind and not kind.facts.in_process}

    def absent(self, provider: str, key: str | None) -> str:
        """Why nobody serves a provider, and the way out; `key` is the variable that holds its key."""
        if why := self.quarrel("providers", provider):
            return why
        distribution = distribution_of(provider)
        state = self.installed.get(distribution)
        why = f"{key} is set" if key and state is None else "no plugin offers its provider"
        return f"{why}: {way_out(distribution, state)}"

    def check(self) -> None:
        """Raises ConfigError when several distributions claim a name of what every request is up to."""
        for kind in ALWAYS:
            for sentence in self.contested[kind].values():
                raise ConfigError(f"of {kind}, {sentence}.", key="plugins")


def collect(host: PluginHost, builtin_cards: Iterable[str]) -> Offers:
    """Ask every hook once. What cannot be used is in the host's reports."""
    found: dict[str, dict[str, Any]] = {}
    contested: dict[str, dict[str, str]] = {}

    def ask(
        kind: str, protocol: type, attribute: str = "name", owner: Owner = nobody, taken: Iterable[str] = ()
    ) -> None:
        hook = f"interlock_{kind}"
        claims = host.claims(hook, protocol, attribute)
        found[kind], contested[kind] = settle(host, hook, claims, owner, frozenset(taken))

    def ask_by_scheme(kind: str, protocol: type, schemes: str, owners: Any) -> None:
        hook = f"interlock_{kind}"
        claims = host.claims(hook, protocol)
        found[kind], contested[kind] = settle(host, hook, claims)
        kept = [claim for claim in claims if found[kind].get(claim.name) is claim.item]
        found[schemes], contested[schemes] = settle_schemes(host, hook, kept, owners)

    ask("providers", Provider, "facts.name", PROVIDERS.get)
    ask("model_cards", ModelCard, "id", taken=builtin_cards)
    ask("classifiers", Classifier, owner=CLASSIFIERS.get)
    ask("constraints", Constraint)
    ask("budgets", BudgetSource)
    ask("detectors", Detector, owner=DETECTORS.get)
    ask("guardrails", Guardrail)
    ask("rerankers", RerankerKind, owner=RERANKERS.get)
    ask("strategies", Strategy)
    ask("arbiters", Arbiter, owner=ARBITERS.get)
    ask("connectors", ConnectorKind, owner=CONNECTORS.get)
    ask_by_scheme("stores", StoreKind, "store_schemes", STORES)
    ask_by_scheme("logs", LogKind, "log_schemes", LOGS)
    ask_by_scheme("shared_health", SharedHealthKind, "health_schemes", HEALTH_SHARES)
    ask_by_scheme("ledgers", LedgerKind, "ledger_schemes", LEDGERS)
    ask_by_scheme("limits", LimitsKind, "limit_schemes", LIMITS)
    ask("identities", IdentitySource)
    ask("commands", CommandOffer, owner=COMMANDS.get)
    installed = {report.distribution: report.status for report in host.reports if report.installed}
    schemas = {
        kind: {name: item.options for name, item in items.items() if isinstance(_options(item), type)}
        for kind, items in found.items()
    }
    return Offers(
        cards=found.pop("model_cards"), contested=contested, installed=installed, schemas=schemas, **found
    )


def _options(item: object) -> object:
    return getattr(item, "options", None)
