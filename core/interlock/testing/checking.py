"""What an installed distribution offers, put through the kits."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distribution, entry_points
from operator import attrgetter
from types import ModuleType
from typing import Any

from interlock import builtins
from interlock.errors import RequestError
from interlock.plugins import GROUP, PluginHost
from interlock.protocols import (
    Arbiter,
    BudgetSource,
    Classifier,
    CommandOffer,
    Configurable,
    ConnectorKind,
    Constraint,
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
from interlock.testing.arbiter_rules import ArbiterConformance
from interlock.testing.bare import (
    BareArbiter,
    BareClassifier,
    BareCommand,
    BareConnector,
    BareGuardrail,
    BareLedger,
    BareLimits,
    BareLog,
    BareOptions,
    BareProvider,
    BareSharedHealth,
    BareStore,
)
from interlock.testing.classifier_rules import ClassifierConformance
from interlock.testing.command_rules import CommandConformance
from interlock.testing.connector_rules import ConnectorConformance
from interlock.testing.guardrail_rules import GuardrailConformance
from interlock.testing.health_rules import SharedHealthConformance
from interlock.testing.ledger_rules import LedgerConformance
from interlock.testing.limits_rules import LimitsConformance
from interlock.testing.log_rules import LogConformance
from interlock.testing.options_rules import OptionsConformance, with_defaults
from interlock.testing.provider_rules import ProviderConformance
from interlock.testing.rules import Conformance
from interlock.testing.running import Examined, RuleResult, run_rules
from interlock.testing.store_rules import StoreConformance
from interlock.types.names import nearest

CONFORMANCE = "interlock.conformance"
CORE = "interlock"

Begin = Callable[[str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object that plugins offer. `subject` is where a shipped kit says which one it tests."""

    name: str
    hook: str
    protocol: type
    kit: type[Conformance]
    bare: Callable[[Any], Conformance]
    subject: str
    label: str = "name"


