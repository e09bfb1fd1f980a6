"""How deployments of one model that stand side by side change places by their load."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from interlock.engine.deciding.place import Place
from interlock.health.load import Ranking
from interlock.types.decisions import Candidate

Rank = Callable[[Sequence[str]], Ranking | None]
Ranked = list[tuple[Place, Candidate]]


def twins(places: Sequence[Place]) -> tuple[frozenset[str], ...]:
    """The deployments that may change places: of one model, side by side, named by one entry of one row.

    Where a row names deployments one by one, their order is meant. What no row names has no other order than
    the configuration's, which is not.
    """

    def alike(place: Place) -> tuple[str, str, int]:
        return place.deployment.model, place.row, place.rank if place.row else 0

    groups = (frozenset(place.deployment.id for place in group) for _, group in groupby(places, alike))
    return tuple(group for group in groups if len(group) > 1)


def spread(shortlist: Ranked, alike: Sequence[frozenset[str]], rank: Rank) -> tuple[Ranked, dict[str, str]]:
    """The shortlist with twins in the order of their rank, and why each that leads its twins does."""
    spread_out = list(shortlist)
    first: dict[str, str] = {}
    for group in alike:
        places = [index for index, (place, _) in enumerate(shortlist) if place.deployment.id in group]
        present = {shortlist[index][1].deployment: shortlist[index] for index in places}
        ranking = rank(tuple(present)) if len(present) > 1 else None
        if ranking is None:
            continue
        for index, name in zip(places, ranking.order, strict=True):
            spread_out[index] = present[name]
        place, candidate = spread_out[places[0]]
        reasons = (*candidate.reasons, f"first: {ranking.sentence}")
        spread_out[places[0]] = (place, replace(candidate, reasons=reasons))
        first[candidate.deployment] = ranking.sentence
    return spread_out, first
