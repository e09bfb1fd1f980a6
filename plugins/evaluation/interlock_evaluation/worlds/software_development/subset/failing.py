"""Why a program did not come to an end, in words for whoever wrote it; and what a value costs."""

from dataclasses import dataclass
from typing import Any, Final

STEPS: Final = 50_000
"""Parts of a program that one evaluation may go through."""
DEPTH: Final = 20
"""Calls of the program's own functions within one another."""
LONGEST: Final = 10_000
"""Characters of a text, and parts of a list."""
_LARGEST: Final = 10**30


class Failing(Exception):
    """It raised, is no program, or is none of the subset.

    Attributes:
        kind: the class of error that was raised, `AssertionError` of a test; empty where none was.
        place: path and line, where they are known.
    """

    def __init__(self, why: str, *, kind: str = "", place: str = "") -> None:
        super().__init__(why)
        self.why, self.kind, self.place = why, kind, place

    def __str__(self) -> str:
        return ": ".join(each for each in (self.place, self.kind, self.why) if each)


@dataclass(slots=True)
class Steps:
    """What is left of them. Values cost by their size, so that none grows out of hand."""

    left: int = STEPS

    def spend(self, many: int = 1) -> None:
        """Raises Failing when there is none left."""
        self.left -= many
        if self.left < 0:
            raise Failing(f"takes more than {STEPS} steps")

    def weigh(self, value: Any) -> Any:
        """The value again, for as many steps as it has parts. Raises Failing for one that is too large."""
        waiting = [value]
        while waiting:
            each = waiting.pop()
            self.spend()
            if isinstance(each, str):
                self.spend(len(each) // 100)
                self.fits(len(each))
            elif isinstance(each, (int, float)):
                if not -_LARGEST <= each <= _LARGEST:
                    raise Failing("a number that is too large", kind="OverflowError")
            elif isinstance(each, dict):
                waiting += [*each.keys(), *each.values()]
            elif isinstance(each, (list, tuple)):
                self.fits(len(each))
                waiting += each
        return value

    def fits(self, length: int) -> None:
        """Raises Failing for a length that no value may have."""
        if length > LONGEST:
            raise Failing(f"a value with more than {LONGEST} parts", kind="MemoryError")
