"""What a reviewer sees of a pair: the prompt, what a good answer has, and two answers without names."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from interlock_evaluation.reviews.hiding import Hiding
from interlock_evaluation.reviews.kept import Place
from interlock_evaluation.reviews.pages.markdown import Block, blocks_of, readable

_ROLES: Final = {"system": "Instructions", "user": "Prompt", "assistant": "Earlier answer", "tool": "Tool"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of what was asked, and whose: in words, not the prompt's own."""

    who: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the two: `cut` says that it was as long as it may be, and ended there."""

    blocks: Sequence[Block]
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A pair as a template shows it. It has no model, no prompt's id, no time and no price.

    Attributes:
        rubric, reference: what a good answer has, and a right one; empty where the suite says nothing.
        choice, comment: what was said of it; empty where nothing was.
        number, total: which of the reviewer's pairs it is, from 1 on.
    """

    id: str
    asked: Sequence[Said]
    rubric: Sequence[Block]
    reference: Sequence[Block]
    answers: tuple[Answer, Answer]
    choice: str
    comment: str
    number: int
    total: int


def compared(place: Place, hiding: Hiding) -> Compared:
    """What is shown of an item of which both answers are there."""
    sample: dict[str, Any] = json.loads(place.sample)
    vote = place.vote
    return Compared(
        id=place.item.id,
        asked=[
            Said(who=_ROLES.get(each["role"], "Message"), blocks=blocks_of(_text(each["content"])))
            for each in sample["messages"]
        ],
        rubric=blocks_of(sample.get("rubric") or ""),
        reference=blocks_of(str(sample.get("reference") or "")),
        answers=(
            Answer(blocks=blocks_of(hiding.hidden(place.left or "")), cut=place.cut[0]),
            Answer(blocks=blocks_of(hiding.hidden(place.right or "")), cut=place.cut[1]),
        ),
        choice="" if vote is None else vote.choice,
        comment="" if vote is None else readable(vote.comment),
        number=place.item.number + 1,
        total=place.total,
    )


def _text(content: Any) -> str:
    """A message's text; what is no text is said to be there."""
    if isinstance(content, str):
        return content
    parts: Sequence[Any] = content if isinstance(content, Sequence) else [content]
    return "\n\n".join(
        str(each.get("text") or f"[{each.get('type', 'a part that is no text')}]")
        if isinstance(each, Mapping)
        else str(each)
        for each in parts
    )
