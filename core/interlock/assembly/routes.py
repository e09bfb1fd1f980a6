"""Which row of routes a task has: the user's own, else one that was learned, else the catalog's."""

from collections.abc import Iterable, Mapping

from interlock.assembly.offers import Offers
from interlock.catalog import Catalog
from interlock.catalog.names import Names
from interlock.config import Config
from interlock.config.learned import at, read_learned
from interlock.engine.deciding.routes import Routes
from interlock.errors import ConfigError
from interlock.plugins.claims import way_out
from interlock.protocols import Reranker, RerankerCall
from interlock.types.learned import LearnedRoutes
from interlock.types.models import Deployment
from interlock.types.names import nearest
from interlock.types.rerankers import RERANKERS


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


def reranker_of(learned: LearnedRoutes | None, offers: Offers) -> Reranker | None:
    """What puts learned rows in another order; None where nothing does.

    Raises:
        ConfigError: nobody offers it, or it cannot use its file.
    """
    if learned is None or learned.refined is None:
        return None
    refined = learned.refined
    kind = offers.rerankers.get(refined.by)
    if kind is None:
        raise _refused(learned, "by", f"{_absent(refined.by, offers)}.", nearest(refined.by, RERANKERS))
    try:
        return kind.open(RerankerCall(content=refined.content, file=refined.file))
    except ValueError as error:
        raise _refused(learned, "file", f"{refined.file}: {error}") from None


def _absent(name: str, offers: Offers) -> str:
    if quarrel := offers.quarrel("rerankers", name):
        return quarrel
    owner = RERANKERS.get(name)
    if owner is None:
        return f"{name!r} is no reranker; there are {', '.join({**RERANKERS, **offers.rerankers})}"
    return f"nothing offers {name!r}: {way_out(owner, offers.installed.get(owner))}"


def _refused(learned: LearnedRoutes, key: str, message: str, near: str | None = None) -> ConfigError:
    return at(read_learned(learned.where)[1], learned.where, ["refined", key], message, near)


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
