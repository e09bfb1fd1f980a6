"""Which members say the same, as a vote sees it, and what share of the weight stands behind whom."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from interlock.arbiters.vote import says_same
from interlock.protocols import ArbitrateCall, Panelist

MAJORITY_STANDS = "majority_stands"
"""The flag for a majority that judges would not have chosen."""
_FEW_WORDS = 8
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """The members of one call, by what they say.

    Attributes:
        classes: labels of those who say the same, in the ensemble's order.
        comparable: whether it could be seen if two said the same: tool calls, JSON, a few words each.
    """

    classes: tuple[tuple[str, ...], ...]
    weights: dict[str, float]
    comparable: bool

    @property
    def firsts(self) -> tuple[str, ...]:
        """Of each class the first: all there is to judge."""
        return tuple(each[0] for each in self.classes)

    def beside(self, label: str) -> tuple[str, ...]:
        """Those who say what this one says, who comes first."""
        (alike,) = [each for each in self.classes if label in each]
        return (label, *(each for each in alike if each != label))

    def dissent(self, *chosen: str) -> tuple[str, ...]:
        """Those who say none of what these say."""
        same = {each for label in chosen for each in self.beside(label)}
        return tuple(label for label in self.weights if label not in same)

    def agreement(self, label: str) -> float | None:
        """The share of the weight behind what this one says; None where nobody can tell."""
        same = self.beside(label)
        return self._share(same) if self.comparable or len(same) > 1 else None

    @property
    def majority(self) -> tuple[str, ...]:
        """Two and more with over half of the weight who say the same, if there are any."""
        return next((each for each in self.classes if len(each) > 1 and self._share(each) > 1 / 2), ())

    def overruled(self, label: str) -> str | None:
        """Who stands in the place of one that a majority does not agree with, if there is a majority."""
        many = self.majority
        return None if not many or label in many else many[0]

    def _share(self, labels: Collection[str]) -> float:
        return min(sum(self.weights[label] for label in labels) / sum(self.weights.values()), 1.0)


def voices(call: ArbitrateCall) -> Voices:
    """Who says what. It reads no instructions and asks nobody."""
    structured = call.request.output is not None
    classes: list[list[Panelist]] = []
    for member in call.members:
        for alike in classes:
            if says_same(alike[0].answer, member.answer, structured=structured):
                alike.append(member)
                break
        else:
            classes.append([member])
    return Voices(
        classes=tuple(tuple(each.label for each in alike) for alike in classes),
        weights={each.label: each.weight for each in call.members},
        comparable=structured or all(_is_plain(each) for each in call.members),
    )


def _is_plain(member: Panelist) -> bool:
    """Tool calls, or an answer of a few words."""
    answer = member.answer
    return bool(answer.tool_calls) or len(_WORDS.findall(answer.text)) <= _FEW_WORDS
