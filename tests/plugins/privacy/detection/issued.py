"""Keys made by their issuers' forms."""

import random
import re
import string
from collections.abc import Iterable, Iterator
from re import _parser as parser  # type: ignore[attr-defined]  # what tells how a form is built
from typing import Any

from interlock_privacy.detection.keys import FORMS

__all__ = ["issued"]

_TREES = {name: parser.parse(form) for name, form in FORMS}
# Characters that are made at most where a form takes more.
_MOST = 48
# So many of a class are of every kind that is in it, but for one key in some fifty.
_MANY = 10
_KINDS = (string.ascii_uppercase, string.ascii_lowercase, string.digits)


def issued(name: str, rng: random.Random) -> str:
    """A key of that form, by chance, as its issuer makes them: with every kind of character it may have."""
    while True:
        made = "".join(_made(_TREES[name], rng))
        if name != "aws" or re.fullmatch("[A-Z]+[2-7][A-Z2-7]*", made):  # Amazon's are in base 32
            return made


def _made(tree: Iterable[Any], rng: random.Random) -> Iterator[str]:
    for op, value in tree:
        kind = str(op)
        if kind == "LITERAL":
            yield chr(value)
        elif kind == "IN":
            yield rng.choice(_members(value))
        elif kind == "BRANCH":
            yield from _made(rng.choice(value[1]), rng)
        elif kind == "SUBPATTERN":
            yield from _made(value[3], rng)
        else:
            yield _repeated(*value, rng)


def _repeated(least: int, most: int, inner: Any, rng: random.Random) -> str:
    count = rng.randint(least, min(most, max(least, _MOST)))
    several = _members(inner[0][1]) if str(inner[0][0]) == "IN" else ""
    wanted = [kind for kind in _KINDS if count >= _MANY and set(kind) <= set(several)]
    while True:
        made = "".join(piece for _ in range(count) for piece in _made(inner, rng))
        if all(set(kind) & set(made[:_MOST]) for kind in wanted):
            return made


def _members(several: Iterable[Any]) -> str:
    """The characters of a class; of one that says which are not in it, letters and digits."""
    kinds = [(str(op), value) for op, value in several]
    if kinds[0][0] == "NEGATE":
        return "".join(_KINDS)
    spans = [(value, value) if kind == "LITERAL" else value for kind, value in kinds]
    return "".join(chr(code) for first, last in spans for code in range(first, last + 1))
