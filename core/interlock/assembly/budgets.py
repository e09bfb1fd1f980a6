"""From the configuration's budgets to a ledger: every name in them checked."""

from collections.abc import Callable, Iterable, Mapping

from interlock.config import Config
from interlock.engine.attempting.budgeting import Budgeting
from interlock.health.budgets import Ledger
from interlock.types.models import Deployment
from interlock.types.names import nearest


def budgeting(
    config: Config, aliases: Mapping[str, str], deployments: Iterable[Deployment], clock: Callable[[], float]
) -> Budgeting | None:
    """None without budgets. `clock` gives seconds since the epoch.

    Raises:
        ConfigError: a budget names what no deployment is or serves.
    """
    if not config.budgets:
        return None
    every = tuple(deployments)
    ids: dict[str, set[str]] = {}
    for deployment in every:
        ids.setdefault(deployment.model, set()).add(deployment.id)
    for alias, model in aliases.items():
        if model in ids:
            ids[alias] = ids[model]
    ids |= {deployment.id: {deployment.id} for deployment in every}
    budgets = []
    for index, part in enumerate(config.budgets):
        covered: set[str] = set()
        for place, name in enumerate(part.deployments):
            if name not in ids:
                what = f"{name!r} is neither a deployment nor the model of one."
                raise config.error(f"budgets.{index}.deployments.{place}", what, nearest(name, ids))
            covered |= ids[name]
        budgets.append(part.budget(frozenset(covered)))
    return Budgeting(Ledger(budgets, clock), every)
