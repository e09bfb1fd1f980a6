"""From an order of deployments to a shortlist, and why it begins as it does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from interlock.engine.deciding.exclusions import UNAVAILABLE, Exclusion
from interlock.engine.deciding.place import Place
from interlock.engine.deciding.routes import Order
from interlock.engine.deciding.spreading import Rank, spread
from interlock.health import GOOD, Grade, Standing
from interlock.types.decisions import Candidate, Reason
from interlock.types.facts import Condition
from interlock.types.models import Deployment
from interlock.types.request import Request

_PREFERRED = "moved to the front: the request prefers it"


def shortlisted(
    order: Order,
    judge: Callable[[Deployment], Exclusion | None],
    standing_of: Callable[[str, str | None], Standing],
    task: str,
    rank: Rank | None,
    *,
    preferred: frozenset[str],
) -> tuple[list[tuple[Place, Candidate]], dict[str, Exclusion], dict[str, Condition], dict[str, str]]:
    """What may be used, what may not, the health of what was not simply good, what its load put first."""
    good: list[tuple[Place, Candidate]] = []
    late: list[tuple[Place, Candidate]] = []
    yielding: list[tuple[Place, str]] = []
    excluded: dict[str, Exclusion] = {}
    conditions: dict[str, Condition] = {}
    for place in order.places:
        deployment = place.deployment
        standing = standing_of(deployment.id, task)
        exclusion = judge(deployment)
        if standing is GOOD:  # as nearly always
            if exclusion is None:
                good.append((place, place.candidate))
            else:
                excluded[deployment.id] = exclusion
            continue
        if standing.grade is not Grade.GOOD or standing.high_error_rate:
            conditions[deployment.id] = Condition(
                verdict=standing.grade.value,
                sentence=standing.sentence,
                high_error_rate=standing.high_error_rate,
            )
        if exclusion is None and standing.grade is Grade.EXCLUDED:
            exclusion = Exclusion("health", standing.sentence)
        if exclusion is not None:
            excluded[deployment.id] = exclusion
        elif standing.grade is Grade.LAST_RESORT:
            yielding.append((place, standing.sentence))
        elif standing.grade is Grade.DEMOTED:
            reasons = (*place.candidate.reasons, f"moved back: {standing.sentence}")
            late.append((place, replace(place.candidate, reasons=reasons)))
        else:
            good.append((place, place.candidate))
    if yielding:
        late += _last_resort(yielding, excluded, needed=not good and not late)
    first: dict[str, str] = {}
    if rank is not None and order.twins:
        good, first = spread(good, order.twins, rank)
    return _preferred(good + late, preferred), excluded, conditions, first


def _last_resort(
    yielding: Sequence[tuple[Place, str]], excluded: dict[str, Exclusion], *, needed: bool
) -> list[tuple[Place, Candidate]]:
    """What fails is tried all the same when nothing else may serve; otherwise it joins the excluded."""
    if not needed:
        excluded.update((place.deployment.id, Exclusion("health", sentence)) for place, sentence in yielding)
        return []
    return [
        (
            place,
            replace(
                place.candidate,
                reasons=(*place.candidate.reasons, f"last resort, nothing else may serve: {sentence}"),
            ),
        )
        for place, sentence in yielding
    ]


def _preferred(
    shortlist: list[tuple[Place, Candidate]], ids: frozenset[str]
) -> list[tuple[Place, Candidate]]:
    """The shortlist with the best of these deployments first, if one is there: a preference adds nothing."""
    for index, (place, candidate) in enumerate(shortlist if ids else ()):
        if candidate.deployment in ids:
            if not index:
                break
            moved = replace(candidate, reasons=(*candidate.reasons, _PREFERRED))
            return [(place, moved), *shortlist[:index], *shortlist[index + 1 :]]
    return shortlist


def reason_of(
    request: Request,
    order: Order,
    shortlist: Sequence[tuple[Place, Candidate]],
    excluded: Mapping[str, Exclusion],
    conditions: Mapping[str, Condition],
) -> Reason:
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
