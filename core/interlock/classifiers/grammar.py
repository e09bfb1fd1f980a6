"""Small words by what they do in a sentence: how it opens, and where it orders something.

An order shows by its build: a word that is no small word, at the beginning of a clause, before "the", "my" or
"them". It needs no list of verbs.
"""

import re
from collections.abc import Sequence
from functools import cache

from interlock.classifiers.lexicon import ENGLISH, FOLDER, fold

_BREAKS = r"[.:;!?,\n]\s+(\w{2,20})"
CLAUSES = 600
"""Characters in which clauses are looked for."""

_BEGUN = 24  # clauses
_POLITE = 4  # words of "could you please" before an order
_WORDS = 120  # words in which orders are looked for
_compiled = cache(re.compile)

Roles = dict[str, frozenset[str]]


@cache
def roles(language: str | None) -> Roles:
    """Role -> English words and those of a language, without accents; of every language when it is unknown.

    `any` holds all of them.
    """
    found: dict[str, set[str]] = {"any": set()}
    for section in (FOLDER / "grammar.txt").read_text(encoding="utf-8").split("\n[")[1:]:
        head, _, body = section.partition("]")
        spoken, role = head.split()
        if language is None or spoken in (ENGLISH, language):
            words = {fold(word) for word in " ".join(body.split()).split(", ")}
            found.setdefault(role, set()).update(words)
            found["any"] |= words
    return {role: frozenset(words) for role, words in found.items()}


def opening(words: Sequence[str], known: Roles) -> int:
    """Where a text begins after "please", "could you" and the like."""
    polite = known["polite"]
    at = 0
    for word in words[:_POLITE]:
        if word not in polite:
            break
        at += 1
    return at


def orders(words: Sequence[str], text: str, known: Roles, first: int, verbs: frozenset[int]) -> list[int]:
    """Where a clause orders something: `verbs` are the places of verbs that the vocabulary knows."""
    joins, small, objects = known["and"], known["any"], known["det"]
    places = [at + 1 for at, word in enumerate(words) if word in joins]
    places.append(first)
    if "," in text or "." in text or ":" in text or ";" in text or "!" in text or "\n" in text:
        clauses = _compiled(_BREAKS).findall(text[:CLAUSES].lower())
        if not text.isascii():
            clauses = [fold(word) for word in clauses[:_BEGUN]]
        if clauses:
            begun = frozenset(clauses)
            places += [at for at, word in enumerate(words) if word in begun]
    last = min(len(words) - 1, _WORDS)
    return sorted(
        {
            at
            for at in places
            if at in verbs or (at < last and words[at + 1] in objects and words[at] not in small)
        }
    )
