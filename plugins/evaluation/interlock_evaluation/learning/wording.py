"""What a prompt's own words add to its task: how much one model would gain over another, prompt by prompt.

Second to the table of tasks, and learned from thousands of prompts rather than hundreds. The average of four
weak predictions: ridge regressions on hashed words, on counts of what stands on the surface and on sentence
vectors, and the mean of the most similar prompts. What was learned is arrays alone, and numpy is all that is
needed to use it.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from interlock_evaluation.statistics import Numbers

LEAST: Final = 100
"""Prompts, below which words say nothing."""
_BUCKETS: Final = 4096
_NEAR: Final = 100
_PENALTIES: Final = {"words": 10.0, "surface": 10.0, "vectors": 3.0}
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_LONGEST: Final = 20_000
_TINY: Final = 1e-9
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What was learned of two models' answers to prompts.

    Attributes:
        words: weights of 4,096 buckets of words and pairs of words, and last the mean gain.
        rarity: what a word of each bucket counts for.
        surface: weights of the counts, and last the mean gain.
        center, scale: of the counts.
        vectors: sentence vectors of the prompts learned from, of shape (prompts, dimensions); none if there
            are none.
        vector_weights: of their dimensions, and last the mean gain.
        gains: of those prompts.
        spreads: by which the predictions are made alike before they are averaged.
    """

    words: Numbers
    rarity: Numbers
    surface: Numbers
    center: Numbers
    scale: Numbers
    vectors: Floats
    vector_weights: Numbers
    gains: Numbers
    spreads: Numbers

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
        counted = _hashed(texts)
        rarity = np.log((1 + len(texts)) / (1 + (counted > 0).sum(axis=0))) + 1
        looks = surface(texts)
        center, scale = looks.mean(axis=0), looks.std(axis=0) + 1e-6
        sight = np.zeros((len(texts), 0)) if vectors is None else vectors
        made = cls(
            words=_ridge(_weighed(counted, rarity), gains, _PENALTIES["words"]),
            rarity=rarity,
            surface=_ridge((looks - center) / scale, gains, _PENALTIES["surface"]),
            center=center,
            scale=scale,
            vectors=sight.astype(np.float32),
            vector_weights=_ridge(sight, gains, _PENALTIES["vectors"]),
            gains=np.asarray(gains, dtype=np.float64),
            spreads=np.ones(4),
        )
        parts = made._parts(texts[:1000], None if vectors is None else vectors[:1000])
        spreads = parts.std(axis=1)
        return cls(**{**made.to_arrays(), "spreads": np.where(spreads > _TINY, spreads, np.inf)})

    def predict(self, texts: Sequence[str], vectors: Numbers | None = None) -> Numbers:
        """How promising the one model is over the other, of each prompt; only the order means anything.

        Raises:
            ValueError: vectors are missing where some were learned from, or are not as many.
        """
        if self.vectors.shape[1] and (vectors is None or len(vectors) != len(texts)):
            raise ValueError("a sentence vector is needed for each text, as it was learned from such.")
        found: Numbers = (self._parts(texts, vectors) / self.spreads[:, None]).mean(axis=0)
        return found

    def _parts(self, texts: Sequence[str], vectors: Numbers | None) -> Numbers:
        looks = (surface(texts) - self.center) / self.scale
        parts = [
            _weighed(_hashed(texts), self.rarity) @ self.words[:-1] + self.words[-1],
            looks @ self.surface[:-1] + self.surface[-1],
        ]
        if vectors is None or not self.vectors.shape[1]:
            return np.stack([*parts, np.zeros(len(texts)), np.zeros(len(texts))])
        sight = np.asarray(vectors, dtype=np.float32)
        near = min(_NEAR, len(self.gains) - 1)
        nearest = np.argpartition(-(sight @ self.vectors.T), near, axis=1)[:, :near]
        parts.append(sight @ self.vector_weights[:-1] + self.vector_weights[-1])
        return np.stack([*parts, self.gains[nearest].mean(axis=1)])

    def to_arrays(self) -> dict[str, NDArray[np.floating]]:
        """For `numpy.savez`; no object is among them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.floating]]) -> Self:
        """What `to_arrays` gave. Raises KeyError where one is missing."""
        return cls(**{each.name: np.asarray(arrays[each.name]) for each in fields(cls)})


def _hashed(texts: Sequence[str]) -> Floats:
    """How often words and pairs of words fall into each bucket; the same on every machine."""
    found = np.zeros((len(texts), _BUCKETS), dtype=np.float32)
    for at, text in enumerate(texts):
        words = [each.lower() for each in _TOKEN.findall(text[:_LONGEST])]
        for each in (*words, *(f"{one} {other}" for one, other in pairwise(words))):
            found[at, zlib.crc32(each.encode("utf-8", "replace")) % _BUCKETS] += 1
    return found


def _weighed(counted: Floats, rarity: Numbers) -> Floats:
    weighed = np.log1p(counted) * rarity.astype(np.float32)
    found: Floats = weighed / np.maximum(np.linalg.norm(weighed, axis=1, keepdims=True), _TINY)
    return found


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
    if len(values) < apart.shape[1]:
        inner = np.asarray(apart @ apart.T, dtype=np.float64)
        inner[np.diag_indices_from(inner)] += penalty
        weights = apart.T @ np.linalg.solve(inner, gains - mean)
    else:
        inner = np.asarray(apart.T @ apart, dtype=np.float64)
        inner[np.diag_indices_from(inner)] += penalty
        weights = np.linalg.solve(inner, np.asarray(apart.T @ (gains - mean).astype(apart.dtype), np.float64))
    return np.append(weights, mean - float(middle @ weights))


def recovered(gains: Numbers, score: Numbers) -> float:
    """The average share of the better model's gain that is had over all shares of prompts that it is given.

    By falling `score`; .5 is what chance gives, and more than 1 is possible where it is worse on some prompts
    (APGR of arXiv 2406.18665).
    """
    order = np.argsort(-score, kind="stable")
    had = np.concatenate([[0.0], np.cumsum(gains[order])]) / len(gains)
    return float((had / np.mean(gains)).mean())
