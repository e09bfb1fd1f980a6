"""What a prompt's own words add to its task: how much one model would gain over another, prompt by prompt.

Second to the table of tasks, and learned from thousands of prompts rather than hundreds. The average of four
weak predictions: ridge regressions on hashed words, on counts of what stands on the surface and on sentence
vectors, and the mean of the most similar prompts. What was learned is arrays alone, and numpy is all that is
needed to use it.
"""

import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from interlock_evaluation.statistics import Numbers, Places

LEAST: Final = 100
"""Prompts, below which words say nothing."""
_BUCKETS: Final = 1 << 18
_NEAR: Final = 100
_PENALTIES: Final = {"words": 3.0, "surface": 10.0, "vectors": 3.0}
# Of words, surface, vectors and neighbours: chosen out of eight on the tables that the page names.
_SHARES: Final = np.array([2.0, 1.0, 1.0, 2.0])
_ROUNDS: Final = 60
_CLOSE: Final = 1e-10
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_LONGEST: Final = 20_000
_TINY: Final = 1e-9
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What was learned of two models' answers to prompts.

    Attributes:
        words: weights of 262,144 buckets of words and pairs of words, and last what is added.
        rarity: what a word of each bucket counts for.
        surface: weights of the counts, and last what is added.
        center, scale: of the counts.
        vectors: sentence vectors of the prompts learned from, of shape (prompts, dimensions); none if there
            are none.
        vector_weights: of their dimensions, and last what is added.
        gains: of those prompts.
    """

    words: Numbers
    rarity: Numbers
    surface: Numbers
    center: Numbers
    scale: Numbers
    vectors: Floats
    vector_weights: Numbers
    gains: Numbers

    @classmethod
    def learn(cls, texts: Sequence[str], gains: Numbers, vectors: Numbers | None = None) -> Self:
        """From prompts' words and what one model gained over the other on each, -1 to 1.

        `vectors`, of shape (prompts, dimensions), have length 1, as those of `interlock_embeddings` do.

        Raises:
            ValueError: fewer than 100 prompts, or texts, gains and vectors are not as many.
        """
        if len(texts) < LEAST:
            raise ValueError(f"{len(texts)} prompts are too few to learn from words: {LEAST} are needed.")
        if len(gains) != len(texts) or (vectors is not None and len(vectors) != len(texts)):
            raise ValueError("texts, gains and vectors are not as many.")
        counted = _counted(texts)
        rarity = np.log((1 + len(texts)) / (1 + np.bincount(counted.bucket, minlength=_BUCKETS))) + 1
        looks = surface(texts)
        center, scale = looks.mean(axis=0), looks.std(axis=0) + _TINY
        sight = np.zeros((len(texts), 0)) if vectors is None else vectors
        known = np.asarray(gains, dtype=np.float64)
        return cls(
            words=counted.weighed(rarity).ridge(known, _PENALTIES["words"]),
            rarity=rarity,
            surface=_ridge((looks - center) / scale, known, _PENALTIES["surface"]),
            center=center,
            scale=scale,
            vectors=sight.astype(np.float32),
            vector_weights=_ridge(sight, known, _PENALTIES["vectors"]),
            gains=known,
        )

    def predict(self, texts: Sequence[str], vectors: Numbers | None = None) -> Numbers:
        """What the one model may gain over the other on each prompt; the order means more than the size.

        Raises:
            ValueError: vectors are missing where some were learned from, or are not as many.
        """
        counted = _counted(texts).weighed(self.rarity)
        looks = (surface(texts) - self.center) / self.scale
        parts = [
            counted.times(self.words[:-1]) + self.words[-1],
            looks @ self.surface[:-1] + self.surface[-1],
        ]
        if self.vectors.shape[1]:
            if vectors is None or len(vectors) != len(texts):
                raise ValueError("a sentence vector is needed for each text, as it was learned from such.")
            sight = np.asarray(vectors, dtype=np.float32)
            near = min(_NEAR, len(self.gains) - 1)
            nearest = np.argpartition(-(sight @ self.vectors.T), near, axis=1)[:, :near]
            parts.append(sight @ self.vector_weights[:-1] + self.vector_weights[-1])
            parts.append(self.gains[nearest].mean(axis=1))
        found: Numbers = np.average(np.stack(parts), axis=0, weights=_SHARES[: len(parts)])
        return found

    def to_arrays(self) -> dict[str, NDArray[np.floating]]:
        """For `numpy.savez`; no object is among them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.floating]]) -> Self:
        """What `to_arrays` gave. Raises KeyError where one is missing."""
        return cls(**{each.name: np.asarray(arrays[each.name]) for each in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """How often words fall into buckets, most of which are empty: a row, a bucket and a value for each."""

    row: Places
    bucket: Places
    value: Numbers
    rows: int

    def weighed(self, rarity: Numbers) -> "_Counted":
        """The rarer the more, and of length 1 for each text."""
        value = (1 + np.log(self.value)) * rarity[self.bucket]
        length = np.sqrt(np.bincount(self.row, value**2, minlength=self.rows))
        value = value / np.maximum(length[self.row], _TINY)
        return _Counted(row=self.row, bucket=self.bucket, value=value, rows=self.rows)

    def times(self, weights: Numbers) -> Numbers:
        found = np.bincount(self.row, self.value * weights[self.bucket], minlength=self.rows)
        return found.astype(np.float64)

    def back(self, values: Numbers) -> Numbers:
        found = np.bincount(self.bucket, self.value * values[self.row], minlength=_BUCKETS)
        return found.astype(np.float64)

    def ridge(self, gains: Numbers, penalty: float) -> Numbers:
        """As `_ridge`, by conjugate gradients."""
        middle, mean = self.back(np.ones(self.rows)) / self.rows, float(gains.mean())
        rest = self.back(gains - mean) - middle * float((gains - mean).sum())
        weights, step = np.zeros(_BUCKETS), rest
        size = least = float(rest @ rest)
        for _ in range(_ROUNDS):
            if size <= _CLOSE * least:
                break
            apart = self.times(step) - middle @ step
            turned = self.back(apart) - middle * float(apart.sum()) + penalty * step
            far = size / float(step @ turned)
            weights, rest = weights + far * step, rest - far * turned
            size, before = float(rest @ rest), size
            step = rest + size / before * step
        return np.append(weights, mean - float(middle @ weights))


def _counted(texts: Sequence[str]) -> _Counted:
    """Words and pairs of words; the same buckets on every machine."""
    found = []
    for text in texts:
        words = [each.lower() for each in _TOKEN.findall(text[:_LONGEST])]
        both = (*words, *(f"{one} {other}" for one, other in pairwise(words)))
        found.append(Counter(zlib.crc32(each.encode("utf-8", "replace")) % _BUCKETS for each in both))
    return _Counted(
        row=np.repeat(np.arange(len(found)), [len(each) for each in found]).astype(np.int64),
        bucket=np.array([bucket for each in found for bucket in each], dtype=np.int64),
        value=np.array([count for each in found for count in each.values()], dtype=np.float64),
        rows=len(found),
    )


def surface(texts: Sequence[str]) -> Numbers:
    """Counts of what stands on the surface, of shape (texts, 9): lengths, digits, capitals, signs."""
    return np.array([_looks(each[:_LONGEST]) for each in texts], dtype=np.float64).reshape(-1, 9)


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


def _ridge(values: Numbers | Floats, gains: Numbers, penalty: float) -> Numbers:
    """Weights, and last what is added, so that the mean is met."""
    middle, mean = values.mean(axis=0), float(np.mean(gains))
    apart = values - middle
    inner = np.asarray(apart.T @ apart, dtype=np.float64)
    inner[np.diag_indices_from(inner)] += penalty
    weights = np.linalg.solve(inner, np.asarray(apart.T @ (gains - mean), dtype=np.float64))
    return np.append(weights, mean - float(middle @ weights))


def recovered(gains: Numbers, score: Numbers) -> float:
    """The average share of the better model's gain that is had over all shares of prompts that it is given.

    By falling `score`; .5 is what chance gives, and more than 1 is possible where it is worse on some prompts
    (APGR of arXiv 2406.18665).
    """
    order = np.argsort(-score, kind="stable")
    had = np.concatenate([[0.0], np.cumsum(gains[order])]) / len(gains)
    return float((had / np.mean(gains)).mean())
