"""Parts of a table: what is learned on some prompts is reported on others."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from interlock_evaluation.statistics import Places

FOLDS: Final = 5


def folds(tasks: Places, *, seed: int = 0, count: int = FOLDS) -> Iterator[tuple[Places, Places]]:
    """Places to learn from and places to report of, `count` times; each is reported of once.

    Every task is spread evenly. The same seed makes the same parts.
    """
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(tasks))
    order = shuffled[np.argsort(tasks[shuffled], kind="stable")]
    part = np.empty(len(tasks), dtype=np.int64)
    part[order] = np.arange(len(tasks)) % count
    for each in range(min(count, len(tasks))):
        yield np.flatnonzero(part != each), np.flatnonzero(part == each)
