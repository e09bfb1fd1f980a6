"""The wiring itself."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import random
from time import monotonic
from typing import Any

from interlock import builtins
from interlock.assembly.deployments import DeploymentMaker
from interlock.assembly.digest import digest
from interlock.assembly.offers import Offers, collect
from interlock.catalog import Catalog
from interlock.config import Config, load
from interlock.engine.attempts import Attempts
from interlock.engine.bridge import Bridge
from interlock.engine.decide import Decider
from interlock.engine.guards import Guards
from interlock.engine.logbook import HealthWitness, Logbook
from interlock.engine.records import Ring
from interlock.engine.refining import Refinery
from interlock.engine.rescue import MODES
from interlock.engine.routes import Routes
from interlock.engine.runner import Engine
from interlock.errors import ConfigError, RequestError
from interlock.health import HealthBook, HealthPolicy
from interlock.http import HttpClient, redacting_logger
from interlock.plugins import PluginHost
from interlock.protocols import RandomSource, RefiningClassifier
from interlock.types.models import Deployment, Timeouts
from interlock.types.names import nearest
from interlock.types.providers import PROVIDERS

_log = redacting_logger("interlock.assembly")


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
    engine: Engine
    records: Ring
    bridge: Bridge = field(default_factory=Bridge)

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
    random: RandomSource = random,
) -> Wiring:
    """Wire a router. `environ`, `clock`, which gives health its seconds, and `random`, which spreads
    retries, are for tests to replace.

    Raises:
        ConfigError: naming the key, its file and line, and the nearest valid name.
    """
    environ = os.environ if environ is None else environ
    config = load(source, environ)
    host = PluginHost([builtins, *plugins], disabled=config.plugins.disabled, environ=environ)
    catalog = Catalog()
    offers = collect(host, catalog.cards)
    catalog = _catalog(config, offers)
    deployments = DeploymentMaker(config, catalog, offers.providers, environ).make()
    _check_names(config, catalog, deployments)
    health = HealthBook(
        HealthPolicy(
            error_rate=config.health.error_rate, window=config.health.window, cooldown=config.health.cooldown
        ),
        clock,
    )
    decider = Decider(
        routes=Routes(catalog, deployments, config.routes),
        deployments=deployments,
        providers={name: provider.facts for name, provider in offers.providers.items()},
        classifiers=list(offers.classifiers.values()),
        constraints=list(offers.constraints.values()),
        defaults=config.constraints.constraints(),
        health=health,
        check_model=_model_check(catalog, deployments),
    )
    guards = Guards(list(offers.guardrails.values()))
    http = HttpClient()
    attempts = Attempts(
        decider=decider,
        deployments=deployments,
        providers=offers.providers,
        logbook=Logbook(host, [HealthWitness(health)]),
        http=http,
        guards=guards,
    )
    records = Ring()
    strategy = offers.strategies["fallback"]
    refining = [each for each in offers.classifiers.values() if isinstance(each, RefiningClassifier)]
    engine = Engine(
        decider=decider,
        attempts=attempts,
        strategy=strategy,
        refinery=Refinery(refining, attempts, strategy),
        guards=guards,
        host=host,
        records=records,
        timeouts=config.timeouts.over(Timeouts()),
        retries=config.retries.max,
        rescue=config.rescue,
        random=random,
    )
    return Wiring(
        config=config,
        host=host,
        offers=offers,
        catalog=catalog,
        deployments=deployments,
        http=http,
        health=health,
        engine=engine,
        records=records,
    )


def _catalog(config: Config, offers: Offers) -> Catalog:
    try:
        return Catalog(offers.cards.values()).with_models(config.models, "models")
    except ConfigError as error:
        raise config.error(error.key, error.message, error.suggestion) from None


def _check_names(config: Config, catalog: Catalog, deployments: Mapping[str, Deployment]) -> None:
    """What the configuration refers to exists: tasks, models and deployments, ways to rescue, a store."""
    named = [*deployments, *catalog.cards, *catalog.aliases]

    def check(name: str, key: str) -> None:
        if name not in named:
            what = f"{name!r} is neither a model nor a deployment."
            raise config.error(key, what, nearest(name, named))

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
    vendors = _vendors(catalog, ())
    for index, name in enumerate(config.constraints.deny_vendors):
        # A stranger may be denied; a name that resembles a known one was meant to be that one.
        if name.lower() not in vendors and (near := nearest(name, sorted(vendors))):
            what = f"no vendor is called {name!r}."
            raise config.error(f"constraints.deny_vendors.{index}", what, near)
    if config.rescue not in MODES:
        what = (
            f"this version knows {', '.join(MODES)}; no card says yet that its model goes on from a prefill."
        )
        raise config.error("rescue", what)
    if config.records:
        _log.warning("records: no installed plugin keeps records there; they are kept in memory alone")


def _vendors(catalog: Catalog, providers: Iterable[str]) -> frozenset[str]:
    names = {name.lower() for card in catalog.cards.values() for name in (card.id, card.vendor, card.maker)}
    return frozenset({*names, *providers, *PROVIDERS})


def _model_check(catalog: Catalog, deployments: Mapping[str, Deployment]) -> Callable[[str], None]:
    known = {*deployments, *catalog.cards, *catalog.aliases}

    def check(name: str) -> None:
        if name not in known:
            raise RequestError(
                f"there is no model or deployment {name!r}.",
                key="model",
                suggestion=nearest(name, sorted(known)),
            )

    return check
