"""The one error in which a call ends that nobody answered."""

from collections.abc import Iterable, Mapping, Sequence

from interlock.engine.call import CallState
from interlock.errors import (
    AllAttemptsFailed,
    AllRateLimited,
    CoolingDown,
    InterlockError,
    NoDeployment,
    NoLongerAllowed,
    Overloaded,
    ProviderError,
    RateLimited,
    RouterOverloaded,
)
from interlock.health.breaker import Cause, Wait
from interlock.types.ensembles import Panel
from interlock.types.escalations import CascadeFacts, StepFacts
from interlock.types.records import AttemptRecord
from interlock.types.response import WHOLE

# Attempts that are not for the answer itself.
_ON_THE_WAY = ("classifier", "guardrail", "arbiter")
_ENDED = {"length": "was cut at a length", "refusal": "refused"}
_NOWHERE = "no deployment may serve this request"


def nowhere(state: CallState, refused: Mapping[str, str] | None = None) -> NoDeployment:
    """The error for a call of which nothing was sent; `refused` were allowed at first, and then not: why."""
    refused = refused or {}
    excluded = {**state.decision.excluded, **refused}
    waits = _waits(state, (*_unwell(state), *refused))
    soonest = min((wait.seconds for wait in waits.values()), default=None)
    if state.short_of is not None:
        short = state.short_of(state.judged, state.decision, excluded)
        if short is not None:
            known = [seconds for seconds in (short.retry_after, soonest) if seconds is not None]
            short.retry_after = min(known, default=None)
            return short
    if soonest is None:
        return NoDeployment(_NOWHERE, excluded=excluded)
    kind = CoolingDown if _cooling(waits.values()) else NoDeployment
    message = f"{_NOWHERE} now; the first that may is back in {soonest:.0f} s"
    return kind(message, excluded=excluded, retry_after=soonest)


def exhausted(state: CallState) -> InterlockError:
    """The error for a call whose strategy gave up: the only deployment's own, or one that names them all."""
    if state.panel is not None and _asks_members(state):
        return _short(state, state.panel)
    if state.role is None and state.draft.cascade is not None:
        return _unaccepted(state, state.draft.cascade)
    outcome = state.outcome
    last = outcome.error if outcome else None
    if outcome is not None and last is None:
        return AllAttemptsFailed("the strategy chose none of the answers that its race had brought")
    attempts = _own(state)
    refused = _refused(attempts)
    if last is None or refused is not None:
        return nowhere(state, refused)
    failed = [attempt for attempt in attempts if attempt.cancelled is None]
    tried = {attempt.deployment: attempt.error for attempt in failed}
    if len(tried) == 1:
        return last
    told = "".join(f"\n  {deployment}: {error}" for deployment, error in tried.items())
    if isinstance(last, Overloaded) and all(_unsent(attempt) for attempt in failed):
        return last.with_causes(f"none of {len(tried)} deployments has room:{told}")
    error = _failed(state, f"none of {len(tried)} deployments answered:{told}")
    error.__cause__ = last
    return error


def _unaccepted(state: CallState, cascade: CascadeFacts) -> InterlockError:
    """The error for a cascade of which no step has given an answer that counts."""
    attempts = _own(state)
    if not attempts and cascade.bound is not None:
        what = f"no step of the cascade {cascade.cascade!r} keeps to its {cascade.bound}"
        return NoDeployment(what, excluded=state.decision.excluded)
    refused = _refused(attempts)
    if refused is not None:
        return nowhere(state, refused)
    last = state.outcome.error if state.outcome else None
    if last is not None and len({each.deployment for each in attempts}) == 1:
        return last
    told = "".join(
        f"\n  {each.number} ({each.deployment or each.name}): {_became(each)}" for each in cascade.steps
    )
    stopped = f"; its {cascade.bound} let it go no further" if cascade.bound else ""
    what = f"no answer of the cascade {cascade.cascade!r} was accepted{stopped}:{told}"
    error = _failed(state, what)
    error.__cause__ = last
    return error


