"""The wiring itself."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from random import random
from time import monotonic, time
from types import MappingProxyType
from typing import Any

from interlock import builtins
from interlock.assembly.apart import cut_off
from interlock.assembly.budgets import budgeting
from interlock.assembly.cascades import CascadeMaker, cascades
from interlock.assembly.connectors import tool_sources
from interlock.assembly.deployments import DeploymentMaker
from interlock.assembly.detectors import with_detectors
from interlock.assembly.digest import digest
from interlock.assembly.ensembles import EnsembleMaker
from interlock.assembly.guardrails import guards_of
from interlock.assembly.inheriting import inherit
from interlock.assembly.load import spread
from interlock.assembly.naming import (
    check_names,
    naming,
    own_tasks_of,
    strategy_of,
    vendor_check,
    vendors,
)
from interlock.assembly.offers import Offers, collect
from interlock.assembly.opened import opening_facts
from interlock.assembly.options import with_options
from interlock.assembly.places import offers_of
from interlock.assembly.policies import placing, policies_of, sensing_of
from interlock.assembly.recording import keeping, log_writer, store_opener, told_of_persons
from interlock.assembly.routes import learned_of, reranker_of, routes_of
from interlock.assembly.sharing import health_sharing
from interlock.assembly.shipped import EnsembleBook
from interlock.assembly.switches import check_kept, check_meant
from interlock.budgets.books import Books
from interlock.catalog import Catalog
from interlock.catalog.adequacy import adequate_places
from interlock.catalog.deployments import Deployments
from interlock.catalog.names import Names
from interlock.catalog.offers import Offer
from interlock.config import Config, load
from interlock.constraints import Embedders, Evidence
from interlock.engine.arbitration import Arbitrations
from interlock.engine.asking import SubCalls
from interlock.engine.attempting.attempts import Attempts
from interlock.engine.attempting.budgeting import Budgeting
from interlock.engine.attempting.call_log import CallLog, LogObserver
from interlock.engine.attempting.grounds import Grounds
from interlock.engine.attempting.health import HealthObserver, RetryGate
from interlock.engine.attempting.recorder import AttemptObserver, AttemptRecorder
from interlock.engine.attempting.served import ServedModels
from interlock.engine.attempting.shared_budgeting import SharedBudgeting
from interlock.engine.bridge import Bridge
from interlock.engine.checks import Checks
from interlock.engine.deciding.decide import Decider
from interlock.engine.engine import Engine
from interlock.engine.ledger_writer import LedgerWriter
from interlock.engine.limiting import Limiting
from interlock.engine.log_writer import LogWriter
from interlock.engine.panels import Panels
from interlock.engine.record_writer import RecordWriter
from interlock.engine.refining import LocalRefinement, Refinement
from interlock.engine.reranking import Reranking
from interlock.engine.run import Run
from interlock.engine.sharing import Sharing
from interlock.engine.tracing import Tracing, TracingObserver
from interlock.errors import ConfigError
from interlock.health import HealthTracker, RetryBudget
from interlock.health.allowances import Allowances
from interlock.http import HttpClient
from interlock.plugins import PluginHost
from interlock.protocols import Embedder, RandomSource, RecordStore, Reranker
from interlock.records.recent import RecentRecords
from interlock.strategies.fallback import Fallback
from interlock.strategies.hedge import Hedge
from interlock.telemetry import Telemetry
from interlock.toolbox import Toolboxes, ToolSources
from interlock.types.learned import LearnedRoutes
from interlock.types.models import Destination, Timeouts


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """A router's parts."""

    config: Config
    host: PluginHost
    offers: Offers
    catalog: Catalog
    deployments: Deployments
    names: Names
    http: HttpClient
    health: HealthTracker
    retries: RetryBudget
    allowances: Allowances | None
    budgets: Budgeting | None
    books: Books
    engine: Engine
    records: RecentRecords
    writer: RecordWriter | None
    log: LogWriter | None
    bridge: Bridge
    sharing: Sharing | None
    limiting: Limiting | None
    toolboxes: Toolboxes
    ensembles: EnsembleBook
    learned: LearnedRoutes | None

    @cached_property
    def digest(self) -> str:
        """See `Router.digest`."""
        return digest(
            self.config, self.deployments.values(), self.offers, self.engine.decider.policies, self.learned
        )

    @property
    def ledger(self) -> LedgerWriter | None:
        """What takes to the shared ledger what is to be counted there, if budgets are."""
        return self.budgets.writer if isinstance(self.budgets, SharedBudgeting) else None

    @property
    def apart(self) -> dict[str, str]:
        return cut_off(self.config, self.limiting, self.sharing, self.ledger)

    @property
    def vendors(self) -> frozenset[str]:
        """Everything that the rule about denied vendors compares with, in lower case."""
        return vendors(self.catalog, self.offers.seers)

    @property
    def places(self) -> dict[str, tuple[Offer, ...]]:
        """See `Router.places`."""
        return {name: offers_of(provider.facts) for name, provider in self.offers.providers.items()}

    def open_store(self) -> RecordStore | None:
        """See `Router.open_store`."""
        opening = store_opener(self.config, self.offers)
        return None if opening is None else opening()


