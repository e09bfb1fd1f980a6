"""What is looked at before an answer counts: whether it is whole, and how sure one may be of it."""

from interlock.arbiters.vote import says_same
from interlock.errors import ContentRejected, MisplacedAnswer, OutputInvalid, ProviderError, RefusedAnswer
from interlock.types.decisions import Outcome
from interlock.types.messages import Audio, Document, Image
from interlock.types.response import WHOLE, Answer

_MEDIA = (Image, Audio, Document)
_UNWHOLE = {"length": "cut at a length", "refusal": "a refusal"}


def flaw_of(outcome: Outcome | None) -> str | None:
    """Why an answer cannot count, whatever a signal says of it; None for one that is whole."""
    if outcome is None:
        return "late"
    if outcome.error is not None:
        return type(outcome.error).__name__
    answer = outcome.answer
    if answer is None:
        return "late"
    if answer.finish_reason not in WHOLE:
        return _UNWHOLE[answer.finish_reason]
    return None if _says_something(answer) else "empty"


def is_answer_fault(error: ProviderError | None) -> bool:
    """Whether a deployment has answered, and its answer is no use. Another model is asked then, and not the
    same one elsewhere. A refusal that the configuration lets end a call, and a breach, are not among them.
    """
    if isinstance(error, (RefusedAnswer, MisplacedAnswer)):
        return False
    return isinstance(error, (OutputInvalid, ContentRejected))


def agreeing(outcomes: list[Outcome], *, structured: bool) -> Outcome | None:
    """The first answer that a later one repeats."""
    answers = [(each, each.answer) for each in outcomes]
    for index, (outcome, first) in enumerate(answers):
        for _, second in answers[index + 1 :]:
            if first is not None and second is not None and says_same(first, second, structured=structured):
                return outcome
    return None


def _says_something(answer: Answer) -> bool:
    return bool(
        answer.tool_calls or answer.text.strip() or any(isinstance(part, _MEDIA) for part in answer.parts)
    )
