"""Learning a softmax from examples: over kernels, so that its cost goes by examples and not by features."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from interlock_embeddings.learned import WORDS_SHARE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

__all__ = ["Fit", "fit", "kernel_of", "words_kernel"]

_STEPS: Final = 2_000
_NEAR: Final = 1e-15  # of the first gradient's length, squared
_KEPT: Final = 12  # steps from which the curvature is known
_SHRINK: Final = 0.5
_FALL: Final = 1e-4
_LEAST: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Fit:
    """What each example contributes to each class, one row an example; and a constant for each class."""

    shares: "Matrix"
    bias: "Matrix"


def kernel_of(vectors: "Matrix", words: Sequence[Sequence[int]]) -> "Matrix":
    """How much each two texts have in common: embeddings, and the places of words."""
    common: Matrix = vectors @ vectors.T
    return common + words_kernel(words)


def words_kernel(words: Sequence[Sequence[int]]) -> "Matrix":
    import numpy as np  # noqa: PLC0415 - loaded when something is asked

    lists: dict[int, list[int]] = {}
    for row, places in enumerate(words):
        for place in places:
            lists.setdefault(place, []).append(row)
    postings = {place: np.array(rows, dtype=np.int64) for place, rows in lists.items()}
    count = len(words)
    common = np.zeros((count, count))
    for row, places in enumerate(words):
        if places:
            common[row] = np.bincount(np.concatenate([postings[each] for each in places]), minlength=count)
    lengths = np.sqrt(np.maximum([len(each) for each in words], 1))
    shared: Matrix = common * (WORDS_SHARE**2) / np.outer(lengths, lengths)
    return shared


def fit(kernel: "Matrix", classes: Sequence[int], weights: "Matrix") -> Fit:
    """Minimises the examples' losses, each times its weight, and half the squared length of what is learned.

    By L-BFGS in the kernel's own geometry, from zero, to the same place on every machine but for rounding.
    """
    import numpy as np  # noqa: PLC0415 - loaded when something is asked

    count = max(classes) + 1
    wanted = np.eye(count)[np.asarray(classes)]
    by = np.asarray(weights, dtype=np.float64)[:, None]

    def loss(values: "Matrix") -> "tuple[float, Matrix]":
        top = values.max(axis=1, keepdims=True)
        parts = np.exp(values - top)
        whole = parts.sum(axis=1, keepdims=True)
        logs = values - top - np.log(whole)
        return float(-(by * wanted * logs).sum()), by * (parts / whole - wanted)

    shares, bias = np.zeros_like(wanted), np.zeros(count)
    image = np.zeros_like(wanted)  # kernel @ shares
    lost, slope = loss(image + bias)
    total = lost
    ahead, ahead_bias = slope + shares, slope.sum(axis=0)
    ahead_image = kernel @ ahead
    first = float((ahead * ahead_image).sum() + (ahead_bias**2).sum())
    kept: deque[tuple[Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, float]] = deque(maxlen=_KEPT)
    for _ in range(_STEPS):
        if float((ahead * ahead_image).sum() + (ahead_bias**2).sum()) <= _NEAR * first:
            break
        way, way_image, way_bias = -ahead, -ahead_image, -ahead_bias
        taken = []
        for each in reversed(kept):
            part = float((each[0] * way_image).sum() + (each[2] * way_bias).sum()) / each[6]
            way, way_image, way_bias = (
                way - part * each[3],
                way_image - part * each[4],
                way_bias - part * each[5],
            )
            taken.append(part)
        if kept:
            last = kept[-1]
            scale = last[6] / float((last[3] * last[4]).sum() + (last[5] ** 2).sum())
            way, way_image, way_bias = way * scale, way_image * scale, way_bias * scale
        for each, part in zip(kept, reversed(taken), strict=True):
            other = float((each[3] * way_image).sum() + (each[5] * way_bias).sum()) / each[6]
            gain = part - other
            way, way_image, way_bias = (
                way + gain * each[0],
                way_image + gain * each[1],
                way_bias + gain * each[2],
            )
        descent = float((ahead * way_image).sum() + (ahead_bias * way_bias).sum())
        step = 1.0 if kept else 1.0 / max(first**0.5, 1.0)
        while True:
            new_shares, new_image = shares + step * way, image + step * way_image
            new_bias = bias + step * way_bias
            lost, slope = loss(new_image + new_bias)
            new_total = lost + 0.5 * float((new_shares * new_image).sum())
            if new_total <= total + _FALL * step * descent or step < _LEAST:
                break
            step *= _SHRINK
        new_ahead, new_ahead_bias = slope + new_shares, slope.sum(axis=0)
        new_ahead_image = kernel @ new_ahead
        moved = (step * way, step * way_image, step * way_bias)
        turned = (new_ahead - ahead, new_ahead_image - ahead_image, new_ahead_bias - ahead_bias)
        curve = float((moved[0] * turned[1]).sum() + (moved[2] * turned[2]).sum())
        if curve > 0:
            kept.append((*moved, *turned, curve))
        shares, image, bias, total = new_shares, new_image, new_bias, new_total
        ahead, ahead_image, ahead_bias = new_ahead, new_ahead_image, new_ahead_bias
    return Fit(shares, bias)
