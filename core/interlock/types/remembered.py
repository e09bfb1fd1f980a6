"""What follows from objects that never change, worked out once for each."""

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """What `make` gives for each of some objects, which are told apart by identity: most have no hash, or one
    that takes longer than this saves. They and what is made of them must never change.

    What `make` raises is not kept. At most `most` objects are, and held, so that none takes another's place.
    """

    __slots__ = ("_known", "_make", "_most")

    def __init__(self, make: Callable[[K], V], most: int = 4_096) -> None:
        self._make = make
        self._most = most
        self._known: dict[int, tuple[K, V]] = {}

    def __call__(self, key: K) -> V:
        known = self._known.get(id(key))
        if known is None:
            made = self._make(key)
            if len(self._known) >= self._most:
                self._known.clear()
            known = self._known[id(key)] = (key, made)
        return known[1]
