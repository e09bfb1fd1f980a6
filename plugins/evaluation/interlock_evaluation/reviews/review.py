"""A review: what was drawn of a run, who compares it, and what they said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Choice = Literal["left", "right", "both", "neither"]
"""Which answer is better, as it was shown; `both` are equally good, and `neither` is acceptable."""
CHOICES: Final[tuple[Choice, ...]] = ("left", "right", "both", "neither")

Pair = tuple[str, str]
"""Two models that are compared, in the order in which they were named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What is compared, and how it was drawn.

    Attributes:
        id: the run's name, unless the review has one of its own.
        seed: all that is left to chance follows from it: the prompts, their pairs, orders and sides.
        pairs: of models that are compared.
        share: of the prompts that were to be drawn, 0 to 1.
        each: how many pairs of a prompt are drawn; None for all.
        again: the share of a reviewer's pairs that are shown once more, the other way round, 0 to 1.
        of: from how many prompts was drawn: those of which the models of a pair have both answered.
        drawn: how many were.
        names: of models and makers, beside those that are known anyway, that answers may not show.
        opened, closed: seconds since the epoch; `closed` is None while reviewers may vote.
    """

    id: str
    run: str
    seed: int
    pairs: Sequence[Pair]
    share: float
    each: int | None = None
    again: float = 0.05
    of: int = 0
    drawn: int = 0
    names: Sequence[str] = ()
    opened: float = 0.0
    closed: float | None = None

    @property
    def models(self) -> tuple[str, ...]:
        """Each model once, in the order of the pairs."""
        return tuple(dict.fromkeys(name for pair in self.pairs for name in pair))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One of two answers.

    Attributes:
        repeat: which of the model's answers to the prompt, counted from 0.
        digest: of its text, by which it is known that it is still the same.
    """

    model: str
    repeat: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What one reviewer is shown at one place of their order.

    Attributes:
        id: random, and all that a browser is told of it.
        number: its place, from 0.
        again: whether it was shown before, the other way round.
    """

    id: str
    reviewer: str
    number: int
    prompt: str
    left: Shown
    right: Shown
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What a reviewer said of an item: `at` is in seconds since the epoch."""

    item: Item
    choice: Choice
    comment: str = ""
    at: float = 0.0

    @property
    def scores(self) -> Mapping[str, float]:
        """What each model gets: 1 where it was preferred, .5 where both are equally good, else 0."""
        left, right = {"left": (1.0, 0.0), "right": (0.0, 1.0), "both": (0.5, 0.5), "neither": (0.0, 0.0)}[
            self.choice
        ]
        return {self.item.left.model: left, self.item.right.model: right}

    @property
    def preferred(self) -> str:
        """The model that was, or `both`, or `neither`."""
        match self.choice:
            case "left":
                return self.item.left.model
            case "right":
                return self.item.right.model
            case _:
                return self.choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """One of a review's people, and how far they are.

    Attributes:
        link: `new` until it is used, `used`, or `void` where it was taken back.
        done, total: how many of their pairs.
        last: when they last voted, in seconds since the epoch.
    """

    name: str
    link: Literal["new", "used", "void"]
    done: int
    total: int
    last: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A review with all that was said in it.

    Attributes:
        votes: those on answers that are still the run's.
        changed: how many votes were on others, and do not count.
        tasks: of each prompt, by its id.
    """

    review: Review
    reviewers: Sequence[Reviewer]
    votes: Sequence[Vote]
    changed: int = 0
    tasks: Mapping[str, str] = field(default_factory=dict)
