"""The configuration's cascades, with whoever they name."""

from collections.abc import Sequence

from interlock.catalog.names import Names
from interlock.config import CascadeConfig, Config
from interlock.engine.attempting.attempts import Attempts
from interlock.engine.cascades import OTHERWISE, CascadeRules, Cascades
from interlock.engine.ensembles import WiredMember
from interlock.protocols import Strategy
from interlock.strategies.cascade import CascadeStrategy
from interlock.types.names import nearest


def check_tasks(config: Config, tasks: Sequence[str]) -> None:
    """Raises ConfigError for a cascade that is no task's."""
    for name in config.cascades:
        if name != OTHERWISE and name not in tasks:
            what = f"{name!r} is no task; there are {', '.join(tasks)}, and {OTHERWISE} for all others."
            raise config.error(["cascades", name], what, nearest(name, [*tasks, OTHERWISE]))


def cascades(
    config: Config, names: Names, attempts: Attempts, *, strategy: Strategy, last: Strategy
) -> Cascades | None:
    """`strategy` is the one within a step, `last` the one of last steps; None where there is no cascade."""
    if not config.cascades:
        return None
    rules = {name: _rules(names, name, each) for name, each in config.cascades.items()}
    return Cascades(rules, attempts, strategy=CascadeStrategy(strategy, last), plain=last)


def _rules(names: Names, name: str, given: CascadeConfig) -> CascadeRules:
    return CascadeRules(
        name=name,
        steps=tuple(
            WiredMember(name=step, deployments=names.listed(step) or frozenset()) for step in given.steps
        ),
        signal=given.signal,
        threshold=given.threshold,
        absent=given.absent,
        rejected=given.rejected,
        max_cost=given.max_cost,
        max_steps=given.max_steps,
    )
