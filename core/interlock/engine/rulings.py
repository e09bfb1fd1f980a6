"""What a ruling must hold to be of use."""

from math import isfinite

from interlock.protocols import ArbitrateCall, Ruling
from interlock.types.identifiers import identifier
from interlock.types.response import Answer


def fault_of(ruling: object, call: ArbitrateCall) -> str | None:
    """What is wrong with a ruling, if anything is."""
    if not isinstance(ruling, Ruling):
        return f"ruled with a {type(ruling).__name__}, not a Ruling"
    labels = {each.label for each in call.members}
    named = {*ruling.chosen, *ruling.dissent, *ruling.scores, *ruling.summaries}
    if not ruling.chosen:
        return "chose nobody"
    if strangers := sorted(map(str, named - labels)):
        return f"named {', '.join(strangers)}, who is nobody among {', '.join(sorted(labels))}"
    if not all(map(isfinite, ruling.scores.values())):
        return "gave a score that is no number"
    if ruling.agreement is not None and not 0 <= ruling.agreement <= 1:
        return f"counted an agreement of {ruling.agreement:g}, which lies between 0 and 1"
    if any(identifier(flag) is None for flag in ruling.flags):
        return "set a flag with blanks in it; flags are words, for records hold no text"
    if not all(isinstance(text, str) for text in (ruling.reason, *ruling.summaries.values())):
        return "gave a reason or a summary that is no text"
    if not isinstance(ruling.flips, int) or ruling.flips < 0:
        return f"counted {ruling.flips!r} flips"
    return None if ruling.answer is None else _fault_of_own(ruling.answer, call)


def _fault_of_own(answer: object, call: ArbitrateCall) -> str | None:
    if not isinstance(answer, Answer):
        return f"answered with a {type(answer).__name__}, not an Answer"
    if not answer.tool_calls:
        return None
    if answer.tool_calls not in [each.answer.tool_calls for each in call.members]:
        return "wrote tool calls of its own; they are one member's, all of them"
    return None
