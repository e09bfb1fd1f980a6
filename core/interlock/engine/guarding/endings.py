"""The errors in which what a guardrail thinks, or its failing, ends something."""

from dataclasses import replace

from interlock.errors import ApprovalNeeded, BlockedAnswer, GuardrailError, InterlockError
from interlock.protocols import Guardrail
from interlock.types.response import Answer
from interlock.types.verdicts import Verdict


class Overrun(InterlockError):
    """A guardrail took longer than it may."""

    def __init__(self, guardrail: Guardrail, seconds: float) -> None:
        super().__init__(f"{guardrail.name} took longer than its {seconds:g} s")


def stopped(guardrail: Guardrail, error: Exception) -> GuardrailError:
    """The error of a call whose guardrail failed."""
    why = f": {error.message}" if isinstance(error, Overrun) else f" ({type(error).__name__})"
    return GuardrailError(f"{guardrail.name} stopped the call{why}", guardrail=guardrail.name)


def stops(guardrail: Guardrail, verdict: Verdict, answer: Answer | None) -> InterlockError | None:
    """What a verdict ends in: a request's call in GuardrailError, an answer's attempt in BlockedAnswer,
    either in ApprovalNeeded; None where it goes on.
    """
    name, told = guardrail.name, replace(verdict, texts={}, kept=None)
    if verdict.action == "ask":
        what = f"{name} wants a person to decide{verdict.told}"
        return ApprovalNeeded(what, guardrail=name, verdict=told)
    if verdict.action != "block":
        return None
    if answer is None:
        return GuardrailError(f"{name} blocks the request{verdict.told}", guardrail=name, verdict=told)
    what = f"{name} blocks the answer{verdict.told}"
    return BlockedAnswer(what, text=answer.text, guardrail=name, verdict=told)
