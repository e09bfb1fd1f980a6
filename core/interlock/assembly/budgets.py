"""From the configuration's budgets to a ledger: every name in them checked."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic

from interlock.assembly.offers import Offers
from interlock.assembly.recording import url_of
from interlock.assembly.schemes import kind_at, tried
from interlock.budgets.books import Books
from interlock.budgets.ledger import Ledger
from interlock.budgets.mirrored import MirroredBook
from interlock.catalog.deployments import Deployments
from interlock.catalog.names import Names
from interlock.config import Config
from interlock.engine.attempting.budgeting import Budgeting
from interlock.engine.attempting.shared_budgeting import SharedBudgeting
from interlock.engine.bridge import Bridge
from interlock.engine.ledger_writer import LedgerWriter
from interlock.errors import RequestError
from interlock.protocols import SharedLedger
from interlock.types.ledgers import LEDGERS, LedgerPlace


def budgeting(
    config: Config,
    names: Names,
    deployments: Deployments,
    clock: Callable[[], float],
    *,
    offers: Offers,
    bridge: Bridge,
) -> Budgeting | None:
    """None without budgets, and without anybody who may tell of some. `clock` gives seconds since the epoch.

    Raises:
        ConfigError: a budget names what no deployment is or serves; or there is no ledger at the URL.
    """
    opening = ledger_opener(config, offers)
    told = tuple(offers.budgets.values())
    if not config.budgets and not told:
        return None
    budgets = []
    for index, part in enumerate(config.budgets):
        covered: set[str] = set()
        for place, name in enumerate(part.deployments):
            ids = _ids(names, name)
            if not ids:
                what = f"{name!r} is neither a deployment nor the model of one."
                raise config.error(
                    f"budgets.{index}.deployments.{place}", what, names.nearest(name, served=True)
                )
            covered |= ids
        budgets.append(part.budget(frozenset(covered)))

    def counted_as(id_: str) -> str:
        """What requests add is counted with the listed deployment of its model, whose id is the model's."""
        return id_ if id_ in deployments.listed else deployments[id_].model

    if opening is None or config.ledger is None:
        return Budgeting(Ledger(budgets, clock, counted_as), deployments, told)
    shelf = Books(partial(MirroredBook, clock=monotonic), shared=True)
    grace = config.ledger.grace if config.ledger.down == "grace" else None
    shared = SharedBudgeting(Ledger(budgets, clock, counted_as, shelf), deployments, told, grace=grace)
    shared.through(LedgerWriter(opening, bridge, hear=shared.hear), bridge)
    return shared


def ledger_opener(config: Config, offers: Offers) -> Callable[[], SharedLedger] | None:
    """Opens the configured ledger, each time anew; None when none is configured.

    Raises:
        ConfigError: no installed plugin knows the scheme, or its plugin cannot use the URL. Neither shows it.
    """
    if (place := config.ledger) is None:
        return None
    kind = kind_at(
        config,
        "ledger.url",
        place.scheme,
        "keeps a ledger in",
        why=offers.quarrel("ledger_schemes", place.scheme),
        kinds=offers.ledger_schemes,
        shipped=LEDGERS,
    )
    call = LedgerPlace(url=url_of(place), folder=config.folder or Path())
    return tried(config, "ledger.url", partial(kind.open, call))


def _ids(names: Names, name: str) -> frozenset[str]:
    try:
        return names.asked(name, keyless=True)[0]
    except RequestError:
        return frozenset()
