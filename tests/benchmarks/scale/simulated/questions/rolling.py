"""Every process is replaced, one after another, while the vendor that is asked first is down."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulated.cluster import Cluster, World
from simulated.vendors import Outage
from simulated.worlds import FIRST, FLOW, SHARED, misplaced, played, vendors

SETUPS: Mapping[str, Mapping[str, Any]] = {"health shared": SHARED, "each process on its own": {}}


def rows(seed: int, scale: float = 1.0) -> Iterator[dict[str, Any]]:
    begins, every, until = 120 * scale, 30 * scale, 480 * scale
    for down in (False, True):
        for setup, config in SETUPS.items():
            outage = (Outage(begins=60 * scale, ends=until),) if down else ()
            world = World(
                flow=replace(FLOW, day=until),
                seconds=until,
                vendors=vendors(alpha=replace(FIRST[2], outages=outage)),
                config=config,
                seed=seed,
                events=tuple(
                    (begins + every * number, lambda cluster, number=number: cluster.replace(number))
                    for number in range(8)
                ),
            )
            cluster = played(world)
            found = cluster.tally.between(begins, begins + 8 * every)
            yield {
                "alpha": "down" if down else "well",
                "set up": setup,
                "calls": found.calls,
                "answered %": round(100 * found.answered, 2),
                "p50 s": round(found.took(0.5), 1),
                "p99 s": round(found.took(0.99), 1),
                "attempts that failed": _failed(cluster, begins, begins + 8 * every) if down else 0,
                "drained within s": round(max(cluster.drained), 1),
                "misplaced": misplaced(cluster),
            }


def _failed(cluster: Cluster, begins: float, ends: float) -> int:
    return sum(many for second, many in cluster.vendors["alpha"].asked.items() if begins <= second < ends)
