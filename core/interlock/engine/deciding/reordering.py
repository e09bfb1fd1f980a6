"""The deployments of a learned row in another order; none is added, and what is not well stays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from interlock.types.decisions import Candidate, Decision
from interlock.types.facts import Reordering


def movable(decision: Decision, ranks: Mapping[str, int]) -> tuple[int, ...]:
    """The ranks in the row of those that may change places, each once, in the row's order.

    `ranks` says for each deployment of the row which of its names it goes by. A deployment that is not simply
    well stays where its health has put it.
    """
    ill = {} if decision.facts is None else decision.facts.conditions
    return tuple(
        sorted(
            {
                ranks[each.deployment]
                for each in decision.shortlist
                if each.deployment in ranks and each.deployment not in ill
            }
        )
    )


def reordered(
    decision: Decision, ranks: Mapping[str, int], row: Sequence[str], change: Reordering
) -> Decision:
    """The decision with the row's names in the order of `change`; as it is, where that names others."""
    may_move = movable(decision, ranks)
    place = {name: at for at, name in reversed(list(enumerate(row)))}
    order = [place.get(name, -1) for name in change.order]
    if sorted(order) != list(may_move) or decision.facts is None:
        return decision
    ill = decision.facts.conditions
    slots = [
        at
        for at, each in enumerate(decision.shortlist)
        if each.deployment in ranks and each.deployment not in ill
    ]
    moved = sorted(slots, key=lambda at: order.index(ranks[decision.shortlist[at].deployment]))
    if moved == slots:
        return decision
    shortlist = list(decision.shortlist)
    for slot, source in zip(slots, moved, strict=True):
        shortlist[slot] = decision.shortlist[source]
    shortlist[slots[0]] = _noted(shortlist[slots[0]], change.reason)
    facts = replace(decision.facts, reordering=change)
    return replace(decision, shortlist=tuple(shortlist), facts=facts)


def _noted(candidate: Candidate, reason: str) -> Candidate:
    return replace(candidate, reasons=(*candidate.reasons, reason))
