"""The vendor that is asked first takes three fifths of what comes, and says 429 to the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulated.arrivals import Flow
from simulated.cluster import World
from simulated.worlds import FIRST, SHARED, UNGUARDED, misplaced, played, vendors

LIMIT = 1_400
"""Requests a minute, of some 2,300 that come."""

SETUPS: Mapping[str, Mapping[str, Any]] = {
    "health shared": SHARED,
    "each process on its own": {},
    "three tries at each": UNGUARDED,
}


def rows(seed: int, scale: float = 1.0) -> Iterator[dict[str, Any]]:
    until = 600 * scale
    for setup, config in SETUPS.items():
        world = World(
            flow=Flow(rate=30, bursts=3),
            seconds=until,
            vendors=vendors(alpha=replace(FIRST[2], requests=LIMIT)),
            config=config,
            seed=seed,
        )
        cluster = played(world)
        whole = cluster.tally.between(30 * scale, until)
        alpha = cluster.vendors["alpha"]
        taken = sum(many for second, many in alpha.admitted.items() if 30 * scale <= second < until)
        yield {
            "set up": setup,
            "calls": whole.calls,
            "answered %": round(100 * whole.answered, 2),
            "p50 s": round(whole.took(0.5), 1),
            "p99 s": round(whole.took(0.99), 1),
            "attempts a call": round(whole.per_call, 3),
            "429": alpha.limited,
            "of its limit used %": round(100 * taken / (LIMIT * (until - 30 * scale) / 60), 1),
            "misplaced": misplaced(cluster),
        }
