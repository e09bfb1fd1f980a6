"""Finding a vocabulary's terms in a text: one dictionary lookup for each word that has been met before.

What a word may begin is worked out once, over all languages that are read together, and remembered: the words
of a language repeat, and stems, endings and seven languages cost a dozen lookups for each new one.
"""

from collections.abc import Sequence
from functools import cache

from interlock.classifiers.lexicon import ENGLISH, LATIN, STEM, Lexicon, Rest, Term, Use, lexicon

Hit = tuple[int, int, Term]
"""A term found at words[start:end], as (start, end, term). No class: hundreds are made for a decision."""

MOST = 1_200
"""Hits after which repeated words are passed over: three for each word that a classification reads."""

_GAP = 3  # words that ".." stands for, at most
_REMEMBERED = 4_096  # words, after which all are forgotten
_LONGEST = 32  # letters of a word that is remembered

_Part = tuple[tuple[Term, ...], dict[str, list[Use]], list[tuple[str, Rest, Term]]]
"""What one spelling begins: terms of one word; phrases by their second word; phrases with a wildcard there,
each with what the second word must begin with."""

_Entry = tuple[tuple[Term, ...], tuple[_Part, ...], frozenset[str], tuple[str, ...]]
"""All terms of one word; the parts, if there are phrases; the words of which one must follow for a phrase,
or beginnings with one of which the next word must begin."""

_NOTHING: tuple[()] = ()


class Vocabulary:
    """Lexicons that are read together, in their order.

    Safe to share between threads: entries never change, and a word worked out twice gives the same entry.
    """

    __slots__ = ("_entries", "_lexicons")

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._lexicons = tuple(lexicons)
        self._entries: dict[str, _Entry | tuple[()]] = {}

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """Terms found in `words`, in the order of the text, and at one word in the order of the lexicons.

        These are all; but once there are `MOST`, a word that has occurred before is passed over.
        """
        found: list[Hit] = []
        add = found.append
        met: set[str] | None = None
        last = len(words) - 1
        for at, known in enumerate(map(self._entries.get, words)):
            entry = self._learn(words[at]) if known is None else known
            if not entry:
                continue
            if len(found) >= MOST:
                met = met or set(words[:at])
                if words[at] in met:
                    continue
                met.add(words[at])
            single, parts, following, beginnings = entry
            end = at + 1
            if parts:
                after = words[end] if at < last else ""
                if after in following or (beginnings and after.startswith(beginnings)):
                    _phrases(parts, words, at, after, found)
                    continue
            for term in single:
                add((at, end, term))
        return found

    def _learn(self, word: str) -> _Entry | tuple[()]:
        parts: list[_Part] = []
        beginning, ending = word[:STEM], word[-STEM:]
        for index in self._lexicons:
            if lines := index.words.get(word):
                parts.append(_part(index.uses(lines)))
            if stems := index.stems.get(beginning):
                parts += [_part(index.uses(lines)) for stem, lines in stems.items() if word.startswith(stem)]
            if ends := index.endings.get(ending):
                terms = [term for end, term in ends if word.endswith(end) and word != end]
                if terms:
                    parts.append((tuple(terms), {}, []))
        entry = _entry(tuple(parts)) if parts else _NOTHING
        if len(word) <= _LONGEST:
            if len(self._entries) >= _REMEMBERED:
                self._entries.clear()
            self._entries[word] = entry
        return entry


@cache
def vocabulary(spoken: str | None) -> Vocabulary:
    """English, which everybody mixes in, with the language of a text; every language when that is unknown."""
    names = [name for name in LATIN if spoken is None or name in (ENGLISH, spoken)]
    return Vocabulary([lexicon(name) for name in names])


def _part(uses: Sequence[Use]) -> _Part:
    single: list[Term] = []
    by_next: dict[str, list[Use]] = {}
    wild: list[tuple[str, Rest, Term]] = []
    for rest, term in uses:
        if not rest:
            single.append(term)
        elif rest[0][-1] == "*" or rest[0] in ("_", ".."):
            wild.append((rest[0].rstrip("*_."), rest, term))
        else:
            by_next.setdefault(rest[0], []).append((rest[1:], term))
    return tuple(single), by_next, wild


def _entry(parts: tuple[_Part, ...]) -> _Entry:
    single: list[Term] = []
    following: set[str] = set()
    beginnings: set[str] = set()
    for terms, by_next, wild in parts:
        single += terms
        following.update(by_next)
        beginnings.update([beginning for beginning, _, _ in wild])
    phrases = parts if following or beginnings else ()
    return tuple(single), phrases, frozenset(following), tuple(beginnings)


def _phrases(parts: tuple[_Part, ...], words: Sequence[str], at: int, after: str, found: list[Hit]) -> None:
    for single, by_next, wild in parts:
        for term in single:
            found.append((at, at + 1, term))  # noqa: PERF401 - mostly none
        for rest, term in by_next.get(after, ()):
            if not rest:
                found.append((at, at + 2, term))
            elif end := _match(words, at + 2, rest):
                found.append((at, end, term))
        for beginning, rest, term in wild:
            if after.startswith(beginning) and (end := _match(words, at + 1, rest)):
                found.append((at, end, term))


def _match(words: Sequence[str], at: int, rest: Rest) -> int:
    """Where `rest` ends when it stands at words[at], or 0."""
    for index, part in enumerate(rest):
        if part == "..":
            for skip in range(_GAP + 1):
                end = _match(words, at + skip, rest[index + 1 :])
                if end:
                    return end
            return 0
        if at >= len(words):
            return 0
        word = words[at]
        if part not in (word, "_") and not (part[-1] == "*" and word.startswith(part[:-1])):
            return 0
        at += 1
    return at
