"""One tenant comes with ten times as much for two minutes: what the others feel."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulated.arrivals import Flow
from simulated.cluster import World
from simulated.outcomes import Outcome
from simulated.population import Population
from simulated.worlds import FIRST, SECOND, SHARED, THIRD, misplaced, played, vendors

_EACH = {"id": "keys", "requests": 900, "per": "minute", "each": "tenant"}
SETUPS: Mapping[str, Mapping[str, Any]] = {
    "no limits": SHARED,
    "900 requests a minute for each key": {**SHARED, "ledger": "memory://ledger", "budgets": [_EACH]},
}


def rows(seed: int, scale: float = 1.0) -> Iterator[dict[str, Any]]:
    begins, ends, until = 120 * scale, 240 * scale, 360 * scale
    for setup, config in SETUPS.items():
        world = World(
            flow=Flow(rate=20, bursts=2),
            seconds=until,
            vendors=vendors(
                alpha=replace(FIRST[2], requests=1_800),
                beta=replace(SECOND[2], requests=1_800),
                gamma=replace(THIRD[2], requests=900),
            ),
            population=Population(greedy=(begins, ends, 20.0)),
            config=config,
            seed=seed,
        )
        cluster = played(world)
        for who, is_first in (("the first", True), ("the others", False)):

            def told(outcome: Outcome, is_first: bool = is_first) -> bool:
                return begins <= outcome.at < ends and (outcome.tenant == 0) is is_first

            found = cluster.tally.among(told)
            yield {
                "set up": setup,
                "tenant": who,
                "calls": found.calls,
                "answered %": round(100 * found.answered, 1),
                "p50 s": round(found.took(0.5), 1),
                "p99 s": round(found.took(0.99), 1),
                "refused by": ", ".join(sorted(how for how in found.hows if how != "answered")) or "–",
                "misplaced": misplaced(cluster),
            }
