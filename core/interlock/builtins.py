"""What Interlock itself offers, through the same hooks as anyone's."""

from collections.abc import Iterable

from interlock.arbiters.vote import Vote
from interlock.classifiers.heuristics import HeuristicClassifier
from interlock.constraints import BUILTIN
from interlock.hookspecs import hookimpl
from interlock.protocols import Arbiter, Classifier, Constraint, Strategy
from interlock.strategies.fallback import Fallback
from interlock.strategies.panel import PanelStrategy


@hookimpl
def interlock_classifiers() -> Iterable[Classifier]:
    return [HeuristicClassifier()]


@hookimpl
def interlock_constraints() -> Iterable[Constraint]:
    return BUILTIN


@hookimpl
def interlock_strategies() -> Iterable[Strategy]:
    return [Fallback(), PanelStrategy()]


@hookimpl
def interlock_arbiters() -> Iterable[Arbiter]:
    return [Vote()]
