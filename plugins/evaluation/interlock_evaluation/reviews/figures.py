"""What a review comes to, with intervals that know which votes belong to one prompt."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from interlock_evaluation.reviews.review import Judged, Pair, Vote
from interlock_evaluation.statistics import (
    LEVEL,
    Agreement,
    Interval,
    Preference,
    Strength,
    agreement,
    coded,
    ranking,
    share,
)

_EVEN: Final = 0.5
Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFigures:
    """Two models, compared. Shares are 0 to 1, of the votes.

    Attributes:
        prompts, votes: how many.
        first_preferred, second_preferred, both, neither: add up to 1.
        wins: of the first, what is no preference being half a win.
        claimed: the model that may be said to be preferred; None where nobody can tell. Of several pairs,
            each is held to a stricter level (Bonferroni): 1 review in 20 at most claims what is not so.
    """

    first: str
    second: str
    prompts: int
    votes: int
    first_preferred: Interval
    second_preferred: Interval
    both: Interval
    neither: Interval
    wins: Interval
    claimed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerFigures:
    """One reviewer.

    Attributes:
        votes: how many, with those on pairs that were shown twice.
        left: of the votes that prefer one, the share that prefer the left one, 0 to 1.
        leaning: the side that they prefer beyond chance; None where nobody can tell.
        twice: how many pairs they have judged both ways round, and `same` the share that they judged alike.
        comments: how many they wrote.
    """

    name: str
    votes: int
    left: Interval
    leaning: Side | None
    twice: int
    same: Interval
    comments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFigures:
    """All of a review.

    Attributes:
        prompts, votes: how many prompts were judged, and in how many votes, first showings alone.
        neither: of each model's comparisons, the share in which no answer was acceptable, 0 to 1.
        ranking: the strongest first.
        agreement: of the reviewers, over what was shown to each of them first.
        twice, same: as each reviewer's, over all of them.
        changed: how many votes were on answers that are not the run's any more, and do not count.
    """

    review: str
    run: str
    prompts: int
    votes: int
    pairs: Sequence[PairFigures]
    ranking: Sequence[Strength]
    neither: Mapping[str, Interval]
    agreement: Agreement
    reviewers: Sequence[ReviewerFigures]
    twice: int
    same: Interval
    changed: int = 0


def review_figures(judged: Judged) -> ReviewFigures:
    """The figures of what was said so far."""
    first = [each for each in judged.votes if not each.item.again]
    review = judged.review
    twice = _twice(judged.votes)
    return ReviewFigures(
        review=review.id,
        run=review.run,
        prompts=len({each.item.prompt for each in first}),
        votes=len(first),
        pairs=[_pair(pair, first, len(review.pairs)) for pair in review.pairs],
        ranking=ranking(_preferences(first), models=review.models),
        neither={model: _neither(model, first) for model in review.models},
        agreement=agreement(coded(_agreed(first, [each.name for each in judged.reviewers]))),
        reviewers=[_reviewer(each.name, judged.votes, twice) for each in judged.reviewers],
        twice=len(twice),
        same=_same(twice),
        changed=judged.changed,
    )


def _pair(pair: Pair, votes: Iterable[Vote], pairs: int) -> PairFigures:
    first, second = pair
    of = [each for each in votes if {each.item.left.model, each.item.right.model} == set(pair)]
    prompts = [each.item.prompt for each in of]
    said = [each.preferred for each in of]
    # No preference is half a win, whether both are good or neither is.
    scores = [1.0 if each == first else 0.0 if each == second else _EVEN for each in said]

    def of_votes(what: str) -> Interval:
        return share([float(each == what) for each in said], clusters=prompts)

    strict = share(scores, clusters=prompts, confidence=1 - LEVEL / pairs)
    return PairFigures(
        first=first,
        second=second,
        prompts=len(set(prompts)),
        votes=len(of),
        first_preferred=of_votes(first),
        second_preferred=of_votes(second),
        both=of_votes("both"),
        neither=of_votes("neither"),
        wins=share(scores, clusters=prompts),
        claimed=first if strict.low > _EVEN else second if strict.high < _EVEN else None,
    )


def _preferences(votes: Iterable[Vote]) -> list[Preference]:
    return [
        Preference(
            prompt=each.item.prompt,
            left=each.item.left.model,
            right=each.item.right.model,
            score={"left": 1.0, "right": 0.0}.get(each.choice, _EVEN),
        )
        for each in votes
    ]


def _neither(model: str, votes: Iterable[Vote]) -> Interval:
    of = [each for each in votes if model in (each.item.left.model, each.item.right.model)]
    values = [float(each.choice == "neither") for each in of]
    return share(values, clusters=[each.item.prompt for each in of])


def _agreed(votes: Iterable[Vote], reviewers: Sequence[str]) -> list[list[str | None]]:
    """A row for each pair of a prompt, a column for each reviewer: what they preferred."""
    said: defaultdict[tuple[str, frozenset[str]], dict[str, str]] = defaultdict(dict)
    for each in votes:
        pair = frozenset((each.item.left.model, each.item.right.model))
        said[each.item.prompt, pair][each.item.reviewer] = each.preferred
    return [[row.get(name) for name in reviewers] for row in said.values()]


def _twice(votes: Iterable[Vote]) -> list[tuple[Vote, Vote]]:
    """Votes of one reviewer on one pair, shown one way round and the other."""
    shown: defaultdict[tuple[str, str, frozenset[str]], list[Vote]] = defaultdict(list)
    for each in votes:
        pair = frozenset((each.item.left.model, each.item.right.model))
        shown[each.item.reviewer, each.item.prompt, pair].append(each)
    return [
        (first, again)
        for first, again in (tuple(several) for several in shown.values() if len(several) == 2)  # noqa: PLR2004 - twice
        if first.item.again != again.item.again
    ]


def _same(twice: Sequence[tuple[Vote, Vote]]) -> Interval:
    values = [float(first.preferred == again.preferred) for first, again in twice]
    return share(values, clusters=[first.item.prompt for first, _ in twice])


def _reviewer(name: str, votes: Iterable[Vote], twice: Sequence[tuple[Vote, Vote]]) -> ReviewerFigures:
    theirs = [each for each in votes if each.item.reviewer == name]
    sided = [each for each in theirs if each.choice in ("left", "right")]
    left = share(
        [float(each.choice == "left") for each in sided], clusters=[each.item.prompt for each in sided]
    )
    both = [each for each in twice if each[0].item.reviewer == name]
    return ReviewerFigures(
        name=name,
        votes=len(theirs),
        left=left,
        leaning="left" if left.low > _EVEN else "right" if left.high < _EVEN else None,
        twice=len(both),
        same=_same(both),
        comments=sum(bool(each.comment) for each in theirs),
    )
