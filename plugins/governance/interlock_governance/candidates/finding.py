"""Candidates for use cases: asked of the router, priced, compared, sorted by gain."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from interlock import Router
from interlock_governance.candidates.candidate import Candidate, CaseCandidates
from interlock_governance.candidates.comparing import Comparison
from interlock_governance.candidates.current import Current, current_of
from interlock_governance.candidates.figures import Load, Range, billed, month_cost
from interlock_governance.candidates.scores import BENCHMARKS
from interlock_governance.candidates.verdicts import Classified, Verdicts
from interlock_governance.use_cases import UseCase

NO_LANGUAGE: Final = frozenset({"vision", "classical", "reinforcement"})
"""Techniques that no language model takes the place of."""

_SURE: Final = 0.6  # below it a router that may ask a model about the task does so


def candidates_of(
    use_cases: Iterable[UseCase],
    router: Router,
    *,
    volume: tuple[int, int] | None = None,
    progress: Callable[[], None] | None = None,
) -> list[CaseCandidates]:
    """For each use case the deployments of the router that may serve it, and what each would change; those
    with the largest gain first, and last those of which nothing can be said.

    Nothing is sent and no key is needed. `volume` is how many requests a month, from and to, are assumed
    where nobody knows; `progress` is called once for each use case.
    """
    verdicts = Verdicts(router)
    found = []
    for case in use_cases:
        found.append(_of(case, router, verdicts, volume))
        if progress is not None:
            progress()
    return sorted(found, key=_gain_first)


def _of(case: UseCase, router: Router, verdicts: Verdicts, volume: tuple[int, int] | None) -> CaseCandidates:
    if case.technique in NO_LANGUAGE:
        return CaseCandidates(
            use_case=case, skipped=f"its technique, {case.technique}, is no language model's"
        )
    if case.stage == "retired":
        return CaseCandidates(use_case=case, skipped="it is retired")
    classified, notes = verdicts.classified(case)
    asked, more, unchecked = verdicts.asked(case, classified.task)
    permissions, lacking = verdicts.of(asked)
    current = current_of(case, router)
    load, assumed = _load(case, volume)
    denied = {name: each.why for name, each in permissions.items() if each.verdict == "denied"}
    serving = () if current is None else current.deployments
    comparison = Comparison(
        task=classified.task,
        load=load,
        route=verdicts.route(asked),
        current=current,
        unlawful=bool(serving) and all(name in denied for name in serving),
    )
    candidates = [
        comparison.candidate(router.deployments[name], permission, lacking.get(name, ""))
        for name, permission in permissions.items()
        if name not in denied and name not in serving
    ]
    return CaseCandidates(
        use_case=case,
        classified=classified,
        current=current,
        current_verdicts={name: denied.get(name, "") for name in serving},
        month=None if current is None else month_cost(billed(current.price), load),
        candidates=tuple(sorted(candidates, key=_best_first)),
        denied=denied,
        gaps=_unsure(classified) | _gaps(case, current, load, classified.task, unchecked),
        unchecked=bool(unchecked),
        notes=(*notes, *more, *assumed),
    )


def _load(case: UseCase, volume: tuple[int, int] | None) -> tuple[Load, tuple[str, ...]]:
    counted = None if case.volume_month is None else Range(low=case.volume_month, high=case.volume_month)
    notes: tuple[str, ...] = ()
    if counted is None and volume is not None:
        counted = Range(low=volume[0], high=volume[1])
        notes = (f"{volume[0]:,} to {volume[1]:,} requests a month were assumed.",)
    return Load(tokens_in=case.tokens_in, tokens_out=case.tokens_out, volume=counted), notes


def _unsure(classified: Classified) -> dict[str, str]:
    if classified.confidence >= _SURE:
        return {}
    return {"task": "its words do not say it surely, so its route may be another"}


def _gaps(case: UseCase, current: Current | None, load: Load, task: str, unchecked: str) -> dict[str, str]:
    found = {}
    if current is None:
        found["current_model"] = "nothing can be compared with what there is now"
    elif current.card is None:
        found["current_model"] = "it names no model of the catalog, so nothing can be compared with it"
    elif billed(current.price) is None:
        found["price"] = f"the catalog has no price of {current.card.id}, so no saving is known"
    for name, value in (("tokens_in", load.tokens_in), ("tokens_out", load.tokens_out)):
        if value is None:
            found[name] = "no cost of a request is known, and a share of it only as a range"
    if load.volume is None:
        found["volume_month"] = "no cost of a month is known"
    if unchecked:
        found["sensitivity"] = f"{unchecked}, so nobody has checked what follows from it"
    elif case.sensitivity is None:
        found["sensitivity"] = "it was taken for personal"
    if case.residency is None:
        found["residency"] = "whether it must stay in a place is not known; none was asked for"
    if case.purpose is None and case.task is None:
        found["purpose"] = "its task was found from its name alone"
    if task not in BENCHMARKS:
        found["scores"] = "no published result of the catalog measures its task"
    return found


def gaps_of(found: Iterable[CaseCandidates]) -> list[tuple[str, str, int]]:
    """Each gap, what it hides, and in how many use cases; the most frequent first."""
    counted = Counter(gap for each in found for gap in each.gaps.items())
    return [(name, so, count) for (name, so), count in counted.most_common()]


def _best_first(candidate: Candidate) -> tuple[bool, bool, bool, float, float, int]:
    """What surely saves something, then what gains something else; of either what the task's route names, and
    of that what saves most. What gains nothing stands as the route has it.
    """
    routed = candidate.routed
    return (
        not candidate.saves,
        not candidate.gains,
        routed is None,
        *_saved(candidate),
        routed or 0,
    )


def _saved(candidate: Candidate) -> tuple[float, float]:
    month, share = candidate.saving_month, candidate.saving_share
    return (-month.low if month else 0.0), (-share.low if share else 0.0)


def _gain_first(found: CaseCandidates) -> tuple[bool, bool, bool, float, float, int, float]:
    best = found.best
    saved = (0.0, 0.0) if best is None else _saved(best)
    sure = 0.0 if found.classified is None else found.classified.confidence
    gains = 0 if best is None else len(best.gains)
    return bool(found.skipped), not found.unlawful, not gains, *saved, -gains, -sure
