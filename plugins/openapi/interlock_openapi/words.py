"""The words of a text or an identifier, brought to one form, so that what means the same is the same."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from interlock_openapi.vocabulary import ALIKE, PHRASES, SILENT

_HUMPS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")
_LONGEST: Final = 4_000  # characters of a text
_SHORT: Final = 3  # letters that no ending is taken from
_ENDINGS: Final = (
    ("ies", "y"),
    ("ied", "y"),
    ("sses", "ss"),
    ("xes", "x"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("ss", "ss"),
    ("us", "us"),
    ("is", "is"),
    ("ings", ""),
    ("ing", ""),
    ("ed", ""),
    ("s", ""),
)
_DERIVED: Final = (
    "ization",
    "ations",
    "ation",
    "ments",
    "ment",
    "ers",
    "er",
    "ors",
    "or",
    "ion",
    "al",
    "ly",
    "ance",
    "ships",
    "ship",
)


def plain_words(query: str) -> str:
    """A query in lower case, its phrases in one word each."""
    said = query[:_LONGEST].lower()
    for phrase, meant in PHRASES:
        said = phrase.sub(meant, said)
    return said


def words_in(said: str) -> Iterator[str]:
    """Each word in lower case, in order, without those that say nothing."""
    for word in _WORD.findall(_HUMPS.sub(" ", said[:_LONGEST]).lower()):
        if word not in SILENT:
            yield from ALIKE.get(word) or (word,)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Without the endings of English; British spellings as American ones."""
    if not word.isascii() or len(word) <= _SHORT or word.isdigit():
        return word
    word = word.replace("isation", "ization").replace("ising", "izing").replace("ised", "ized")
    for ending, put in _ENDINGS:
        if word.endswith(ending):
            kept = word[: len(word) - len(ending)] + put
            word = kept if len(kept) >= _SHORT else word
            break
    if word.endswith("e") and len(word) > _SHORT + 1:
        word = word[:-1]
    twice = len(word) > _SHORT + 1 and word[-1] == word[-2] and word[-1] in "bdgmnprt"
    return word[:-1] if twice else word


@lru_cache(maxsize=65_536)
def root(word: str) -> str:
    """What a word is derived from, as far as its ending tells: `reviewer` comes from `review`."""
    for ending in _DERIVED:
        if word.endswith(ending) and len(word) - len(ending) > _SHORT:
            return stem(word[: len(word) - len(ending)])
    return stem(word)
