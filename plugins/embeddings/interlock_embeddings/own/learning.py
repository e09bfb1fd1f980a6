"""Learning tasks from examples, and finding out by cross-validation how well that goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zlib import crc32

from interlock_embeddings.encoder import Encoder, encoder
from interlock_embeddings.excerpts import excerpt
from interlock_embeddings.fitting import fit, words_kernel
from interlock_embeddings.learned import WORDS_SHARE, learned
from interlock_embeddings.own.examples import Example, background, names_of
from interlock_embeddings.own.tasks import OWN_WORDS_SHARE, OwnTasks
from interlock_embeddings.words import PLACES, places

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FOLDS", "Lesson", "learn"]

FOLDS: Final = 5
_STRENGTH: Final = 4.0
_OWN_WEIGHT: Final = 0.2  # of all own examples together, beside all of Interlock's
_FOUND: Final = 0.95  # of the examples, at the threshold, if so much may be taken from Interlock's tasks
_TAKEN: Final = 0.04
_LEVELS: Final = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learned, and what became of each example while it was kept aside: an own task or ""."""

    tasks: OwnTasks
    examples: tuple[Example, ...]
    said: tuple[str, ...]


def learn(
    examples: Sequence[Example],
    *,
    told: Callable[[str], None] = lambda _: None,
    encoder: Encoder = encoder,
) -> Lesson:
    """Tasks from examples, those of Interlock's own tasks among them counting as such. Takes half a minute;
    `told` hears how far it is. The same examples lead to the same tasks.

    Raises:
        ConfigError: there are too few examples of a task, or of none but Interlock's.
    """
    import numpy as np  # noqa: PLC0415 - loaded when something is learned

    kept = learned().tasks
    names = names_of(examples, kept)
    texts = {example.text for example in examples}
    others = [index for index, each in enumerate(background()) if each.text not in texts]
    rows = (*examples, *(background()[index] for index in others))
    order = [*names, *kept]
    classes = np.array([order.index(each.task) for each in rows])
    told(f"Reading {len(rows):,} prompts, {len(examples):,} of them yours …")
    theirs = _read_background(encoder, _every(512, len(background()), told))
    vectors = np.vstack([encoder.vectors([each.text for each in examples]), theirs[others]])
    words = [places(excerpt(each.text)) for each in rows]
    kernel = vectors @ vectors.T + words_kernel(words) * (OWN_WORDS_SHARE / WORDS_SHARE) ** 2
    folds = _folds(rows)
    margins = np.zeros((len(rows), len(names)))
    for fold in range(FOLDS):
        told(f"Keeping part {fold + 1} of {FOLDS} aside …")
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        part = fit(
            kernel[np.ix_(inside, inside)],
            classes[inside].tolist(),
            _weights(classes[inside], len(names)),
        )
        scores = kernel[np.ix_(outside, inside)] @ part.shares + part.bias
        margins[outside] = scores[:, : len(names)] - np.logaddexp.reduce(
            scores[:, len(names) :], axis=1, keepdims=True
        )
    threshold = _threshold(margins, classes, len(names))
    best = margins.argmax(axis=1)
    claimed = margins[np.arange(len(rows)), best] >= threshold
    whole = fit(kernel, classes.tolist(), _weights(classes, len(names)))
    table = np.zeros((PLACES, len(order)))
    for at, shares in zip(words, whole.shares, strict=True):
        if at:
            table[at] += shares * OWN_WORDS_SHARE / len(at) ** 0.5
    step = round(float(np.abs(table).max()) / _LEVELS, 5) or 1.0
    tasks = OwnTasks(
        names=names,
        threshold=round(threshold, 3),
        bias=whole.bias,
        dense=whole.shares.T @ vectors,
        words=np.clip(np.round(table / step), -_LEVELS, _LEVELS).astype(np.int8),
        word_step=step,
    )
    said = tuple(names[index] if is_claimed else "" for index, is_claimed in zip(best, claimed, strict=True))
    return Lesson(tasks=tasks, examples=rows, said=said)


_BACKGROUNDS: "dict[Encoder, NDArray[np.float64]]" = {}


def _read_background(encoder: Encoder, told: Callable[[int], None]) -> "NDArray[np.float64]":
    """One row for each of Interlock's prompts, read once a process."""
    if encoder not in _BACKGROUNDS:
        _BACKGROUNDS[encoder] = encoder.vectors([each.text for each in background()], told)
    return _BACKGROUNDS[encoder]


def _weights(classes: "NDArray[np.int64]", own: int) -> "NDArray[np.float64]":
    import numpy as np  # noqa: PLC0415 - loaded when something is learned

    is_own = classes < own
    weights = np.full(len(classes), _STRENGTH)
    weights[is_own] *= max(1.0, _OWN_WEIGHT * (~is_own).sum() / is_own.sum())
    return weights


def _folds(rows: Sequence[Example]) -> "NDArray[np.int64]":
    """The part in which each is kept aside: of each task, and in no order of the file, equally many."""
    import numpy as np  # noqa: PLC0415 - loaded when something is learned

    found = np.zeros(len(rows), dtype=np.int64)
    by_task: dict[str, list[int]] = {}
    for index, each in enumerate(rows):
        by_task.setdefault(each.task, []).append(index)
    for members in by_task.values():
        members.sort(key=lambda index: (crc32(rows[index].text.encode("utf-8", "replace")), index))
        for place, index in enumerate(members):
            found[index] = place % FOLDS
    return found


def _threshold(margins: "NDArray[np.float64]", classes: "NDArray[np.int64]", own: int) -> float:
    """So low that nearly all examples are found, and so high that few of Interlock's prompts are taken."""
    import numpy as np  # noqa: PLC0415 - loaded when something is learned

    mine = classes < own
    right = margins[np.flatnonzero(mine), classes[mine]]
    low = float(np.quantile(right, 1 - _FOUND))
    return max(low, float(np.quantile(margins[~mine].max(axis=1), 1 - _TAKEN)))


def _every(step: int, whole: int, told: Callable[[str], None]) -> Callable[[int], None]:
    """Tells every so many of all."""

    def count(number: int) -> None:
        if number % step == 0:
            told(f"{number:,} of {whole:,} read.")

    return count
