"""Votes as marks of single answers, so that whatever reads marks reads them.

In a comparison, the preferred answer gets 1 and the other 0; both get .5 where they are equally good, and
neither anything where none is acceptable. A pair that was shown twice counts as the mean of its two votes. An
answer's mark is the mean over its comparisons with every other model and by every reviewer.
"""

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean
from typing import Any

from interlock_evaluation.grading.graders import EXPERTS
from interlock_evaluation.reviews.review import Vote
from interlock_evaluation.runs.run import Key


def marks_of(votes: Iterable[Vote]) -> list[dict[str, Any]]:
    """Rows of marks, by question."""
    compared: defaultdict[tuple[Key, str, str], list[float]] = defaultdict(list)
    for vote in votes:
        item, scores = vote.item, vote.scores
        for shown, other in ((item.left, item.right), (item.right, item.left)):
            key = Key(item.prompt, shown.model, shown.repeat)
            compared[key, other.model, item.reviewer].append(scores[shown.model])
    by_key: defaultdict[Key, list[float]] = defaultdict(list)
    for (key, _, _), twice in compared.items():
        by_key[key].append(fmean(twice))
    return [
        {
            **key._asdict(),
            "grader": EXPERTS,
            "score": fmean(scores),
            "why": f"in {len(scores):,} comparison{'s' if len(scores) != 1 else ''}",
            "cost": 0.0,
        }
        for key, scores in sorted(by_key.items())
    ]
