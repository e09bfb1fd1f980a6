"""The wiring itself."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import random
from time import monotonic, time
from typing import Any

from interlock import builtins
from interlock.assembly.budgets import budgeting
from interlock.assembly.deployments import DeploymentMaker
from interlock.assembly.digest import digest
from interlock.assembly.load import spread
from interlock.assembly.offers import Offers, collect
from interlock.assembly.recording import record_writer
from interlock.assembly.sharing import health_sharing
from interlock.assembly.switches import check_kept, check_meant
from interlock.catalog import Catalog
from interlock.config import Config, load
from interlock.engine.attempting.attempts import Attempts
from interlock.engine.attempting.budgeting import Budgeting
from interlock.engine.attempting.logbook import Logbook, Witness
from interlock.engine.attempting.served import ServedModels
from interlock.engine.attempting.vitals import HealthWitness, RetryGate
from interlock.engine.bridge import Bridge
from interlock.engine.deciding.decide import Decider
from interlock.engine.deciding.routes import Routes
from interlock.engine.guards import Guards
from interlock.engine.records import Ring
from interlock.engine.refining import Refinery
from interlock.engine.runner import Engine
from interlock.engine.sharing import Sharing
from interlock.engine.tracing import Tracing, TracingWitness
from interlock.engine.writer import RecordWriter
from interlock.errors import ConfigError, RequestError
from interlock.health import HealthBook, RetryBudget
from interlock.http import HttpClient
from interlock.plugins import PluginHost
from interlock.protocols import RandomSource, RefiningClassifier
from interlock.strategies.hedge import Hedge
from interlock.telemetry import Telemetry
from interlock.types.models import Deployment, Timeouts
from interlock.types.names import nearest
from interlock.types.providers import PROVIDERS


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """A router's parts."""

    config: Config
    host: PluginHost
    offers: Offers
    catalog: Catalog
    deployments: Mapping[str, Deployment]
    http: HttpClient
    health: HealthBook
    budgets: Budgeting | None
    engine: Engine
    records: Ring
    writer: RecordWriter | None
    bridge: Bridge
    sharing: Sharing | None

    @cached_property
    def digest(self) -> str:
        """See `Router.digest`."""
        return digest(self.config, self.deployments.values(), self.offers.classifiers)

    @property
    def vendors(self) -> frozenset[str]:
        """Everything that the rule about denied vendors compares with, in lower case."""
        return _vendors(self.catalog, self.offers.providers)


def assemble(
    source: "str | os.PathLike[str] | Mapping[str, Any] | None" = None,
    *,
    plugins: Iterable[object] = (),
    environ: Mapping[str, str] | None = None,
    clock: Callable[[], float] = monotonic,
    wall: Callable[[], float] = time,
    random: RandomSource = random,
) -> Wiring:
    """Wire a router. `environ`, `clock`, which gives health its seconds, `wall`, which gives budgets
    those since the epoch, and `random`, which spreads retries, are for tests to replace.

    Raises:
        ConfigError: naming the key, its file and line, and the nearest valid name.
    """
    environ = os.environ if environ is None else environ
    config = load(source, environ)
    check_kept(config, environ)
    host = PluginHost([builtins, *plugins], disabled=config.plugins.disabled, environ=environ)
    check_meant(config, environ, host)
    catalog = Catalog()
    offers = collect(host, catalog.cards)
    offers.check()
    catalog = _catalog(config, offers)
    deployments = DeploymentMaker(config, catalog, offers, environ).make()
    _check_names(config, catalog, deployments, offers)
    health = HealthBook(config.health.policy(), clock)
    retry_budget = RetryBudget(config.retries.policy(), clock)
    load_spread = spread(config, deployments, health.latencies, clock)
    budgets = budgeting(config, catalog.aliases, deployments.values(), wall)
    budgeted = [budgets] if budgets else []
    decider = Decider(
        routes=Routes(catalog, deployments, config.routes),
        deployments=deployments,
        providers={name: provider.facts for name, provider in offers.providers.items()},
        classifiers=list(offers.classifiers.values()),
        constraints=[*offers.constraints.values(), *budgeted],
        defaults=config.constraints.constraints(),
        health=health,
        check_model=_model_check(catalog, deployments),
        check_vendors=_vendor_check(catalog, offers.providers),
        load=load_spread.load,
        allowances=load_spread.allowances,
    )
    guards = Guards(list(offers.guardrails.values()))
    telemetry = Telemetry(config.tracing.name, environ)
    tracing = Tracing(telemetry)
    health.listen(tracing.moved)
    http = HttpClient(added=_propagation(config, telemetry), observe=load_spread.observe)
    witnesses: list[Witness] = [TracingWitness(), *budgeted, *load_spread.witnesses]
    witnesses.append(HealthWitness(health, retry_budget))
    attempts = Attempts(
        decider=decider,
        deployments=deployments,
        providers=offers.providers,
        logbook=Logbook(host, witnesses, ServedModels(catalog.cards.values())),
        http=http,
        guards=guards,
        content=config.content.rules(),
        refused=health.refused,
        slots=load_spread.slots,
    )
    bridge = Bridge()
    sharing = health_sharing(
        config, offers, deployments.values(), tasks=catalog.tasks, book=health, bridge=bridge
    )
    writer = record_writer(config, offers, bridge)
    records = Ring(onward=None if writer is None else writer.put)
    strategy = offers.strategies["fallback"]
    refining = [each for each in offers.classifiers.values() if isinstance(each, RefiningClassifier)]
    engine = Engine(
        decider=decider,
        attempts=attempts,
        strategy=Hedge(strategy, config.hedge.policy(), health.latencies) if config.hedge else strategy,
        refinery=Refinery(refining, attempts, strategy, guards),
        guards=guards,
        host=host,
        records=records,
        tracing=tracing,
        timeouts=config.timeouts.over(Timeouts()),
        retries=config.retries.max,
        retry_gate=RetryGate(health, retry_budget),
        sharing=sharing,
        rescue=config.rescue,
        random=random,
        content=config.content.rules(),
        budgeting=budgets,
    )
    return Wiring(
        config=config,
        host=host,
        offers=offers,
        catalog=catalog,
        deployments=deployments,
        http=http,
        health=health,
        budgets=budgets,
        engine=engine,
        records=records,
        writer=writer,
        bridge=bridge,
        sharing=sharing,
    )


