"""What has been classified lately: an agent sends the same last human turn with dozens of calls."""

import threading
from collections.abc import Hashable

from interlock.types.decisions import Classification

ENTRIES = 512
"""The most classifications that are kept."""

CHARACTERS = 1_000_000
"""The most characters that the kept inputs have together: at most 4 MB."""


class Memory:
    """Two generations of answers: what is asked for again survives, the rest is dropped by the half.

    Nobody ever waits: looking up takes no lock, and what cannot be kept at once, because another thread is
    keeping something or a fork has left the lock behind, is not kept.
    """

    __slots__ = ("_characters", "_lock", "_old", "_young")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._young: dict[Hashable, Classification] = {}
        self._old: dict[Hashable, Classification] = {}
        self._characters = 0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: Hashable, size: int) -> Classification | None:
        """The answer kept for an equal key, or None; `size` as for `keep`."""
        answer = self._young.get(key)
        if answer is None:
            answer = self._old.get(key)
            if answer is not None:
                self.keep(key, size, answer)
        return answer

    def keep(self, key: Hashable, size: int, answer: Classification) -> None:
        """Keep an answer; `size` is the number of characters in its key."""
        if 2 * size > CHARACTERS or not self._lock.acquire(blocking=False):
            return
        try:
            if len(self._young) >= ENTRIES // 2 or self._characters + size > CHARACTERS // 2:
                self._old, self._young, self._characters = self._young, {}, 0
            self._young[key] = answer
            self._characters += size
        finally:
            self._lock.release()
