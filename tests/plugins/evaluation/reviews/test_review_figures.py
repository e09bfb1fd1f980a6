"""What votes come to: who is preferred, how far reviewers agree, and what led them astray."""

from itertools import product
from math import isnan

import pytest

from interlock_evaluation.reviews.figures import review_figures
from interlock_evaluation.reviews.marking import marks_of
from interlock_evaluation.reviews.review import Choice, Item, Judged, Review, Reviewer, Shown, Vote

A, B, C = "a/one-1", "b/two-2", "c/three-3"


def vote(
    prompt: object,
    choice: Choice,
    reviewer: str = "anna",
    *,
    left: str = A,
    right: str = B,
    again: bool = False,
) -> Vote:
    shown = [Shown(model=each, repeat=0, digest="") for each in (left, right)]
    item = Item(
        id="", reviewer=reviewer, number=0, prompt=str(prompt), left=shown[0], right=shown[1], again=again
    )
    return Vote(item=item, choice=choice)


def judged(*votes: Vote, pairs: tuple[tuple[str, str], ...] = ((A, B),), changed: int = 0) -> Judged:
    names = sorted({each.item.reviewer for each in votes})
    people = [Reviewer(name=name, link="used", done=0, total=0) for name in names]
    review = Review(id="r", run="r", seed=1, pairs=pairs, share=1.0)
    return Judged(review=review, reviewers=people, votes=votes, changed=changed)


def test_an_answer_that_most_prefer_is_claimed_and_few_votes_claim_nothing() -> None:
    many = [
        vote(at, "right" if at % 2 else "left", left=B if at % 2 else A, right=A if at % 2 else B)
        for at in range(30)
    ]
    (pair,) = review_figures(judged(*many)).pairs
    assert (pair.prompts, pair.votes, pair.claimed) == (30, 30, A)
    assert pair.first_preferred.value == 1.0
    assert pair.wins.low > 0.8
    (few,) = review_figures(judged(*many[:3])).pairs
    assert few.claimed is None
    (other,) = review_figures(judged(*(vote(at, "right") for at in range(30)))).pairs
    assert other.claimed == B


def test_the_shares_of_a_pair_are_of_all_votes_and_no_preference_is_half_a_win() -> None:
    votes = [vote(1, "left"), vote(2, "right"), vote(3, "both"), vote(4, "neither"), vote(5, "left")]
    (pair,) = review_figures(judged(*votes)).pairs
    shares = [each.value for each in (pair.first_preferred, pair.second_preferred, pair.both, pair.neither)]
    assert shares == [0.4, 0.2, 0.2, 0.2]
    assert pair.wins.value == pytest.approx(0.6)


def test_several_reviewers_of_a_prompt_count_for_less_than_several_prompts() -> None:
    together = [vote(at, "left" if at % 5 else "right", name) for at in range(10) for name in "xyz"]
    apart = [vote(f"{at}{name}", "left" if at % 5 else "right", name) for at in range(10) for name in "xyz"]
    wide, narrow = (review_figures(judged(*votes)).pairs[0].wins for votes in (together, apart))
    assert wide.value == narrow.value
    assert wide.high - wide.low > 1.3 * (narrow.high - narrow.low)


def test_of_several_pairs_models_are_ranked() -> None:
    pairs = ((A, B), (A, C), (B, C))
    votes = [
        vote(at, "left" if at % 4 else "right", left=left, right=right)
        for at in range(40)
        for left, right in pairs
    ]
    figures = review_figures(judged(*votes, pairs=pairs))
    assert [each.model for each in figures.ranking] == [A, B, C]
    assert figures.prompts == 40
    assert figures.votes == 120
    assert figures.ranking[0].strength.low > figures.ranking[2].strength.high


def test_a_pair_that_nobody_judged_is_unknown() -> None:
    figures = review_figures(judged(vote(1, "left"), pairs=((A, B), (A, C))))
    assert figures.pairs[1].votes == 0
    assert figures.pairs[1].claimed is None
    assert isnan(figures.pairs[1].wins.value)
    assert isnan(figures.ranking[-1].strength.value)
    assert not review_figures(judged()).votes


def test_reviewers_agree_on_what_they_prefer_and_not_on_a_side() -> None:
    votes = []
    for at in range(20):
        votes.append(vote(at, "left", "anna") if at % 2 else vote(at, "both", "anna"))
        swapped = vote(at, "right", "ben", left=B, right=A) if at % 2 else vote(at, "both", "ben")
        votes.append(swapped)
    agreed = review_figures(judged(*votes)).agreement
    assert (agreed.items, agreed.votes) == (20, 40)
    assert agreed.alpha.value == pytest.approx(1.0)


def test_who_prefers_a_side_is_told() -> None:
    votes = [vote(at, "left", left=A if at % 2 else B, right=B if at % 2 else A) for at in range(40)]
    votes += [vote(at, ("left", "right")[at % 2], "ben") for at in range(40)]  # type: ignore[arg-type]
    anna, ben = review_figures(judged(*votes)).reviewers
    assert (anna.leaning, ben.leaning) == ("left", None)
    assert ben.left.low < 0.5 < ben.left.high


def test_pairs_that_were_shown_twice_say_who_is_of_one_mind_and_are_counted_once() -> None:
    votes = [vote(1, "left"), vote(1, "right", left=B, right=A, again=True)]
    votes += [vote(2, "left"), vote(2, "left", left=B, right=A, again=True), vote(3, "neither")]
    figures = review_figures(judged(*votes))
    assert (figures.votes, figures.twice, figures.same.value) == (3, 2, 0.5)
    assert figures.reviewers[0].votes == 5


def test_how_often_nothing_was_acceptable_is_each_models() -> None:
    votes = [
        vote(1, "neither"),
        vote(2, "left"),
        vote(1, "left", left=A, right=C),
        vote(2, "left", left=A, right=C),
    ]
    figures = review_figures(judged(*votes, pairs=((A, B), (A, C))))
    assert [figures.neither[each].value for each in (A, B, C)] == [0.25, 0.5, 0.0]


@pytest.mark.parametrize(
    ("choice", "marks"),
    [("left", (1.0, 0.0)), ("right", (0.0, 1.0)), ("both", (0.5, 0.5)), ("neither", (0.0, 0.0))],
)
def test_one_vote_gives_each_answer_a_mark(choice: Choice, marks: tuple[float, float]) -> None:
    assert [each["score"] for each in marks_of([vote(1, choice)])] == list(marks)


def test_a_mark_is_the_mean_over_reviewers_and_models_and_a_pair_shown_twice_counts_once() -> None:
    votes = [
        vote(1, "left"),
        vote(1, "left", left=B, right=A, again=True),
        vote(1, "left", "ben"),
        vote(1, "neither", left=A, right=C),
    ]
    found = {each["model"]: each for each in marks_of(votes)}
    assert found[A]["score"] == pytest.approx((0.5 + 1 + 0) / 3)
    assert found[B]["score"] == pytest.approx((0.5 + 0) / 2)
    assert (found[C]["score"], found[C]["why"]) == (0.0, "in 1 comparison")
    assert {each["grader"] for each in found.values()} == {"experts"}


def test_marks_lie_between_0_and_1_and_add_up_to_no_more_than_comparisons() -> None:
    for choices in product(("left", "right", "both", "neither"), repeat=3):
        votes = [vote(1, each, name) for each, name in zip(choices, "xyz", strict=True)]  # type: ignore[arg-type]
        scores = [each["score"] for each in marks_of(votes)]
        assert all(0 <= each <= 1 for each in scores)
        assert sum(scores) <= 1
