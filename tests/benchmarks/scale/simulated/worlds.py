"""The world that most questions begin with: three vendors, the second of which may have nothing European."""

from collections.abc import Mapping
from typing import Any

from simulated.arrivals import Flow
from simulated.clockwork import Clock, run
from simulated.cluster import Cluster, World
from simulated.vendors import Manner

FLOW = Flow(rate=30, bursts=3, tides=0.3, day=1_200)
"""Arrivals: 39 calls a second with those of agents, in bursts, on the tide of a day of twenty minutes."""

FIRST = ("alpha", "openai/gpt-5.5", Manner(region="eu", first=0.5, tokens_a_second=90))
SECOND = ("beta", "google/gemini-2.5-ultra", Manner(region="us", first=0.6, tokens_a_second=110))
THIRD = ("gamma", "mistral/mistral-large-3", Manner(region="eu", first=0.7, tokens_a_second=70))

SHARED: Mapping[str, Any] = {"health": {"shared": "memory://health"}}
UNGUARDED: Mapping[str, Any] = {
    "health": {"error_rate": 1.0, "opens_after": 10**6},
    "strategy": "stubborn",
}
"""Three tries at each vendor, whatever failed before."""


def vendors(**manners: Manner) -> dict[str, tuple[str, Manner]]:
    """The three, with other manners where they are given."""
    return {name: (model, manners.get(name, manner)) for name, model, manner in (FIRST, SECOND, THIRD)}


def played(world: World) -> Cluster:
    """The cluster at the world's end."""

    async def main(clock: Clock) -> Cluster:
        cluster = Cluster(world, clock)
        await cluster.run()
        return cluster

    return run(main)


def misplaced(cluster: Cluster) -> int:
    """Requests at a vendor that they may not be at."""
    return sum(vendor.misplaced for vendor in cluster.vendors.values())
