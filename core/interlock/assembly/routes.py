"""Which row of routes a task has: the user's own, else one that was learned, else the catalog's."""

from collections.abc import Iterable, Mapping

from interlock.assembly.offers import Offers
from interlock.catalog import Catalog
from interlock.catalog.names import Names
from interlock.config import Config
from interlock.config.learned import at, read_learned
from interlock.engine.deciding.routes import Routes
from interlock.types.learned import LearnedRoutes
from interlock.types.models import Deployment
from interlock.types.names import nearest


def learned_of(
    config: Config, catalog: Catalog, names: Names, offers: Offers, own_tasks: Iterable[str]
) -> LearnedRoutes | None:
    """None where none are configured.

    Raises:
        ConfigError: the file cannot be used, or names what there is not, with its line.
    """
    if config.learned_routes is None:
        return None
    folder = config.folder
    path = config.learned_routes if folder is None else folder / config.learned_routes
    learned, root = read_learned(path)
    tasks = [*catalog.tasks, *own_tasks]
    for task, models in learned.routes.items():
        if task not in tasks:
            what = f"{task!r} is no task; there are {', '.join(tasks)}."
            raise at(root, learned.where, ["routes", task], what, nearest(task, tasks))
        for index, name in enumerate(models):
            if names.listed(name) is None:
                quarrel = offers.quarrel("model_cards", name)
                what = f"{quarrel}." if quarrel else f"{name!r} is neither a model nor a deployment."
                raise at(
                    root,
                    learned.where,
                    ["routes", task, str(index)],
                    what,
                    None if quarrel else names.nearest(name),
                )
    return learned


def routes_of(
    config: Config,
    catalog: Catalog,
    names: Names,
    *,
    deployments: Mapping[str, Deployment],
    learned: LearnedRoutes | None,
    own_tasks: Iterable[str],
    seals: bool,
) -> Routes:
    """A learned row that the user's own hides is not told of."""
    rows = {**dict.fromkeys(own_tasks, ()), **(learned.routes if learned else {}), **config.routes}
    evidence = learned.evidence if learned else {}
    told = {task: each.sentence for task, each in evidence.items() if task not in config.routes}
    return Routes(catalog, names, deployments, rows, evidence=told, seals=seals)