def _catalog(config: Config, offers: Offers) -> Catalog:
    try:
        return Catalog(offers.cards.values()).with_models(config.models, "models")
    except ConfigError as error:
        raise config.error(error.key, error.message, error.suggestion) from None


def _check_names(
    config: Config, catalog: Catalog, deployments: Mapping[str, Deployment], offers: Offers
) -> None:
    """What the configuration refers to exists: tasks, models and deployments."""
    named = [*deployments, *catalog.cards, *catalog.aliases]

    def check(name: str, key: str) -> None:
        if name not in named:
            if why := offers.quarrel("model_cards", name):
                raise config.error(key, f"{why}.")
            near = nearest(name, named)
            way = "" if near else "; `interlock models` lists the models"
            raise config.error(key, f"{name!r} is neither a model nor a deployment{way}.", near)

    for task, names in config.routes.items():
        if task not in catalog.tasks:
            what = f"{task!r} is no task; there are {', '.join(catalog.tasks)}."
            raise config.error(f"routes.{task}", what, nearest(task, catalog.tasks))
        for index, name in enumerate(names):
            check(name, f"routes.{task}.{index}")
    for title, ensemble in config.ensembles.items():
        for index, name in enumerate(ensemble.members):
            check(name, f"ensembles.{title}.members.{index}")
        if ensemble.arbiter:
            check(ensemble.arbiter, f"ensembles.{title}.arbiter")
    if not isinstance(config.tracing.propagate, bool):
        for index, name in enumerate(config.tracing.propagate):
            if name not in deployments:
                what = f"there is no deployment {name!r}; there are {', '.join(deployments)}."
                raise config.error(f"tracing.propagate.{index}", what, nearest(name, list(deployments)))
    vendors = _vendors(catalog, ())
    for index, name in enumerate(config.constraints.deny_vendors):
        # A stranger may be denied; a name that resembles a known one was meant to be that one.
        if name.lower() not in vendors and (near := nearest(name, sorted(vendors))):
            what = f"no vendor is called {name!r}."
            raise config.error(f"constraints.deny_vendors.{index}", what, near)


def _propagation(config: Config, telemetry: Telemetry) -> Callable[[Deployment], Mapping[str, str]] | None:
    """The headers by which a deployment's server may go on with the trace, if any is to have them."""
    if not config.tracing.propagate:
        return None
    reaches, nothing = config.tracing.reaches, dict[str, str]()
    return lambda deployment: telemetry.traceparent() if reaches(deployment.id) else nothing


def _vendors(catalog: Catalog, providers: Iterable[str]) -> frozenset[str]:
    names = {name.lower() for card in catalog.cards.values() for name in (card.id, card.vendor, card.maker)}
    return frozenset({*names, *providers, *PROVIDERS})


def _model_check(catalog: Catalog, deployments: Mapping[str, Deployment]) -> Callable[[str], None]:
    known = {*deployments, *catalog.cards, *catalog.aliases}

    def check(name: str) -> None:
        if name not in known:
            near = nearest(name, sorted(known))
            way = "" if near else "; `interlock models` lists both"
            what = f"there is no model or deployment {name!r}{way}."
            raise RequestError(what, key="model", suggestion=near)

    return check


def _vendor_check(catalog: Catalog, providers: Iterable[str]) -> Callable[[Iterable[str]], None]:
    """Refuses a slip of the pen, for a misspelt vendor would see the request after all. A stranger may be
    denied: it cannot see anything.
    """
    known = _vendors(catalog, providers)
    names = sorted(known)

    def check(denied: Iterable[str]) -> None:
        for name in denied:
            if name not in known and (near := nearest(name, names)):
                what = f"no vendor is called {name!r}."
                raise RequestError(what, key="constraints.deny_vendors", suggestion=near)

    return check
