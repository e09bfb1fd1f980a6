"""The answer that most members give."""

import re
from collections.abc import Hashable, Iterator, Mapping
from decimal import Decimal
from math import fsum, isclose
from typing import Any

from interlock.protocols import ArbitrateCall, Ruling
from interlock.requests.output import bare
from interlock.types.messages import Audio, Document, Image
from interlock.types.response import Answer
from interlock.types.strict import loads

# With commas between thousands, where there are any.
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?(e[+-]?\d{1,3})?", re.ASCII)
_ENDINGS = ".!?,;:…。！？，；：、"
_MEDIA = (Image, Audio, Document)
_TEXT, _TOOLS = "text", "tools"
# A field's place in an answer, and what it says, in a form that is equal where the meaning is.
Ballot = Mapping[tuple[str, ...], Hashable]


class Vote:
    """Reads no instructions and asks nobody, so that no answer can talk it round.

    Answers are the same that differ in blanks, capitals and closing punctuation alone; numbers are compared
    as numbers, structured output field by field, and calls of tools by name and arguments. A member's score
    is the share of the members, itself included, that say the same, by weight, over its fields on average.
    """

    api = 1
    name = "vote"
    asks = False

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        structured = call.request.output is not None
        ballots = {each.label: _ballot(each.answer, structured=structured) for each in call.members}
        fields = {field for ballot in ballots.values() for field in ballot}
        weights = {each.label: each.weight for each in call.members}
        counts = {field: _counted(field, ballots, weights) for field in fields}
        whole = len(fields) * fsum(weights.values())
        scores = {
            label: min(1.0, fsum(counts[field][ballot.get(field)] for field in fields) / whole)
            for label, ballot in ballots.items()
        }
        best = max(scores.values())
        leaders = [label for label, score in scores.items() if isclose(score, best)]
        winner = leaders[0]
        return Ruling(
            chosen=tuple(label for label in leaders if ballots[label] == ballots[winner]),
            scores=scores,
            agreement=best,
            contested=any(ballots[label] != ballots[winner] for label in leaders),
            dissent=tuple(label for label, ballot in ballots.items() if ballot != ballots[winner]),
        )


def _counted(
    field: tuple[str, ...], ballots: Mapping[str, Ballot], weights: Mapping[str, float]
) -> Mapping[Hashable, float]:
    """What is said in a field, and the weight of those who say it."""
    said: dict[Hashable, list[float]] = {}
    for label, ballot in ballots.items():
        said.setdefault(ballot.get(field), []).append(weights[label])
    return {value: fsum(those) for value, those in said.items()}


def says_same(first: Answer, second: Answer, *, structured: bool) -> bool:
    """Whether two answers are one vote; `structured` where an output was asked for."""
    return _ballot(first, structured=structured) == _ballot(second, structured=structured)


def _ballot(answer: Answer, *, structured: bool) -> Ballot:
    """What a member says, never empty."""
    if answer.tool_calls:
        return {(_TOOLS,): _called(answer)}
    if structured and (fields := _fields(answer.text)) is not None:
        return fields
    media = tuple(part for part in answer.parts if isinstance(part, _MEDIA))
    return {(_TEXT,): (_plain(answer.text), media)}


def _called(answer: Answer) -> Hashable:
    return tuple((call.name, _value(call.arguments)) for call in answer.tool_calls)


def _fields(text: str) -> Ballot | None:
    """Of a JSON object, each of its leaves; None of anything else."""
    try:
        value = loads(bare(text))
    except (ValueError, RecursionError):
        return None
    return dict(_leaves((), value)) or {(): "empty"} if isinstance(value, dict) else None


def _leaves(place: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Hashable]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _leaves((*place, name), item)
    else:
        yield place, _value(value)


def _value(value: Any) -> Hashable:
    """A JSON value in a form that is equal where the meaning is."""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, Mapping):
        return "object", frozenset((name, _value(item)) for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return "list", tuple(_value(item) for item in value)
    if isinstance(value, bool) or value is None:
        return "constant", value
    return "number", Decimal(str(value))


def _plain(text: str) -> Hashable:
    words = " ".join(text.casefold().split()).rstrip(_ENDINGS + " ")
    if _NUMBER.fullmatch(words):
        return "number", Decimal(words.replace(",", ""))
    return "text", words
