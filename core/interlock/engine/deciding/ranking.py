"""From an order of deployments to a shortlist, and why it begins as it does."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from interlock.engine.deciding.exclusions import UNAVAILABLE, Exclusion, Finding
from interlock.engine.deciding.place import Place
from interlock.engine.deciding.routes import Order
from interlock.engine.deciding.spreading import Rank, spread
from interlock.health import Grade, Standing
from interlock.types.decisions import Candidate, Reason
from interlock.types.facts import Condition, Seal
from interlock.types.request import Request

_PREFERRED = "moved to the front: the request prefers it"


class RankedShortlist(NamedTuple):
    """What may be used, best first; what may not; what may only sealed, whether or not it is used; the health
    of what was not simply good; and what its load put first.
    """

    shortlist: Sequence[tuple[Place, Candidate]]
    excluded: Mapping[str, Exclusion]
    seals: Mapping[str, Seal]
    conditions: Mapping[str, Condition]
    first: Mapping[str, str]


def shortlisted(
    order: Order,
    findings: Mapping[str, Finding],
    standings: Mapping[str, Standing],
    rank: Rank | None,
    *,
    preferred: frozenset[str],
) -> RankedShortlist:
    """What becomes of an order's deployments by what rules say of them and what is held against them."""
    good: list[tuple[Place, Candidate]] = []
    late: list[tuple[Place, Candidate]] = []
    yielding: list[tuple[Place, Candidate, str]] = []
    excluded: dict[str, Exclusion] = {}
    seals: dict[str, Seal] = {}
    conditions: dict[str, Condition] = {}
    for place in order.places:
        name, candidate = place.deployment.id, place.candidate
        found, standing = findings.get(name), standings.get(name)
        exclusion = None
        if found is not None:
            if isinstance(found, Exclusion):
                exclusion = found
            else:
                seals[name] = found
                candidate = _sealed(candidate, found)
        if standing is None:  # as nearly always
            if exclusion is None:
                good.append((place, candidate))
            else:
                excluded[name] = exclusion
            continue
        if standing.grade is not Grade.GOOD or standing.high_error_rate:
            conditions[name] = Condition(
                verdict=standing.grade.value,
                sentence=standing.sentence,
                high_error_rate=standing.high_error_rate,
            )
        if exclusion is None and standing.grade is Grade.EXCLUDED:
            exclusion = Exclusion("health", standing.sentence)
        if exclusion is not None:
            excluded[name] = exclusion
        elif standing.grade is Grade.LAST_RESORT:
            yielding.append((place, candidate, standing.sentence))
        elif standing.grade is Grade.DEMOTED:
            late.append((place, _noted(candidate, f"moved back: {standing.sentence}")))
        else:
            good.append((place, candidate))
    if yielding:
        late += _last_resort(yielding, excluded, needed=not good and not late)
    first: dict[str, str] = {}
    if rank is not None and order.twins:
        good, first = spread(good, order.twins, rank)
    shortlist = good + late
    if preferred:
        shortlist = _preferred(shortlist, preferred)
    return RankedShortlist(shortlist, excluded, seals, conditions, first)


def _sealed(candidate: Candidate, seal: Seal) -> Candidate:
    reasons = (*candidate.reasons, f"only sealed: {seal.sentence}")
    return replace(candidate, reasons=reasons, treatment="sealed")


def _noted(candidate: Candidate, reason: str) -> Candidate:
    return replace(candidate, reasons=(*candidate.reasons, reason))


def _last_resort(
    yielding: Sequence[tuple[Place, Candidate, str]], excluded: dict[str, Exclusion], *, needed: bool
) -> list[tuple[Place, Candidate]]:
    """What fails is tried all the same when nothing else may serve; otherwise it joins the excluded."""
    if not needed:
        excluded.update(
            (place.deployment.id, Exclusion("health", sentence)) for place, _, sentence in yielding
        )
        return []
    return [
        (place, _noted(candidate, f"last resort, nothing else may serve: {sentence}"))
        for place, candidate, sentence in yielding
    ]


def _preferred(
    shortlist: list[tuple[Place, Candidate]], ids: frozenset[str]
) -> list[tuple[Place, Candidate]]:
    """The shortlist with the best of these deployments first, if one is there: a preference adds nothing."""
    for index, (place, candidate) in enumerate(shortlist):
        if candidate.deployment in ids:
            if not index:
                break
            return [(place, _noted(candidate, _PREFERRED)), *shortlist[:index], *shortlist[index + 1 :]]
    return shortlist


def reason_of(request: Request, order: Order, ranked: RankedShortlist) -> Reason:
    shortlist, excluded, conditions = ranked.shortlist, ranked.excluded, ranked.conditions
    if request.model is not None or (shortlist and shortlist[0][1].reasons[-1] is _PREFERRED):
        return "explicit"
    if shortlist:
        first = shortlist[0][0]
        if first.row == order.row and first.rank == 0:
            ill = None if order.demand else _stands_in(first, order, excluded, conditions)
            return ill or ("demand" if order.demand else "primary_optimal")
    primaries = [place.deployment.id for place in order.places if place.row == order.row and place.rank == 0]
    if any(name in conditions and conditions[name].high_error_rate for name in primaries):
        return "fallback_high_error_rate"
    if shortlist and order.demand and shortlist[0][0].row == order.row:
        return "demand"
    rules = [excluded[name].rule for name in primaries if name in excluded]
    if rules and not all(rule in UNAVAILABLE for rule in rules):
        return "fallback_excluded"
    return "fallback_unavailable"


def _stands_in(
    first: Place, order: Order, excluded: Mapping[str, Exclusion], conditions: Mapping[str, Condition]
) -> Reason | None:
    """Why another deployment of the primary model leads than its first, when that one's health says it."""
    for place in order.places:
        name = place.deployment.id
        if place is first or place.row != order.row or place.rank:
            return None
        if name in conditions and conditions[name].high_error_rate:
            return "fallback_high_error_rate"
        if name in excluded and excluded[name].rule == "health":
            return "fallback_unavailable"
    return None
