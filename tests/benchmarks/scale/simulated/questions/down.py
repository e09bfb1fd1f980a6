"""What processes share is out of reach for two minutes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulated.cluster import Cluster, World
from simulated.vendors import Outage
from simulated.worlds import FIRST, FLOW, misplaced, played, vendors

_LIMITS = [{"id": "keys", "requests": 10**6, "per": "hour", "each": "tenant"}]
Break = Callable[[Cluster, bool], None]


def _ledger(cluster: Cluster, down: bool) -> None:
    cluster.ledgers.at("memory://ledger").trouble = "down" if down else None


def _health(cluster: Cluster, down: bool) -> None:
    cluster.health.places["memory://health"].broken = down


def _config(**ledger: Any) -> Mapping[str, Any]:
    return {
        "health": {"shared": "memory://health"},
        "ledger": {"url": "memory://ledger", **ledger},
        "budgets": _LIMITS,
    }


CASES: tuple[tuple[str, Break, Mapping[str, Any]], ...] = (
    ("the ledger, `down: refuse`", _ledger, _config()),
    ("the ledger, `down: grace` for 60 s", _ledger, _config(down="grace", grace=60)),
    ("the ledger, `down: grace` for 300 s", _ledger, _config(down="grace", grace=300)),
    ("shared health, while alpha fails", _health, _config()),
)


def rows(seed: int, scale: float = 1.0) -> Iterator[dict[str, Any]]:
    begins, ends, until = 60 * scale, 180 * scale, 300 * scale
    for what, breaks, config in CASES:
        outage = (Outage(begins=begins, ends=ends),) if breaks is _health else ()
        world = World(
            flow=replace(FLOW, day=until),
            seconds=until,
            vendors=vendors(alpha=replace(FIRST[2], outages=outage)),
            config=config,
            seed=seed,
            events=(
                (begins, lambda cluster, breaks=breaks: breaks(cluster, True)),
                (ends, lambda cluster, breaks=breaks: breaks(cluster, False)),
            ),
        )
        cluster = played(world)
        found = cluster.tally.between(begins, ends)
        yield {
            "out of reach": what,
            "calls": found.calls,
            "answered %": round(100 * found.answered, 1),
            "p50 s": round(found.took(0.5), 1),
            "p99 s": round(found.took(0.99), 1),
            "ends in": ", ".join(sorted(how for how in found.hows if how != "answered")) or "–",
            "whole again within s": _again(cluster, ends),
            "misplaced": misplaced(cluster),
        }


def _again(cluster: Cluster, ends: float) -> int | None:
    """Seconds after which nothing fails any more."""
    late = [each.at - ends for each in cluster.tally.outcomes if each.how != "answered" and each.at >= ends]
    return round(max(late, default=0.0)) + bool(late)
