"""What a prompt's own words add to its task: how much models would gain over another, prompt by prompt.

Second to the table of tasks, and learned from thousands of prompts rather than hundreds. The average of four
weak predictions: ridge regressions on hashed words, on counts of what stands on the surface and on sentence
vectors, and the mean of the most similar prompts. What was learned is arrays alone, and numpy is all that is
needed to use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from interlock_evaluation.learning.features import BUCKETS, LOOKS, Counts, Features, Floats
from interlock_evaluation.statistics import Numbers, Places

LEAST: Final = 100
"""Prompts, below which words say nothing."""
NEIGHBOURS: Final = 20_000
"""Of so many prompts at most the vectors are kept."""
_NEAR: Final = 100
_SIGHT: Final = 64  # dimensions in which neighbours are looked for
_STEPS: Final = 127
_PENALTIES: Final = {"words": 3.0, "surface": 10.0, "vectors": 3.0}
# Of words, surface, vectors and neighbours: chosen out of eight on the tables that the page names.
_SHARES: Final = np.array([2.0, 1.0, 1.0, 2.0])
_ROUNDS: Final = 60
_CLOSE: Final = 1e-5
_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What was learned of several models' answers to prompts; each has a column.

    Attributes:
        buckets: those that words and pairs of words fell into, sorted, of shape (buckets,).
        rarity: what a word of each bucket counts for.
        words: weights of the buckets, and last what is added: (buckets + 1, models).
        surface: weights of the counts, and last what is added: (10, models).
        center, scale: of the counts.
        vectors: weights of sentence vectors' dimensions, and last what is added; no row without vectors.
        turn: from those dimensions to the 64 in which neighbours are looked for.
        near: where prompts that were learned from lie there, in 127ths, of shape (prompts, 64).
        gains: of those prompts: (prompts, models).
    """

    buckets: NDArray[np.int32]
    rarity: NDArray[np.float16]
    words: NDArray[np.float16]
    surface: Floats
    center: Numbers
    scale: Numbers
    vectors: Floats
    turn: NDArray[np.float16]
    near: NDArray[np.int8]
    gains: NDArray[np.float16]

    @classmethod
    def learn(cls, features: Features, gains: Numbers) -> Self:
        """From prompts and what each model gained over another on each, (prompts, models), -1 to 1.

        Raises:
            ValueError: fewer than 100 prompts, or features and gains are not as many.
        """
        if len(features) < LEAST:
            raise ValueError(f"{len(features)} prompts are too few to learn from words: {LEAST} are needed.")
        if len(gains) != len(features):
            raise ValueError("prompts and gains are not as many.")
        seen = np.bincount(features.counts.bucket, minlength=BUCKETS)
        buckets = np.flatnonzero(seen)
        rarity = (np.log((1 + len(features)) / (1 + seen[buckets])) + 1).astype(np.float16)
        words = _Weighed.of(features.counts, buckets, rarity)
        center, scale = features.looks.mean(axis=0), features.looks.std(axis=0) + _TINY
        sight = features.vectors
        seeing = sight.shape[1] > 0
        turn = _turn(sight).astype(np.float16)
        kept = np.unique(np.linspace(0, len(features) - 1, NEIGHBOURS).astype(np.int64))
        return cls(
            buckets=buckets.astype(np.int32),
            rarity=rarity,
            words=words.ridge(gains, _PENALTIES["words"]).astype(np.float16),
            surface=_ridge((features.looks - center) / scale, gains, _PENALTIES["surface"]),
            center=center,
            scale=scale,
            vectors=_ridge(sight, gains, _PENALTIES["vectors"])
            if seeing
            else np.zeros((0, gains.shape[1]), np.float32),
            turn=turn,
            near=np.round(_STEPS * _turned(sight[kept], turn)).astype(np.int8),
            gains=gains[kept].astype(np.float16),
        )

    @property
    def sees(self) -> int:
        """Dimensions of the sentence vectors that it needs; 0 where it needs none."""
        return int(self.turn.shape[0])

    def predict(self, features: Features) -> Numbers:
        """What each model may gain on each prompt, (prompts, models); the order means more than the size.

        Raises:
            ValueError: sentence vectors are not those that it was learned from.
        """
        if features.vectors.shape[1] != self.sees:
            raise ValueError(f"sentence vectors of {self.sees} dimensions are needed.")
        counted = _Weighed.of(features.counts, self.buckets, self.rarity)
        parts = [
            counted.times(self.words[:-1].astype(np.float64)) + self.words[-1],
            ((features.looks - self.center) / self.scale) @ self.surface[:-1] + self.surface[-1],
        ]
        if self.sees:
            sight = _turned(features.vectors, self.turn)
            count = min(_NEAR, len(self.gains) - 1)
            nearest = np.argpartition(-(sight @ self.near.astype(np.float32).T), count, axis=1)[:, :count]
            parts.append(features.vectors @ self.vectors[:-1] + self.vectors[-1])
            parts.append(self.gains.astype(np.float64)[nearest].mean(axis=1))
        found: Numbers = np.average(np.stack(parts), axis=0, weights=_SHARES[: len(parts)])
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """For `numpy.savez`; no object is among them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """What `to_arrays` gave.

        Raises:
            KeyError: one is missing.
            ValueError: one is not of the kind or the shape that it should be, or holds what is no number.
        """
        made = cls(**{each.name: arrays[each.name] for each in fields(cls)})
        made._check()
        return made

    def _check(self) -> None:
        if self.words.ndim != 2 or self.turn.ndim != 2 or self.near.ndim != 2:  # noqa: PLR2004 - a table
            raise ValueError("`words`, `turn` or `near` is no table.")
        models, buckets, seen = self.words.shape[1], len(self.buckets), self.turn.shape[0]
        wanted: dict[str, tuple[Any, tuple[int, ...]]] = {
            "buckets": (np.int32, (buckets,)),
            "rarity": (np.float16, (buckets,)),
            "words": (np.float16, (buckets + 1, models)),
            "surface": (np.float32, (LOOKS + 1, models)),
            "center": (np.float64, (LOOKS,)),
            "scale": (np.float64, (LOOKS,)),
            "vectors": (np.float32, (seen + 1 if seen else 0, models)),
            "turn": (np.float16, (seen, self.near.shape[1])),
            "near": (np.int8, (len(self.gains), self.near.shape[1])),
            "gains": (np.float16, (len(self.gains), models)),
        }
        for name, (kind, shape) in wanted.items():
            array = getattr(self, name)
            if array.dtype != kind or array.shape != shape:
                raise ValueError(
                    f"`{name}` is {array.dtype} of {array.shape}, not {kind.__name__} of {shape}."
                )
            if not np.isfinite(array).all():
                raise ValueError(f"`{name}` holds what is no number.")
        if buckets and (
            self.buckets[0] < 0 or self.buckets[-1] >= BUCKETS or (np.diff(self.buckets) <= 0).any()
        ):
            raise ValueError("`buckets` are not in order.")
        if (self.scale <= 0).any() or not len(self.gains):
            raise ValueError("`scale` or `gains` is nothing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    """Words of texts by the places of their buckets: the rarer the more, and of length 1 for each text."""

    row: Places
    place: Places
    value: Numbers
    rows: int
    places: int

    @classmethod
    def of(cls, counts: Counts, buckets: NDArray[np.integer], rarity: NDArray[np.float16]) -> "_Weighed":
        """Words in no bucket are passed over."""
        place = np.full(BUCKETS, -1)
        place[buckets] = np.arange(len(buckets))
        at = place[counts.bucket]
        known = at >= 0
        row, at = counts.row[known], at[known]
        value = (1 + np.log(counts.value[known])) * rarity[at].astype(np.float64)
        length = np.sqrt(np.bincount(row, value**2, minlength=counts.rows))
        return cls(
            row=row,
            place=at,
            value=value / np.maximum(length[row], _TINY),
            rows=counts.rows,
            places=len(buckets),
        )

    def times(self, weights: Numbers) -> Numbers:
        """By columns of weights, (places, models), to (texts, models)."""
        if weights.ndim > 1:
            return np.stack([self.times(each) for each in weights.T], axis=1)
        found = np.bincount(self.row, self.value * weights[self.place], minlength=self.rows)
        return found.astype(np.float64)

    def back(self, values: Numbers) -> Numbers:
        found = np.bincount(self.place, self.value * values[self.row], minlength=self.places)
        return found.astype(np.float64)

    def ridge(self, gains: Numbers, penalty: float) -> Numbers:
        """As `_ridge`, by conjugate gradients."""
        middle = self.back(np.ones(self.rows)) / self.rows
        return np.stack([self._solved(each, middle, penalty) for each in gains.T], axis=1)

    def _solved(self, gains: Numbers, middle: Numbers, penalty: float) -> Numbers:
        mean = float(gains.mean())
        rest = self.back(gains - mean) - middle * float((gains - mean).sum())
        weights, step = np.zeros(self.places), rest
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


def _turn(sight: Floats) -> Floats:
    """To the dimensions in which vectors differ most."""
    if not sight.shape[1]:
        return np.zeros((0, 0), np.float32)
    apart = sight - sight.mean(axis=0)
    _, directions = np.linalg.eigh(np.asarray(apart.T @ apart, dtype=np.float64))
    return directions[:, -_SIGHT:].astype(np.float32)


def _turned(sight: Floats, turn: NDArray[np.float16]) -> Floats:
    sight = sight @ turn.astype(np.float32)
    found: Floats = sight / np.maximum(np.linalg.norm(sight, axis=1, keepdims=True), np.float32(_TINY))
    return found


def _ridge(values: Numbers | Floats, gains: Numbers, penalty: float) -> Floats:
    """Weights, (columns, models), and last what is added, so that the means are met."""
    middle, mean = values.mean(axis=0), gains.mean(axis=0)
    apart = values - middle
    inner = np.asarray(apart.T @ apart, dtype=np.float64)
    inner[np.diag_indices_from(inner)] += penalty
    weights = np.linalg.solve(inner, np.asarray(apart.T @ (gains - mean), dtype=np.float64))
    return np.vstack([weights, mean - middle @ weights]).astype(np.float32)
