"""When calls come: a rate that bursts, goes with the hours and is ten times itself for a while."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, tau
from random import Random


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Calls a second, at the mean of a day without flashes.

    Attributes:
        rate: a second, at the mean.
        bursts: how many times the calm rate a burst's is; 1 is a Poisson process. A burst lasts two seconds
            and comes every twenty, at the mean; both times are exponential.
        tides: by what share of itself the rate rises and falls over a `day`.
        day: seconds of one, which is shorter in a simulation.
        flash: from when, until when and how many times the rate more comes; None is no flash.
    """

    rate: float
    bursts: float = 1.0
    tides: float = 0.0
    day: float = 86_400.0
    flash: tuple[float, float, float] | None = None


_BURST, _CALM = 2.0, 18.0


def times(flow: Flow, until: float, random: Random) -> Iterator[float]:
    """The moments at which calls come, in order.

    A Poisson process at the highest rate that there may be, of which each moment is kept with the share that
    the rate has just then.
    """
    calm = flow.rate * (_BURST + _CALM) / (_CALM + _BURST * flow.bursts)
    peak = max(flow.bursts, 1.0) * (1.0 + flow.tides) * (flow.flash[2] if flow.flash else 1.0)
    now, bursting, turns = 0.0, False, random.expovariate(1 / _CALM)
    while (now := now + random.expovariate(calm * peak)) < until:
        while turns < now:
            bursting = not bursting
            turns += random.expovariate(1 / (_BURST if bursting else _CALM))
        level = flow.bursts if bursting else 1.0
        level *= 1.0 - flow.tides * cos(tau * now / flow.day)
        if flow.flash is not None and flow.flash[0] <= now < flow.flash[1]:
            level *= flow.flash[2]
        if random.random() * peak < level:
            yield now
