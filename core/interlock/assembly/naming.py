"""Every name in the configuration, checked, and what names mean to this router."""

from collections.abc import Callable, Iterable

from interlock.assembly.deployments import DeploymentMaker
from interlock.assembly.offers import Offers
from interlock.assembly.options import CASCADED, HEDGED
from interlock.assembly.requested import RequestedMaker
from interlock.catalog import Catalog
from interlock.catalog.deployments import Deployments
from interlock.catalog.families import load_families
from interlock.catalog.names import Names
from interlock.config import Config
from interlock.engine.cascades import OTHERWISE
from interlock.errors import RequestError
from interlock.protocols import LocalClassifier, Strategy
from interlock.strategies.cascade import CascadeStrategy
from interlock.strategies.hedge import Hedge
from interlock.strategies.panel import PanelStrategy
from interlock.types.connectors import CONNECTORS
from interlock.types.names import nearest
from interlock.types.providers import PROVIDERS

_ALIASES = "models.aliases"


def naming(
    config: Config, catalog: Catalog, deployments: Deployments, offers: Offers, maker: DeploymentMaker
) -> Names:
    """Raises ConfigError for an alias that hides something or leads nowhere."""
    aliases = config.models.aliases
    for alias in aliases:
        hidden = "deployment" if alias in deployments else "model" if alias in catalog.cards else None
        if hidden:
            what = f"{alias!r} is the id of a {hidden}, which an alias would hide."
            raise config.error(f"{_ALIASES}.{alias}", what)
    ends = {alias: config.models.end(alias) for alias in aliases}
    requested = None if config.deployments else RequestedMaker(maker, catalog)
    names = Names(catalog, deployments, ends, requested)
    for alias, name in aliases.items():
        if not names.knows(name):
            raise unknown_model(config, names, offers, name, f"{_ALIASES}.{alias}")
    return names


def own_tasks_of(config: Config, catalog: Catalog, offers: Offers) -> tuple[str, ...]:
    """The tasks beyond the catalog's: those that the configuration names, then those that classifiers have.

    Raises:
        ConfigError: a classifier cannot read its own, or one of them is the catalog's.
    """
    found: dict[str, None] = dict.fromkeys(config.tasks)
    for index, task in enumerate(config.tasks):
        if task in catalog.tasks:
            raise config.error(f"tasks.{index}", f"{task!r} is a task of Interlock's own already.")
    for name, classifier in offers.classifiers.items():
        if not isinstance(classifier, LocalClassifier):
            continue
        key = f"classifiers.{name}"
        try:
            tasks = classifier.own_tasks()
        except ValueError as error:
            raise config.error(key, f"{error}") from None
        for task in tasks:
            if task in catalog.tasks:
                raise config.error(key, f"{task!r} is a task of Interlock's own; give it another name.")
            found[task] = None
    return tuple(found)


def check_names(
    config: Config, catalog: Catalog, names: Names, offers: Offers, own_tasks: Iterable[str] = ()
) -> None:
    """What the configuration refers to exists: tasks, models and deployments. Raises ConfigError."""

    def check(name: str, key: str) -> None:
        if names.listed(name) is None:
            raise unknown_model(config, names, offers, name, key)

    tasks = [*catalog.tasks, *own_tasks]
    for task, models in config.routes.items():
        if task not in tasks:
            what = f"{task!r} is no task; there are {', '.join(tasks)}."
            raise config.error(f"routes.{task}", what, nearest(task, tasks))
        for index, name in enumerate(models):
            check(name, f"routes.{task}.{index}")
    demands = {name for name, row in catalog.tasks.items() if row.demand}
    titles = [*(name for name in tasks if name not in demands), OTHERWISE]
    for title, cascade in config.cascades.items():
        if title not in titles:
            what = f"{title!r} is no task; there are {', '.join(titles)}, the last for all others."
            raise config.error(["cascades", title], what, nearest(title, titles))
        for index, name in enumerate(cascade.steps):
            check(name, f"cascades.{title}.steps.{index}")
        for name in cascade.verifier:
            check(name, f"cascades.{title}.verifier")
    for title, ensemble in config.ensembles.items():
        for index, member in enumerate(ensemble.members):
            check(member.model, f"ensembles.{title}.members.{index}")
        for name in ensemble.arbiter:
            check(name, f"ensembles.{title}.arbiter")
    if not isinstance(config.tracing.propagate, bool):
        ids = names.deployments.listed
        for index, name in enumerate(config.tracing.propagate):
            if name not in ids:
                what = f"there is no deployment {name!r}; there are {', '.join(ids)}."
                raise config.error(f"tracing.propagate.{index}", what, nearest(name, list(ids)))
    known = vendors(catalog, offers.seers)
    for index, name in enumerate(config.constraints.deny_vendors):
        # A stranger may be denied; a name that resembles a known one was meant to be that one.
        if name.lower() not in known and (near := nearest(name, sorted(known))):
            what = f"no vendor is called {name!r}."
            raise config.error(f"constraints.deny_vendors.{index}", what, near)


def strategy_of(config: Config, offers: Offers) -> Strategy:
    """What the configuration's `strategy` names. Raises ConfigError when nobody offers it."""
    if config.strategy == PanelStrategy.name:
        what = f"{PanelStrategy.name} asks an ensemble's members, and is the strategy of every ensemble."
        raise config.error("strategy", what)
    return strategy_named(config, offers, config.strategy, "strategy")


def strategy_named(config: Config, offers: Offers, name: str, key: str) -> Strategy:
    """Raises ConfigError about the key when nobody offers the strategy."""
    # A call of no ensemble has no members, and so no use for the panel.
    known = [each for each in offers.strategies if key != "strategy" or each != PanelStrategy.name]
    if name in offers.strategies:
        return offers.strategies[name]
    if why := offers.quarrel("strategies", name):
        raise config.error(key, f"{why}.")
    if name == Hedge.name:
        raise config.error(key, HEDGED)
    if name == CascadeStrategy.name:
        raise config.error(key, CASCADED)
    near = nearest(name, known)
    way = "" if near else "; `interlock plugins` says what each plugin offers"
    raise config.error(key, f"no strategy is called {name!r}; there are {', '.join(known)}{way}.", near)


def vendors(catalog: Catalog, seers: Iterable[str]) -> frozenset[str]:
    """Everything that the rule about denied vendors compares with, in lower case."""
    cards = catalog.cards.values()
    names = {name.lower() for card in cards for name in (card.id, card.vendor, card.maker)}
    makers = {name.lower() for each in load_families().families for name in (each.id, each.maker)}
    return frozenset({*names, *makers, *map(str.lower, seers), *PROVIDERS, *CONNECTORS})


def vendor_check(catalog: Catalog, seers: Iterable[str]) -> Callable[[Iterable[str]], None]:
    """Refuses a slip of the pen, for a misspelt vendor would see the request after all. A stranger may be
    denied: it cannot see anything.
    """
    known = vendors(catalog, seers)
    names = sorted(known)

    def check(denied: Iterable[str]) -> None:
        for name in denied:
            if name not in known and (near := nearest(name, names)):
                what = f"no vendor is called {name!r}."
                raise RequestError(what, key="constraints.deny_vendors", suggestion=near)

    return check


def unknown_model(config: Config, names: Names, offers: Offers, name: str, key: str) -> Exception:
    if why := offers.quarrel("model_cards", name):
        return config.error(key, f"{why}.")
    near = names.nearest(name)
    way = "" if near else "; `interlock models` lists the models"
    return config.error(key, f"{name!r} is neither a model nor a deployment{way}.", near)
