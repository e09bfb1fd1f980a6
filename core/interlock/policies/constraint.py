"""The policies as a constraint: asked for each decision, and once more before each attempt."""

from interlock.policies.policies import Policies
from interlock.policies.rules import Sealing
from interlock.protocols import API, ConstraintCall, Sealed, SurveyCall
from interlock.types.sensed import Sensed

NAME = "policy"


class PolicyConstraint:
    """A deployment that the rules of the request's levels deny is excluded. It may have the request sealed
    where each rule that denies it says as what a sealed request counts, and the rules of that permit it.
    """

    api = API
    name = NAME
    fixed = False
    replays = True

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    def idle(self, call: SurveyCall) -> bool:
        return not self._policies.names(call.constraints.sensitivity, call.sensed)

    def check(self, call: ConstraintCall) -> str | Sealed | None:
        levels = self._policies.names(call.constraints.sensitivity, call.sensed)
        if not levels:
            return None
        pinned = self._policies.pin(call.deployment, levels, call.constraints)
        found = self._policies.judge(call.deployment, levels, pinned)
        if not found.denials:
            return None
        if found.sealing is None:
            return found.sentence
        if obstacle := unsealable(found.sealing, call.sensed):
            return f"{found.sentence}; it cannot go sealed: {obstacle}"
        return Sealed(f"{found.sentence}; sealed, it counts as {found.sealing.level}")


def unsealable(sealing: Sealing, sensed: Sensed | None) -> str | None:
    """Why a sealed request would not count as the level, or None."""
    if sensed is None:
        return "nobody has looked into it"
    if sensed.failed:
        return "a guardrail failed to look into it"
    if not sensed.sealable:
        return f"guardrails do not seal all that they found: {', '.join(sorted(sensed.kinds))}"
    if sensed.unread and not sealing.unread:
        return "it holds what no guardrail can look into"
    if sensed.changed is False and not sealing.unchanged:
        return "guardrails found nothing in it to seal"
    return None
