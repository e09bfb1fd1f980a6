"""The one error in which a call ends that nobody answered."""

from collections.abc import Mapping, Sequence

from interlock.engine.flight import Flight, LostRace
from interlock.errors import (
    AllAttemptsFailed,
    InterlockError,
    NoDeployment,
    NoLongerAllowed,
    Overloaded,
    RouterOverloaded,
)
from interlock.types.records import AttemptRecord


def nowhere(flight: Flight, refused: Mapping[str, str] | None = None) -> NoDeployment:
    """The error for a call of which nothing was sent; `refused` were allowed at first, and then not: why."""
    excluded = {**flight.decision.excluded, **(refused or {})}
    if flight.budgeting is not None:
        return flight.budgeting.nowhere(flight.asked, flight.decision, excluded)
    return NoDeployment("no deployment may serve this request", excluded=excluded)


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


def _lost(attempt: AttemptRecord) -> bool:
    return attempt.error is not None and attempt.error.kind == LostRace.__name__


def exhausted(flight: Flight) -> InterlockError:
    """The error for a call whose strategy gave up: the only deployment's own, or one that names them all."""
    outcome = flight.outcome
    last = outcome.error if outcome else None
    if outcome is not None and last is None:
        return AllAttemptsFailed("the strategy chose none of the answers that its race had brought")
    refused = _refused(flight.draft.attempts)
    if last is None or refused is not None:
        return nowhere(flight, refused)
    failed = [attempt for attempt in flight.draft.attempts if not _lost(attempt)]
    tried = {attempt.deployment: attempt.error for attempt in failed}
    if len(tried) == 1:
        return last
    causes = "".join(f"\n  {deployment}: {error}" for deployment, error in tried.items())
    if isinstance(last, Overloaded) and all(_unsent(attempt) for attempt in failed):
        return last.with_causes(f"none of {len(tried)} deployments has room:{causes}")
    error = AllAttemptsFailed(f"none of {len(tried)} deployments answered:{causes}")
    error.__cause__ = last
    return error
