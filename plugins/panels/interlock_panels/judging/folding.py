"""What several judges say, as one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interlock_panels.judging.comparing import Ballot


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What ballots come to.

    Attributes:
        label: whom more than half of those prefer, in every order, who said anything that can be read.
        flips: how many of them prefer another in another order.
        heard: how many said anything that can be read.
        reason: one judge's own words on who is preferred; content.
    """

    label: str | None
    flips: int
    heard: int
    reason: str = ""


def tallied(ballots: "Iterable[Ballot]") -> Tally:
    """The majority of the judges, which they have to reach without anybody's being counted for what they did
    not say.
    """
    heard = [each for each in ballots if each.is_heard]
    counts = Counter(each.label for each in heard if each.label is not None)
    label, count = counts.most_common(1)[0] if counts else (None, 0)
    if 2 * count <= len(heard):
        label = None
    return Tally(
        label=label,
        flips=sum(each.is_flipped for each in heard),
        heard=len(heard),
        reason=next((each.reason for each in heard if label is not None and each.label == label), ""),
    )


def median_of(grades: Sequence[float]) -> float:
    """The middle one: a single judge that was talked round moves it past no other's."""
    return float(median(grades))
