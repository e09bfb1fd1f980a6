"""What a configuration may say below `classifiers.embeddings`."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["BELOW", "Options"]

BELOW = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Which opinions are doubted, and which tasks there are beside Interlock's.

    Attributes:
        below: the confidence of the opinion so far under which this one is asked, 0 to 1; at 0 never,
            but about tasks of your own.
        tasks: a file that `interlock tasks learn` has written. Its tasks are looked for in every prompt.

    Raises:
        ValueError: `below` is no confidence.
    """

    below: float = BELOW
    tasks: Path | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.below <= 1:
            raise ValueError("below lies between 0 and 1")