def assemble(
    source: "str | os.PathLike[str] | Mapping[str, Any] | None" = None,
    *,
    plugins: Iterable[object] = (),
    environ: Mapping[str, str] | None = None,
    clock: Callable[[], float] = monotonic,
    wall: Callable[[], float] = time,
    random: RandomSource = random,
    options: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    former: Wiring | None = None,
) -> Wiring:
    """Wire a router. `environ`, `clock`, which gives health its seconds, `wall`, which gives budgets
    those since the epoch, and `random`, which spreads retries, are for tests to replace. `options` are those
    of another router's offers, whose secrets and files are not looked for again. `former` is the router whose
    place this one takes; nothing of it changes unless this one can be made.

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
    bare = offers.arbiters
    offers = with_detectors(config, with_options(config, offers, host, environ, options))
    catalog = _catalog(config, offers)
    maker = DeploymentMaker(config, catalog, offers, dict(environ))
    deployments = Deployments(maker.make())
    names = naming(config, catalog, deployments, offers, maker)
    own_tasks = own_tasks_of(config, catalog, offers)
    check_names(config, catalog, names, offers, own_tasks)
    learned = learned_of(config, catalog, names, offers, own_tasks)
    reranker = reranker_of(learned, offers)
    strategy = strategy_of(config, offers)
    ensembles = EnsembleMaker(
        config, names, offers, bare=bare, environ=environ, known=options.get("ensembles", {})
    )
    book = EnsembleBook(ensembles)
    rising = CascadeMaker(config, names, offers, known=options.get("cascades", {}))
    rules = rising.rules()
    own = {"ensembles": ensembles.options, "cascades": rising.calibrations}
    offers = replace(offers, options={**offers.options, **own})
    health = HealthTracker(config.health.policy(), clock)
    retry_budget = RetryBudget(config.retries.policy(), clock)
    bridge = Bridge()
    load_spread = spread(config, offers, deployments, health.latencies, clock, bridge=bridge)
    budgets = budgeting(config, names, deployments, wall, offers=offers, bridge=bridge)
    budgeted = [budgets] if budgets else []
    guards = guards_of(config, offers.guardrails)
    check_vendors = vendor_check(catalog, offers.seers)
    policies = policies_of(
        config,
        deployments.values(),
        adequate=adequate_places(datetime.fromtimestamp(wall(), UTC).date()),
        vendors=lambda: vendors(catalog, offers.seers),
    )
    evidence = Evidence(health.misplaced.against, health.misplaced.silent, *placing(policies))
    embedders = Embedders([name for name, each in offers.providers.items() if isinstance(each, Embedder)])
    decider = Decider(
        routes=routes_of(
            config,
            catalog,
            names,
            deployments=deployments,
            learned=learned,
            own_tasks=own_tasks,
            seals=guards is not None and guards.seals,
        ),
        deployments=deployments,
        providers={name: provider.facts for name, provider in offers.providers.items()},
        classifiers=list(offers.classifiers.values()),
        constraints=[*offers.constraints.values(), embedders, evidence, *budgeted],
        defaults=config.constraints.constraints(),
        demands=frozenset(config.demands),
        health=health,
        names=names,
        check_vendors=check_vendors,
        load=load_spread.load,
        allowances=load_spread.allowances,
        policies=policies,
        sensing=sensing_of(config, policies, offers.guardrails),
        reorders=learned.refined.digest if learned and learned.refined else "",
    )
    telemetry = Telemetry(config.tracing.name, environ, tokens=config.tracing.tokens == "attempts")
    tracing = Tracing(telemetry)
    health.listen(tracing.moved)
    http = HttpClient(added=_propagation(config, telemetry), observe=load_spread.observe)
    log = log_writer(
        config,
        offers,
        bridge,
        environ=environ,
        opened=lambda: opening_facts(config, deployments.values(), offers, policies),
    )
    call_log = _call_log(config, offers, log, decider, deployments)
    observers: list[AttemptObserver] = [TracingObserver(), *budgeted, *load_spread.observers]
    if call_log is not None:
        observers.insert(0, LogObserver(call_log))
    observers.append(HealthObserver(health, retry_budget))
    attempts = Attempts(
        decider=decider,
        deployments=deployments,
        providers=offers.providers,
        recorder=AttemptRecorder(host, observers, ServedModels(catalog.cards.values())),
        http=http,
        guards=guards,
        content=config.content.rules(),
        refused=health.refused,
        concurrency=load_spread.concurrency,
        log=call_log,
        ledger=budgets if isinstance(budgets, SharedBudgeting) else None,
    )
    sharing = health_sharing(
        config,
        offers,
        deployments.values(),
        tasks=(*catalog.tasks, *own_tasks),
        book=health,
        bridge=bridge,
        fresh=former is None or former.sharing is None,
    )
    toolboxes = Toolboxes(
        ToolSources(tool_sources(config, offers, host, environ)),
        defaults=config.constraints.constraints(),
        policy=config.tools.policy(),
        http=http,
        tracing=tracing,
        bridge=bridge,
        check_vendors=check_vendors,
        log=call_log,
        policies=policies,
    )
    writer, required, records = keeping(config, offers, bridge)
    classifiers = list(offers.classifiers.values())
    run = Run(attempts, guards)
    sub_calls = SubCalls(run, Fallback(), guards)
    hedged = Hedge(strategy, config.hedge.policy(), health.latencies) if config.hedge else strategy
    engine = Engine(
        decider=decider,
        run=run,
        strategy=hedged,
        local_refinement=LocalRefinement(classifiers),
        refinement=Refinement(classifiers, sub_calls, sealed=guards is not None),
        sub_calls=sub_calls,
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
        log=call_log,
        required=required,
        reranking=_reranking(config, learned, reranker, decider),
        panels=Panels(book, Arbitrations(sub_calls, guards)),
        cascades=cascades(rules, attempts, Checks(sub_calls), strategy=strategy, last=hedged),
    )
    wiring = Wiring(
        config=config,
        host=host,
        offers=offers,
        catalog=catalog,
        deployments=deployments,
        names=names,
        http=http,
        health=health,
        retries=retry_budget,
        allowances=load_spread.allowances,
        budgets=budgets,
        books=_books(budgets, former),
        engine=engine,
        records=records,
        writer=writer,
        log=log,
        bridge=bridge,
        sharing=sharing,
        limiting=load_spread.limiting,
        toolboxes=toolboxes,
        ensembles=book,
        learned=learned,
    )
    if former is not None:
        inherit(wiring, former)
    return wiring


def _books(budgets: Budgeting | None, former: Wiring | None) -> Books:
    """Those of the former, unless what was counted in one place is to be counted in another."""
    own = None if budgets is None else budgets.ledger.shelf
    if former is not None and (own is None or own.shared == former.books.shared):
        return former.books
    return own or Books()


def _catalog(config: Config, offers: Offers) -> Catalog:
    try:
        return Catalog(offers.cards.values()).with_models(config.models.cards, "models", "models.cards")
    except ConfigError as error:
        raise config.error(error.key, error.message, error.suggestion) from None


def _reranking(
    config: Config, learned: LearnedRoutes | None, reranker: Reranker | None, decider: Decider
) -> Reranking | None:
    """Of rows that the configuration's own do not hide."""
    if learned is None or learned.refined is None or reranker is None:
        return None
    tasks = [task for task in learned.routes if task not in config.routes]
    return Reranking(reranker, decider, tasks=tasks, digest=learned.refined.digest)


def _call_log(
    config: Config,
    offers: Offers,
    writer: LogWriter | None,
    decider: Decider,
    deployments: Deployments,
) -> CallLog | None:
    if writer is None or config.log is None:
        return None
    return CallLog(
        writer,
        required=config.log.mode == "required",
        timeout=config.log.timeout,
        grounds=Grounds(decider, deployments),
        personal=told_of_persons(config, offers),
    )


def _propagation(config: Config, telemetry: Telemetry) -> Callable[[Destination], Mapping[str, str]] | None:
    """The headers by which a deployment's server may go on with the trace, if any is to have them."""
    if not config.tracing.propagate:
        return None
    reaches, nothing = config.tracing.reaches, dict[str, str]()
    return lambda destination: telemetry.traceparent() if reaches(destination.id) else nothing
