"""Which texts hold the words that are looked for, and where in them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from math import log
from typing import Any

_WORD = re.compile(r"\w+")
_AROUND = 80  # characters on each side of what is found


def words_of(text: str) -> list[str]:
    """The words of a text, without regard to case."""
    return _WORD.findall(text.casefold())


def score(text: str, wanted: list[str]) -> float:
    """0 where no word of those wanted stands in the text; else more, the more of them and the more often."""
    counts = Counter(words_of(text))
    return sum(1.0 + log(counts[word]) for word in dict.fromkeys(wanted) if counts[word])


def excerpt(text: str, wanted: list[str]) -> str:
    """The text around the first word that is found; its beginning where none is."""
    found = re.search("|".join(map(re.escape, wanted)), text, re.IGNORECASE) if wanted else None
    start = max(0, found.start() - _AROUND) if found else 0
    end = (found.end() if found else 0) + _AROUND
    cut = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"


def texts(value: Any) -> Iterator[str]:
    """Every name and every scalar in it as text, for a search; no bytes."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            for name, item in reversed(list(part.items())):
                waiting += (item, str(name))
        elif isinstance(part, list | tuple):
            waiting += reversed(part)
        elif not (part is None or isinstance(part, bytes)):
            yield str(part)
