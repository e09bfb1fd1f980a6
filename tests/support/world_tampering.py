"""What holds requests back from forbidden deployments, taken out of a router: worlds have to show it."""

from collections.abc import Callable, Iterable

from interlock import Router
from interlock.engine.deciding.exclusions import AllowedTreatment
from world_stage import Stage, Tally
from worlds import make

Tamper = Callable[[Router], None]


def nothing(router: Router) -> None:
    """Leave everything as it is."""


def without_exclusion(router: Router) -> None:
    router.wiring.engine.decider._rules.judge = lambda *arguments, **named: {}


def without_recheck(router: Router) -> None:
    router.wiring.engine.decider.recheck = lambda *arguments: AllowedTreatment("as_is")


def without_both(router: Router) -> None:
    without_exclusion(router)
    without_recheck(router)


def play(stage: Stage, tamper: Tamper, seeds: Iterable[int], *, vandals: bool) -> Tally:
    """What comes of the worlds of some seeds, in routers that were tampered with."""
    tally = Tally()
    for seed in seeds:
        stage.perform(make(seed, vandals=vandals), tamper, tally)
    return tally
