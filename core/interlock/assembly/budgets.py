"""From the configuration's budgets to a ledger: every name in them checked."""

from collections.abc import Callable, Iterable

from interlock.budgets.ledger import Ledger
from interlock.catalog.deployments import Deployments
from interlock.catalog.names import Names
from interlock.config import Config
from interlock.engine.attempting.budgeting import Budgeting
from interlock.errors import RequestError
from interlock.protocols import BudgetSource


def budgeting(
    config: Config,
    names: Names,
    deployments: Deployments,
    clock: Callable[[], float],
    *,
    sources: Iterable[BudgetSource] = (),
) -> Budgeting | None:
    """None without budgets, and without anybody who may tell of some. `clock` gives seconds since the epoch.

    Raises:
        ConfigError: a budget names what no deployment is or serves.
    """
    told = tuple(sources)
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

    return Budgeting(Ledger(budgets, clock, counted_as), deployments, told)


def _ids(names: Names, name: str) -> frozenset[str]:
    try:
        return names.asked(name, keyless=True)[0]
    except RequestError:
        return frozenset()
