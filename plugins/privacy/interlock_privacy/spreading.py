"""What was found in one text, wherever else in the request it stands.

A number is often known for what it is by the words beside it, and a model that repeats it has other words: it
would come back as history that nobody recognises.
"""

import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from interlock.types.findings import Finding
from interlock.types.passages import Passage
from interlock_privacy.scanning import Found, pieces

__all__ = ["spread"]

_WORD: Final = re.compile(r"[^\W_]+")
_SHORTEST: Final = 5  # a value of fewer signs may stand elsewhere and mean something else


_AT_ONCE: Final = 500

Known = Mapping[str, Sequence[tuple[int, str, Finding]]]
"""Values by their first words: where in a value that word stands, the value, what was found."""


def spread(found: Found, passages: Iterable[Passage]) -> Generator[None, None, Found]:
    """The same, and each value in all passages, as it was written where it was found."""
    known = yield from _by_first_word(found)
    if not known:
        return found
    mine = {passage.where: several for passage, several in found}
    everywhere: list[tuple[Passage, Sequence[Finding]]] = []
    for passage in passages:
        several = mine.get(passage.where, ())
        more: list[Finding] = []
        for start, end in pieces(passage.text):
            more += _alike(passage.text, start, end, known)
            yield
        both = (yield from _together(several, more)) if more else several
        if both:
            everywhere.append((passage, both))
    return everywhere


def _by_first_word(found: Found) -> Generator[None, None, Known]:
    known: dict[str, dict[str, tuple[int, str, Finding]]] = {}
    for passage, several in found:
        for number, each in enumerate(several, 1):
            spelled = passage.text[each.start : each.end]
            word = _WORD.search(spelled)
            if word is not None and len(spelled) >= _SHORTEST:
                known.setdefault(word[0], {}).setdefault(spelled, (word.start(), spelled, each))
            if number % _AT_ONCE == 0:
                yield
    return {word: sorted(values.values(), key=_longest_first) for word, values in known.items()}


def _longest_first(value: tuple[int, str, Finding]) -> int:
    return -len(value[1])


def _alike(text: str, first: int, last: int, known: Known) -> Iterable[Finding]:
    for word in _WORD.finditer(text, first, last):
        for offset, spelled, finding in known.get(word[0], ()):
            start = word.start() - offset
            end = start + len(spelled)
            if start >= 0 and text.startswith(spelled, start) and not text[end : end + 1].isalnum():
                yield replace(finding, start=start, end=end)
                break


def _together(
    several: Sequence[Finding], more: Iterable[Finding]
) -> Generator[None, None, Sequence[Finding]]:
    """Those, and of the others whatever lies beside them, in the text's order."""
    made: list[Finding] = []
    at = 0
    for number, each in enumerate(more, 1):
        while at < len(several) and several[at].start <= each.start:
            made.append(several[at])
            at += 1
        free = made[-1].end <= each.start if made else True
        if free and (at == len(several) or each.end <= several[at].start):
            made.append(each)
        if number % _AT_ONCE == 0:
            yield
    return [*made, *several[at:]]
