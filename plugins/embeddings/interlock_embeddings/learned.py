"""What has been learned of Interlock's own tasks: a linear model, as arrays in `data`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

from interlock_embeddings.words import places

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["WORDS_SHARE", "Learned", "learned"]

WORDS_SHARE: Final = 1.5
"""How much all words of a text together weigh beside its embedding, whose length is 1."""
_DATA: Final = files("interlock_embeddings") / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A softmax over the tasks.

    Attributes:
        dense: weight of each dimension of the embedding for each task, one row a task.
        words: weight of each place of `words.places`, one row a place.
        trust: how much of the logarithm of this model's and of the other opinion's probability counts.
        known: ascending confidences of the other opinion, each with how often it is right.
        mistaken: for each task that the other opinion names wrongly, how often it is which.
    """

    tasks: tuple[str, ...]
    bias: "NDArray[np.float64]"
    dense: "NDArray[np.float64]"
    words: "NDArray[np.int8]"
    word_step: float
    trust: tuple[float, float]
    known: tuple[tuple[float, float], ...]
    mistaken: Mapping[str, Mapping[str, float]]

    def scores(self, vector: "NDArray[np.float64]", text: str) -> "NDArray[np.float64]":
        """One score for each task: the logarithm of its probability, but for what they have in common."""
        found = self.dense @ vector + self.bias
        at = places(text)
        if at:
            found = found + self.words[at].sum(axis=0, dtype="int64") * (
                self.word_step * WORDS_SHARE / len(at) ** 0.5
            )
        return found


@cache
def learned() -> Learned:
    """The one that is shipped, read once a process."""
    import numpy as np  # noqa: PLC0415 - loaded when something is asked

    facts: dict[str, Any] = json.loads((_DATA / "learned.json").read_text(encoding="utf-8"))
    dense, words = (_array(name, np) for name in ("dense.npy", "words.npy"))
    return Learned(
        tasks=tuple(facts["tasks"]),
        bias=np.array(facts["bias"], dtype=np.float64) * facts["dense_step"],
        dense=dense.astype(np.float64) * facts["dense_step"],
        words=words,
        word_step=facts["word_step"],
        trust=(facts["trust"][0], facts["trust"][1]),
        known=tuple((low, right) for low, right in facts["known"]),
        mistaken=facts["mistaken"],
    )


def _array(name: str, np: Any) -> Any:
    with as_file(_DATA / name) as path:
        return np.load(path, allow_pickle=False)
