"""Two opinions as one: what the embedding says, weighed with what was thought so far."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import exp, log

from interlock.types.decisions import Classification
from interlock_embeddings.learned import Learned

__all__ = ["combined", "right_of"]

_LEAST = 1e-3
_OTHER = 1e-2
_SURE = 0.99  # a task that the caller names has 1
# Sums differ by some millionths between processors; what is nearer than this is as good.
_GRAIN = 3


def combined(learned: Learned, scores: Sequence[float], sofar: Classification) -> Classification:
    """The task that both together make the most probable, and how probable.

    The probabilities are multiplied, each to the power of how much it is trusted (a log-linear pool). The
    confidence so far counts as how often such a one has been right on prompts of authors whom nobody had
    tuned it on.
    """
    own = _logs(scores)
    other = _distribution(learned, sofar)
    mine, theirs = learned.trust
    pooled = {
        task: round(mine * value + theirs * log(other[task]), _GRAIN)
        for task, value in zip(learned.tasks, own, strict=True)
    }
    # Of equals, the one that was thought so far, and else the first.
    best = max(pooled, key=lambda task: (pooled[task], task == sofar.task))
    top = pooled[best]
    confidence = min(1 / sum(exp(value - top) for value in pooled.values()), _SURE)
    evidence: tuple[str, ...] = (f"worded like prompts of {best}",)
    if best == sofar.task:
        evidence = (*sofar.evidence, *evidence)
    return Classification(
        task=best, confidence=round(confidence, 2), evidence=evidence, language=sofar.language
    )


def right_of(known: Sequence[tuple[float, float]], confidence: float) -> float:
    """How often an opinion of this confidence is right, on the lines between what is known."""
    at = bisect_right(known, confidence, key=lambda each: each[0])
    if at == 0:
        return known[0][1]
    if at == len(known):
        return known[-1][1]
    (low, first), (high, last) = known[at - 1], known[at]
    return first + (last - first) * (confidence - low) / (high - low)


def _distribution(learned: Learned, sofar: Classification) -> Mapping[str, float]:
    """How probable each task is when `sofar` is all that is known."""
    right = right_of(learned.known, sofar.confidence)
    wrong = learned.mistaken.get(sofar.task, {})
    rest = {task: wrong.get(task, 0.0) + _OTHER for task in learned.tasks if task != sofar.task}
    whole = sum(rest.values())
    found = {task: max(share / whole * (1 - right), _LEAST) for task, share in rest.items()}
    found[sofar.task] = right
    return found


def _logs(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    whole = log(sum(exp(value - top) for value in scores)) + top
    return [value - whole for value in scores]
