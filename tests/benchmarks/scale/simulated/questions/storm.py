"""Vendors that answer half of what they are asked with 503: what a call's patience makes of that."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from simulated.cluster import World
from simulated.vendors import Outage
from simulated.worlds import FIRST, FLOW, SECOND, SHARED, THIRD, UNGUARDED, played, vendors


def rows(seed: int, scale: float = 1.0) -> Iterator[dict[str, Any]]:
    begins, ends, until = 120 * scale, 420 * scale, 600 * scale
    for share in (0.5, 1.0):
        for setup, config in (("as it comes", {}), ("health shared", SHARED), ("unguarded", UNGUARDED)):
            ill = (Outage(begins=begins, ends=ends, share=share),)
            world = World(
                flow=replace(FLOW, day=until),
                seconds=until,
                vendors=vendors(
                    alpha=replace(FIRST[2], outages=ill),
                    beta=replace(SECOND[2], outages=ill),
                    gamma=replace(THIRD[2], outages=ill),
                ),
                config=config,
                seed=seed,
            )
            cluster = played(world)
            during = cluster.tally.between(begins + 10, ends - 10)
            yield {
                "all fail": f"{100 * share:g} %",
                "set up": setup,
                "calls": during.calls,
                "answered %": round(100 * during.answered, 1),
                "p50 s": round(during.took(0.5), 1),
                "p99 s": round(during.took(0.99), 1),
                "attempts a call": round(during.per_call, 2),
                "after, answered %": round(100 * cluster.tally.between(ends + 5, until).answered, 2),
            }
