"""What the end of a text says of the tokens that may begin there, read from its end: most texts are done with
in one look, where a search has to try every letter.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["ending", "joined"]


def ending(words: Iterable[Sequence[str]], between: str) -> re.Pattern[str]:
    """Matches, in a text turned round, the longest end that is the beginning of the first word of some label,
    or all of it.

    Its first group matches instead where the text ends in a label's word, in what is `between` it and the
    next, and in letters and digits that may be the next or the beginning of a code: then more than the last
    word counts.
    """
    words = list(words)
    every = {word for several in words for word in several}
    longest = max((len(word) for word in every), default=0)
    said = rf"(-?[A-Za-z2-7]{{0,{max(longest, 8)}}}{between}{_turned(every)})"
    return re.compile(f"{said}|{_read(_branches(several[0] for several in words))}")


def joined(words: Iterable[Sequence[str]], between: str) -> re.Pattern[str]:
    """Matches, in a text turned round, an end that a label's next word may follow."""
    return re.compile(between + _turned({word for several in words for word in several[:-1]}))


def _turned(words: Iterable[str]) -> str:
    """Any of some words from its end, the longest that is there; nothing where there are none."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    turned = "|".join("".join(map(_either_case, reversed(word))) for word in longest_first)
    return f"(?:{turned})" if turned else "(?!)"


def _branches(words: Iterable[str]) -> dict[str, Any]:
    """Each beginning of a word from its last sign to its first, where it has an end."""
    branches: dict[str, Any] = {}
    for word in words:
        for size in range(1, len(word) + 1):
            at = branches
            for sign in reversed(word[:size]):
                at = at.setdefault(sign, {})
            at[""] = {}
    return branches


def _read(branches: dict[str, Any]) -> str:
    ways = [_either_case(sign) + _read(rest) for sign, rest in branches.items() if sign]
    if not ways:
        return ""
    return f"(?:{'|'.join(ways)})" + ("?" if "" in branches else "")


def _either_case(sign: str) -> str:
    return f"[{sign}{sign.upper()}]" if sign.isalpha() else re.escape(sign)
