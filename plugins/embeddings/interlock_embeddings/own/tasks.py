"""The file of learned tasks, and what is found by it. It holds numbers, and no text of an example."""

import json
import zlib
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interlock_embeddings.encoder import DIMENSIONS
from interlock_embeddings.words import PLACES, places

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["OWN_WORDS_SHARE", "OwnTasks", "read_tasks", "written"]

OWN_WORDS_SHARE: Final = 0.8
"""How much all words of a text together weigh beside its embedding: few examples have few words."""
_FORMAT: Final = 1
_STEP: Final = 1e-3
_LARGEST: Final = 32 * 1024 * 1024
_LEAST, _MOST = 0.6, 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTasks:
    """A softmax over own tasks, which come first, and Interlock's.

    Attributes:
        names: the own ones.
        threshold: by how much an own task's score must exceed that of all of Interlock's together.
        facts: what was measured when they were learned, as `measures.py` has it.
    """

    names: tuple[str, ...]
    threshold: float
    bias: "NDArray[np.float64]"
    dense: "NDArray[np.float64]"
    words: "NDArray[np.int8]"
    word_step: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    def margins(self, vector: "NDArray[np.float64]", text: str) -> "NDArray[np.float64]":
        """For each own task, by how much its score exceeds that of all of Interlock's together."""
        import numpy as np  # noqa: PLC0415 - loaded when something is asked

        scores = self.dense @ vector + self.bias
        at = places(text)
        if at:
            share = self.word_step * OWN_WORDS_SHARE / len(at) ** 0.5
            scores = scores + self.words[at].sum(axis=0, dtype=np.int64) * share
        own = len(self.names)
        margins: NDArray[np.float64] = scores[:own] - np.logaddexp.reduce(scores[own:])
        return np.round(margins, 3)

    def find(self, vector: "NDArray[np.float64]", text: str) -> tuple[str, float] | None:
        """The own task that a text is of, and how sure that is, 0.6 to 0.99; None where it is of none."""
        margins = self.margins(vector, text)
        best = int(margins.argmax())
        above = float(margins[best]) - self.threshold
        if above < 0:
            return None
        return self.names[best], round(_LEAST + (_MOST - _LEAST) * (1 - exp(-above)), 2)


def written(tasks: OwnTasks) -> str:
    """The file's content."""
    import numpy as np  # noqa: PLC0415 - loaded when something is learned

    facts = {
        "format": _FORMAT,
        "tasks": list(tasks.names),
        "threshold": tasks.threshold,
        "bias": np.round(tasks.bias / _STEP).astype(int).tolist(),
        "word_step": tasks.word_step,
        "measured": tasks.facts,
        "dense": _packed(np.round(tasks.dense / _STEP).astype("<i2")),
        "words": _packed(tasks.words.astype("<i1")),
    }
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def read_tasks(path: Path) -> OwnTasks:
    """The tasks of a file.

    Raises:
        ValueError: it cannot be read, or is none that `written` has made; the message names the file.
    """
    import numpy as np  # noqa: PLC0415 - loaded when something is asked

    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"{path} is larger than {_LARGEST:,} bytes.")
        facts = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ValueError(f"{path} is no file that `interlock tasks learn` has written.") from None
    try:
        if facts["format"] != _FORMAT:
            raise ValueError(f"{path} has format {facts['format']!r}; learn its tasks anew.")
        names = tuple(str(name) for name in facts["tasks"])
        bias = np.array(facts["bias"], dtype=np.float64) * _STEP
        dense = _unpacked(facts["dense"], "<i2", (len(bias), DIMENSIONS))
        words = _unpacked(facts["words"], "<i1", (PLACES, len(bias)))
        threshold, step, measured = (
            float(facts["threshold"]),
            float(facts["word_step"]),
            dict(facts["measured"]),
        )
        if not 0 < len(names) < len(bias):
            raise ValueError
    except (KeyError, TypeError, ValueError, NoBase64, zlib.error) as error:
        why = f"{error}" if isinstance(error, ValueError) and "learn its tasks anew" in f"{error}" else ""
        raise ValueError(why or f"{path} is no file that `interlock tasks learn` has written.") from None
    return OwnTasks(
        names=names,
        threshold=threshold,
        bias=bias,
        dense=dense.astype(np.float64) * _STEP,
        words=words,
        word_step=step,
        facts=measured,
    )


def _packed(array: "NDArray[Any]") -> str:
    return b64encode(zlib.compress(array.tobytes(), 9)).decode("ascii")


def _unpacked(text: str, kind: str, shape: tuple[int, int]) -> "NDArray[Any]":
    """Raises ValueError when it is not of that shape, however much it would be."""
    import numpy as np  # noqa: PLC0415 - loaded when something is asked

    size = shape[0] * shape[1] * np.dtype(kind).itemsize
    content = zlib.decompressobj().decompress(b64decode(text, validate=True), size + 1)
    if len(content) != size:
        raise ValueError("the arrays are not of this shape")
    return np.frombuffer(content, dtype=kind).reshape(shape)
