"""The vendor that is asked first is down for ten minutes: who is answered, how late, at what cost."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulated.cluster import Cluster, World
from simulated.vendors import Outage
from simulated.worlds import FIRST, FLOW, SECOND, SHARED, THIRD, UNGUARDED, misplaced, played, vendors

HOWS = ("refused", "failing", "silent")
SETUPS: Mapping[str, Mapping[str, Any]] = {
    "health shared": SHARED,
    "each process on its own": {},
    "no breakers, no retry budget": UNGUARDED,
}


def rows(seed: int, scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """With `scale`, all times are shorter."""
    begins, ends, until = 300 * scale, 900 * scale, 1_200 * scale
    for how in HOWS:
        for setup, config in SETUPS.items():
            down = replace(FIRST[2], outages=(Outage(begins=begins, ends=ends, how=how),))
            world = World(
                flow=replace(FLOW, day=until),
                seconds=until,
                vendors=vendors(alpha=down, beta=replace(SECOND[2], at_once=250), gamma=THIRD[2]),
                config=config,
                seed=seed,
            )
            cluster = played(world)
            yield {"alpha is": how, "set up": setup, **_figures(cluster, begins, ends)}


def _figures(cluster: Cluster, begins: float, ends: float) -> dict[str, Any]:
    during = cluster.tally.between(begins, ends)
    before = cluster.tally.between(0, begins)
    alpha = cluster.vendors["alpha"]
    return {
        "calls": during.calls,
        "answered %": round(100 * during.answered, 2),
        "p50 s": round(during.took(0.5), 1),
        "p99 s": round(during.took(0.99), 1),
        "p99 before": round(before.took(0.99), 1),
        "attempts a call": round(during.per_call, 3),
        "at alpha": sum(n for second, n in alpha.asked.items() if begins <= second < ends),
        "back within s": _back(cluster, begins, ends),
        "misplaced": misplaced(cluster),
    }


def _back(cluster: Cluster, begins: float, ends: float) -> int | None:
    """Seconds after the outage's end from which on alpha is asked as before: nine tenths of its share."""
    alpha = cluster.vendors["alpha"].asked
    usual = cluster.tally.between(0, begins)
    share = 0.9 * usual.asked["alpha"] / max(1, usual.calls)
    for late in range(120):
        at = ends + late
        come = cluster.tally.between(at, at + 3).calls
        if come and sum(alpha.get(int(at) + n, 0) for n in range(3)) >= share * come:
            return late
    return None