KINDS = (
    Kind(
        name="provider",
        hook="interlock_providers",
        protocol=Provider,
        kit=ProviderConformance,
        bare=BareProvider,
        subject="provider.facts.name",
        label="facts.name",
    ),
    Kind(
        name="classifier",
        hook="interlock_classifiers",
        protocol=Classifier,
        kit=ClassifierConformance,
        bare=BareClassifier,
        subject="classifier.name",
    ),
    Kind(
        name="guardrail",
        hook="interlock_guardrails",
        protocol=Guardrail,
        kit=GuardrailConformance,
        bare=BareGuardrail,
        subject="guardrail.name",
    ),
    Kind(
        name="arbiter",
        hook="interlock_arbiters",
        protocol=Arbiter,
        kit=ArbiterConformance,
        bare=BareArbiter,
        subject="arbiter.name",
    ),
    Kind(
        name="connector",
        hook="interlock_connectors",
        protocol=ConnectorKind,
        kit=ConnectorConformance,
        bare=BareConnector,
        subject="kind.name",
    ),
    Kind(
        name="store",
        hook="interlock_stores",
        protocol=StoreKind,
        kit=StoreConformance,
        bare=BareStore,
        subject="kind.name",
    ),
    Kind(
        name="log",
        hook="interlock_logs",
        protocol=LogKind,
        kit=LogConformance,
        bare=BareLog,
        subject="kind.name",
    ),
    Kind(
        name="shared health",
        hook="interlock_shared_health",
        protocol=SharedHealthKind,
        kit=SharedHealthConformance,
        bare=BareSharedHealth,
        subject="kind.name",
    ),
    Kind(
        name="ledger",
        hook="interlock_ledgers",
        protocol=LedgerKind,
        kit=LedgerConformance,
        bare=BareLedger,
        subject="kind.name",
    ),
    Kind(
        name="limits",
        hook="interlock_limits",
        protocol=LimitsKind,
        kit=LimitsConformance,
        bare=BareLimits,
        subject="kind.name",
    ),
    Kind(
        name="command",
        hook="interlock_commands",
        protocol=CommandOffer,
        kit=CommandConformance,
        bare=BareCommand,
        subject="command.name",
    ),
)
_OPTIONS = Kind(
    name="options",
    hook="",  # of whatever takes some
    protocol=Configurable,
    kit=OptionsConformance,
    bare=BareOptions,
    subject="offer.name",
)
_UNCONFIGURED = RuleResult(
    rule="works with its options", result="left out", reason="not run: nobody said what its options are"
)
_WITHOUT_KIT = (
    ("constraint", "interlock_constraints", Constraint),
    ("budget source", "interlock_budgets", BudgetSource),
    ("identity source", "interlock_identities", IdentitySource),
    ("reranker", "interlock_rerankers", RerankerKind),
    ("strategy", "interlock_strategies", Strategy),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found.

    Attributes:
        kit_version: of Interlock, whose part the kits are.
        failures: what could not be loaded or used, in sentences.
        uncovered: what is offered and has no kit, by kind.
    """

    distribution: str
    version: str
    kit_version: str
    examined: Sequence[Examined]
    failures: Sequence[str] = ()
    uncovered: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.failures and not any(each.failed for each in self.examined)


def check(name: str, begin: Begin = lambda *_: None) -> Report:
    """Run the right kit against everything that the distribution `name` offers.

    `begin` is told the kind and name of each object before its kit runs, which may take seconds.

    Raises:
        RequestError: there is no such plugin.
    """
    found = _find(name)
    host = PluginHost(discover=False, environ={})
    failures: list[str] = []
    if found.name == CORE:
        host.register(builtins)
    for plugin in _loaded(found, GROUP, failures):
        host.register(plugin)
    kits = list(_kits(_loaded(found, CONFORMANCE, failures), failures))
    examined: list[Examined] = []
    configurable: list[Any] = []
    for kind in KINDS:
        offers = host.offers(kind.hook, kind.protocol, kind.label)
        configurable += [offer for offer in offers if isinstance(offer, Configurable)]
        examined.extend(_examine(kind, offers, kits, begin))
    uncovered = {}
    for name_of_kind, hook, protocol in _WITHOUT_KIT:
        offers = host.offers(hook, protocol)
        configurable += [offer for offer in offers if isinstance(offer, Configurable)]
        uncovered[name_of_kind] = [offer.name for offer in offers]
    examined.extend(_examine(_OPTIONS, configurable, kits, begin))
    failures.extend(failure for report in host.reports for failure in report.failures)
    return Report(
        distribution=found.name,
        version=found.version,
        kit_version=distribution(CORE).version,
        examined=examined,
        failures=failures,
        uncovered={kind: names for kind, names in uncovered.items() if names},
    )


def _find(name: str) -> Distribution:
    plugins = {point.dist.name: point for point in entry_points(group=GROUP) if point.dist is not None}
    for known in (*plugins, CORE):
        if _canonical(known) == _canonical(name):
            return distribution(known)
    near = next((known for known, point in plugins.items() if point.name == name), None)
    guess = near or nearest(_canonical(name), (*plugins, CORE))
    raise RequestError(
        f"no plugin is installed as {name!r}; there are {', '.join(sorted((*plugins, CORE)))}.",
        key="DISTRIBUTION",
        suggestion=guess,
    )


def _canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _loaded(found: Distribution, group: str, failures: list[str]) -> Iterable[object]:
    for point in found.entry_points.select(group=group):
        try:
            yield point.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - importing runs a stranger's code
            failures.append(f"{group}: {point.value} could not be imported: {type(error).__name__}: {error}")


def _kits(shipped: Iterable[object], failures: list[str]) -> Iterable[type[Conformance]]:
    """Kits out of classes, lists of classes, and modules with classes; a module's `KITS` come first."""
    for item in shipped:
        if isinstance(item, ModuleType):
            own = [
                value for value in vars(item).values() if _is_kit(value) and value.__module__ == item.__name__
            ]
            classes: Iterable[Any] = getattr(item, "KITS", own)
        else:
            classes = [item] if isinstance(item, type) or not isinstance(item, Iterable) else item
        for kit in classes:
            if _is_kit(kit):
                yield kit
            else:
                failures.append(f"{CONFORMANCE}: {kit!r} is no conformance class")


def _is_kit(value: object) -> bool:
    return isinstance(value, type) and any(
        issubclass(value, kind.kit) and value is not kind.kit for kind in (*KINDS, _OPTIONS)
    )


def _examine(
    kind: Kind, offers: Iterable[Any], kits: Iterable[type[Conformance]], begin: Begin
) -> Iterable[Examined]:
    shipped: dict[str, list[type[Conformance]]] = {}
    for kit in kits:
        if issubclass(kit, kind.kit):
            shipped.setdefault(_subject(kind, kit), []).append(kit)
    for offer in offers:
        name = str(attrgetter(kind.label)(offer))
        begin(kind.name, name)
        own = shipped.pop(name, None)
        ready = offer if own or kind is _OPTIONS else with_defaults(offer)
        if ready is None:
            yield Examined(kind=kind.name, name=name, kit=kind.kit.__name__, findings=(_UNCONFIGURED,))
            continue
        for instance in (kind.bare(ready),) if own is None else (kit() for kit in own):
            yield Examined(
                kind=kind.name, name=name, kit=_title(kind, instance), findings=run_rules(instance)
            )
    for name, strays in shipped.items():
        reason = f"the plugin offers no {kind.name} {name!r}, for which it ships a kit"
        missing = RuleResult(rule="is offered", result="failed", reason=reason)
        for kit in strays:
            yield Examined(kind=kind.name, name=name, kit=kit.__name__, findings=(missing,))


def _subject(kind: Kind, kit: type[Conformance]) -> str:
    try:
        return str(attrgetter(kind.subject)(kit))
    except AttributeError:
        return ""


def _title(kind: Kind, kit: Conformance) -> str:
    return kind.kit.__name__ if type(kit).__module__ == BareStore.__module__ else type(kit).__name__
