"""The texts of a call, those of an answer that its caller reads as one joined: a stream joins them too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interlock.protocols import GuardCall
from interlock.types.messages import Reasoning, Text
from interlock.types.passages import Passage, Phase

__all__ = ["Spoken", "spoken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One text and the passages that it is made of, mostly one."""

    passages: Sequence[Passage]
    text: str

    @property
    def phase(self) -> Phase:
        return self.passages[0].phase

    @property
    def where(self) -> str:
        return self.passages[0].where

    @property
    def rewritable(self) -> bool:
        return all(each.rewritable for each in self.passages)

    def divided(self, changes: Sequence[tuple[int, int, str]]) -> dict[str, str]:
        """The passages that are others with these changes, by their places.

        Each change is from where to where something else stands, in the order of the text; no two overlap.
        What is put in its place stands in the passage where it begins.
        """
        texts, offset = {}, 0
        for passage in self.passages:
            end = offset + len(passage.text)
            made: list[str] = []
            at = offset
            for first, last, put in changes:
                if last <= offset or first >= end:
                    continue
                made.append(self.text[at : max(first, offset)])
                if first >= offset:
                    made.append(put)
                at = min(last, end)
            made.append(self.text[at:end])
            if (text := "".join(made)) != passage.text:
                texts[passage.where] = text
            offset = end
        return texts


def spoken(call: GuardCall) -> Iterator[Spoken]:
    """The texts in their order; an answer's text, and its reasoning, once each, where it begins."""
    if call.answer is None:
        yield from (Spoken(passages=(each,), text=each.text) for each in call.passages)
        return
    kinds = {
        f"parts[{at}]": type(part)
        for at, part in enumerate(call.answer.parts)
        if isinstance(part, (Text, Reasoning))
    }
    joined: dict[type, list[Passage]] = {}
    for each in call.passages:
        if each.where in kinds:
            joined.setdefault(kinds[each.where], []).append(each)
    told: set[type] = set()
    for each in call.passages:
        kind = kinds.get(each.where)
        if kind is None:
            yield Spoken(passages=(each,), text=each.text)
        elif kind not in told:
            told.add(kind)
            yield Spoken(passages=joined[kind], text="".join(one.text for one in joined[kind]))
