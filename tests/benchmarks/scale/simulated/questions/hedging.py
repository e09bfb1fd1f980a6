"""A late duplicate: what it takes off the slow calls, and what it costs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulated.cluster import World
from simulated.vendors import Outage
from simulated.worlds import FIRST, FLOW, SHARED, played, vendors

SETUPS: Mapping[str, Mapping[str, Any]] = {
    "none": SHARED,
    "as it comes: after 95 %, for 5 %": {**SHARED, "hedge": {}},
    "after 90 %, for 10 %": {**SHARED, "hedge": {"percentile": 0.9, "budget": 0.1}},
    "none, but `timeouts: {first_token: 5, answer: 20}`": {
        **SHARED,
        "timeouts": {"first_token": 5, "answer": 20},
    },
}


def rows(seed: int, scale: float = 1.0) -> Iterator[dict[str, Any]]:
    begins, ends, until = 300 * scale, 480 * scale, 600 * scale
    for silent in (False, True):
        outages = (Outage(begins=begins, ends=ends, how="silent"),) if silent else ()
        for setup, config in SETUPS.items():
            world = World(
                flow=replace(FLOW, day=until),
                seconds=until,
                vendors=vendors(alpha=replace(FIRST[2], outages=outages)),
                config=config,
                seed=seed,
            )
            cluster = played(world)
            found = cluster.tally.between(begins, ends)
            yield {
                "alpha": "silent" if silent else "well",
                "hedge": setup,
                "first token p50 s": round(found.first(0.5), 2),
                "p99": round(found.first(0.99), 1),
                "answer p50 s": round(found.took(0.5), 1),
                "p95": round(found.took(0.95), 1),
                "p99 ": round(found.took(0.99), 1),
                "hedges %": round(100 * found.hedges / found.calls, 1),
                "$ a thousand": round(1_000 * found.cost / found.calls, 2),
                "answered %": round(100 * found.answered, 2),
            }
