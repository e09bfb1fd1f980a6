"""What is read of prompts before anything is learned from them: words, looks, and sentence vectors."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from interlock_evaluation.statistics import Numbers, Places

BUCKETS: Final = 1 << 18
LOOKS: Final = 9
LONGEST: Final = 20_000
"""Characters of a prompt that are read."""
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often words fall into buckets, most of which are empty: a row, a bucket and a value for each."""

    row: Places
    bucket: Places
    value: Numbers
    rows: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Words and pairs of words; the same buckets on every machine."""
        found = []
        for text in texts:
            words = [each.lower() for each in _TOKEN.findall(text[:LONGEST])]
            both = (*words, *(f"{one} {other}" for one, other in pairwise(words)))
            found.append(Counter(zlib.crc32(each.encode("utf-8", "replace")) % BUCKETS for each in both))
        return cls(
            row=np.repeat(np.arange(len(found)), [len(each) for each in found]).astype(np.int64),
            bucket=np.array([bucket for each in found for bucket in each], dtype=np.int64),
            value=np.array([count for each in found for count in each.values()], dtype=np.float64),
            rows=len(found),
        )

    def of_rows(self, which: Places) -> Self:
        """Those of some texts, in that order, each at most once."""
        place = np.full(self.rows, -1)
        place[which] = np.arange(len(which))
        row = place[self.row]
        kept = row >= 0
        return replace(self, row=row[kept], bucket=self.bucket[kept], value=self.value[kept], rows=len(which))


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Of some prompts.

    Attributes:
        looks: counts of what stands on the surface, of shape (prompts, 9): lengths, digits, capitals, signs.
        vectors: of shape (prompts, dimensions) and length 1, as those of `interlock_embeddings`; of shape
            (prompts, 0) where there are none.
    """

    counts: Counts
    looks: Numbers
    vectors: Floats

    @classmethod
    def of(cls, texts: Sequence[str], vectors: Numbers | None = None) -> Self:
        """Raises ValueError where texts and vectors are not as many."""
        if vectors is not None and len(vectors) != len(texts):
            raise ValueError("texts and vectors are not as many.")
        sight = np.zeros((len(texts), 0)) if vectors is None else vectors
        return cls(counts=Counts.of(texts), looks=surface(texts), vectors=sight.astype(np.float32))

    def __len__(self) -> int:
        return len(self.looks)

    def rows(self, which: Places) -> Self:
        """Those of some prompts, in that order, each at most once."""
        return type(self)(
            counts=self.counts.of_rows(which), looks=self.looks[which], vectors=self.vectors[which]
        )


def surface(texts: Sequence[str]) -> Numbers:
    """Counts of what stands on the surface, of shape (texts, 9): lengths, digits, capitals, signs."""
    return np.array([_looks(each[:LONGEST]) for each in texts], dtype=np.float64).reshape(-1, LOOKS)


def _looks(text: str) -> tuple[float, ...]:
    size, words = max(len(text), 1), text.split()
    digits = sum(each.isdigit() for each in text)
    return (
        float(np.log1p(len(text))),
        float(np.log1p(len(words))),
        digits / size,
        float(np.log1p(digits)),
        sum(each.isupper() for each in text) / size,
        sum(each in ".,;:?!" for each in text) / size,
        float(np.log1p(text.count("\n"))),
        float(np.log1p(sum(each in "+-*/=^$%" for each in text))),
        sum(map(len, words)) / max(len(words), 1),
    )