def _became(step: StepFacts) -> str:
    if step.value is not None and step.threshold is not None:
        return f"{step.outcome}, {step.signal} {step.value:.2f} below {step.threshold:.2f}"
    return f"{step.outcome}, {step.why}" if step.why else step.outcome


def _own(state: CallState) -> list[AttemptRecord]:
    """The call's attempts without those that were made on its way; or of something that is, those alone."""
    attempts = state.draft.attempts
    if state.role is not None:
        return [each for each in attempts if each.role == state.role]
    return [each for each in attempts if each.role not in _ON_THE_WAY]


def _asks_members(state: CallState) -> bool:
    """Whether an ensemble's strategy asks in the members' names. One that does not fails as any other."""
    attempts = _own(state)
    return not attempts or any(each.member is not None for each in attempts)


def _short(state: CallState, panel: Panel) -> InterlockError:
    """The error for a panel of which too few have answered: what became of each member, in its last words."""
    last = {each.member: each for each in state.draft.attempts if each.member is not None}
    if last and (refused := _refused(list(last.values()))) is not None:
        return nowhere(state, refused)
    outcomes = () if state.outcome is None else state.outcome.outcomes
    answers = {each.attempt.member: each.answer for each in outcomes if each.answer is not None}
    whole = sum(answer.finish_reason in WHOLE for answer in answers.values())
    told = ""
    for seat in panel.seats:
        attempt, answer = last.get(seat.label), answers.get(seat.label)
        if answer is not None:
            how = _ENDED.get(answer.finish_reason, "answered")
        elif attempt is not None:
            how = str(attempt.error or attempt.cancelled)
        else:
            how = "; ".join(dict.fromkeys(seat.excluded.values())) or "was not asked in time"
        told += f"\n  {seat.label} ({seat.member if attempt is None else attempt.deployment}): {how}"
    what = f"{whole} of {len(panel.seats)} members of the ensemble {panel.ensemble!r} answered"
    error = _failed(state, f"{what}, and its quorum is {panel.quorum}:{told}")
    error.__cause__ = next(reversed(state.draft.failures.values()), None)
    return error


def _failed(state: CallState, message: str) -> AllAttemptsFailed:
    failures = state.draft.failures
    waits = _waits(state, (*_unwell(state), *failures))
    seconds = [wait.seconds for wait in waits.values()]
    seconds += [
        failure.retry_after
        for name, failure in failures.items()
        if name not in waits and failure.retry_after is not None
    ]
    limited = bool(failures) and all(_limited(*each, waits) for each in failures.items())
    kind = AllRateLimited if limited else AllAttemptsFailed
    return kind(message, causes=tuple(failures.values()), retry_after=min(seconds, default=None))


def _limited(name: str, failure: ProviderError, waits: Mapping[str, Wait]) -> bool:
    """Whether a deployment's rate limit kept it from answering, the limit found by another call included."""
    if isinstance(failure, NoLongerAllowed):
        return name in waits and _cooling([waits[name]])
    return isinstance(failure, RateLimited)


def _unwell(state: CallState) -> Iterable[str]:
    """The deployments that their health alone keeps from the request."""
    facts = state.decision.facts
    return [name for name, rule in facts.rules.items() if rule == "health"] if facts else ()


def _waits(state: CallState, names: Iterable[str]) -> dict[str, Wait]:
    task = state.decision.task
    found = {name: state.wait_of(name, task) for name in names} if state.wait_of else {}
    return {name: wait for name, wait in found.items() if wait is not None}


def _cooling(waits: Iterable[Wait]) -> bool:
    return any(wait.cause is Cause.COOLING for wait in waits)


def _refused(attempts: Sequence[AttemptRecord]) -> dict[str, str] | None:
    """Deployment to rule, when every attempt was forbidden before it was sent; None when one was sent."""
    refused: dict[str, str] = {}
    for attempt in attempts:
        if attempt.error is None or attempt.error.kind != NoLongerAllowed.__name__:
            return None
        refused[attempt.deployment] = attempt.error.message
    return refused


def _unsent(attempt: AttemptRecord) -> bool:
    kinds = (Overloaded.__name__, RouterOverloaded.__name__)
    return attempt.error is not None and attempt.error.kind in kinds
