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
from interlock_privacy.scanning import STEP, Found, let_go, pieces

__all__ = ["spread"]

_WORD: Final = re.compile(r"[^\W_]+")
_SHORTEST: Final = 5  # a value of fewer signs may stand elsewhere and mean something else


_Alike = tuple[int, int, dict[str, Finding]]
Known = Mapping[str, Sequence[_Alike]]
"""Values by their first words: where in a value that word stands, how long it is, and what was found, for all
that are alike in that. A thousand telephone numbers begin with +48, and few are longer than others.
"""


def spread(found: Found, passages: Iterable[Passage]) -> Generator[None, None, Found]:
    """The same, and each value in all passages, as it was written where it was found."""
    known = yield from _by_first_word(found)
    if not known:
        return found
    mine = {passage.where: several for passage, several in found}
    everywhere: list[tuple[Passage, list[Finding]]] = []
    for passage in passages:
        several = mine.get(passage.where, [])
        more: list[Finding] = []
        for start, end in pieces(passage.text):
            more += _alike(passage.text, start, end, known)
            yield
        both = (yield from _together(several, more)) if more else several
        if both:
            everywhere.append((passage, both))
        yield from let_go([(passage, more)])
    return everywhere


def _by_first_word(found: Found) -> Generator[None, None, Known]:
    known: dict[str, dict[tuple[int, int], dict[str, Finding]]] = {}
    for passage, several in found:
        for number, each in enumerate(several, 1):
            spelled = passage.text[each.start : each.end]
            word = _WORD.search(spelled)
            if word is not None and len(spelled) >= _SHORTEST:
                form = (word.start(), len(spelled))
                known.setdefault(word[0], {}).setdefault(form, {}).setdefault(spelled, each)
            if number % STEP == 0:
                yield
        yield
    ordered: dict[str, Sequence[_Alike]] = {}
    for number, (said, forms) in enumerate(known.items(), 1):
        longest_first = sorted(forms, key=_length, reverse=True)
        ordered[said] = [(*form, forms[form]) for form in longest_first]
        if number % STEP == 0:
            yield
    return ordered


def _length(form: tuple[int, int]) -> int:
    return form[1]


def _alike(text: str, first: int, last: int, known: Known) -> Iterable[Finding]:
    for word in _WORD.finditer(text, first, last):
        for offset, length, values in known.get(word[0], ()):
            start = word.start() - offset
            end = start + length
            finding = values.get(text[start:end]) if start >= 0 else None
            if finding is not None and not text[end : end + 1].isalnum():
                yield replace(finding, start=start, end=end)
                break


def _together(several: Sequence[Finding], more: Iterable[Finding]) -> Generator[None, None, list[Finding]]:
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
        if number % STEP == 0:
            yield
    return [*made, *several[at:]]
