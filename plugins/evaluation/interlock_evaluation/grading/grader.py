"""What marks an answer, and what it gives."""

from dataclasses import dataclass
from typing import Any, Protocol

from interlock_evaluation.suites import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an answer came to.

    Attributes:
        score: from 0 to 1; None where it could not be marked, which is no zero.
        why: in a few words, for people.
        cost: US dollars that marking took.
    """

    score: float | None
    why: str = ""
    cost: float = 0.0


class Grader(Protocol):
    """Marks answers of one kind.

    Attributes:
        name: as suites name it.
    """

    name: str

    def check(self, sample: Sample) -> None:
        """Raise RequestError for a sample that it could not mark: `reference` is missing, an option is none.

        Its `key` is the one of the sample that offends.
        """
        ...

    async def mark(self, sample: Sample, answer: str) -> Mark:
        """What the answer is worth. A grader that fails gives no score, and says why."""
        ...


def right(sample: Sample, found: object, *, same: bool) -> Mark:
    """Whole or nothing, with what was found in the answer."""
    told = f"{found!s:.80}"
    return Mark(score=float(same), why=told if same else f"{told}, not {sample.reference!s:.80}")


Options = dict[str, Any]
