"""Which prompts are compared, by whom, in which order, and which answer stands on which side.

All of it follows from the seed. Prompts are drawn by lot, so that what experts say of them may be carried
over to the others by way of a judge (`statistics.predicted_mean`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import combinations
from math import ceil
from secrets import token_urlsafe
from typing import Final

from interlock import RequestError
from interlock.types.names import nearest
from interlock_evaluation.reviews.review import Item, Pair, Review, Shown
from interlock_evaluation.runs.run import Kept

_BYTES: Final = 12
_APART: Final = 20
"""Pairs between a pair and its second showing, where there are enough of them."""

Answers = Mapping[str, Mapping[str, Shown]]
"""By prompt, then by model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What everybody compares: `of` how many prompts were drawn from, and the prompts with their pairs."""

    of: int
    pairs: Sequence[tuple[str, Pair]]
    answers: Answers

    @property
    def prompts(self) -> int:
        """How many were drawn."""
        return len({prompt for prompt, _ in self.pairs})


def pairs_of(models: Sequence[str], named: Sequence[Sequence[str]] = ()) -> tuple[Pair, ...]:
    """Each two of those that are named together; without any, each two of the run's.

    Raises:
        RequestError: one is no model of the run, or there is nothing to compare.
    """
    for name in (each for several in named for each in several):
        if name not in models:
            raise RequestError(
                f"the run has no model {name!r}; it has {', '.join(models)}.",
                key="--pairs",
                suggestion=nearest(name, models),
            )
    found: list[Pair] = []
    for several in named or (models,):
        for one, other in combinations(dict.fromkeys(several), 2):
            if (one, other) not in found and (other, one) not in found:
                found.append((one, other))
    if not found:
        raise RequestError("expected two models or more that are compared.", key="--pairs")
    return tuple(found)


def draw(kept: Kept, review: Review) -> Drawn:
    """The prompts of a run that are compared, with their pairs.

    Raises:
        RequestError: no two models of a pair have answered the same prompt.
    """
    answers = _answers(kept, review.seed)
    open_pairs = {
        sample.id: [pair for pair in review.pairs if all(name in answers[sample.id] for name in pair)]
        for sample in kept.samples
    }
    able = sorted(
        (prompt for prompt, pairs in open_pairs.items() if pairs),
        key=lambda prompt: number(review.seed, "prompt", prompt),
    )
    if not able:
        raise RequestError(
            "has no prompt that two models of a pair have answered; `interlock eval run` asks them.",
            key=kept.run.id,
        )
    found = []
    for prompt in able[: ceil(review.share * len(able) - 1e-9)]:
        pairs = sorted(open_pairs[prompt], key=lambda pair: number(review.seed, "pair", prompt, *pair))
        found += [(prompt, pair) for pair in pairs[: review.each]]
    return Drawn(of=len(able), pairs=found, answers=answers)


def items_for(reviewer: str, review: Review, drawn: Drawn) -> list[Item]:
    """What one reviewer is shown, in their order, with some pairs once more the other way round."""
    seed = review.seed
    order = sorted(drawn.pairs, key=lambda each: number(seed, "order", reviewer, each[0], *each[1]))
    items = []
    for prompt, pair in order:
        one, other = pair if number(seed, "side", reviewer, prompt, *pair) % 2 else pair[::-1]
        shown = drawn.answers[prompt]
        items.append(
            Item(id="", reviewer=reviewer, number=0, prompt=prompt, left=shown[one], right=shown[other])
        )
    placed = _with_repeats(items, reviewer, review)
    return [replace(each, id=token_urlsafe(_BYTES), number=at) for at, each in enumerate(placed)]


def number(seed: int, *parts: object) -> int:
    """A number that looks like one drawn by lot, the same for the same seed and parts."""
    text = "\0".join(str(each) for each in (seed, *parts))
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:8])


def digest_of(answer: str) -> str:
    """By which it is seen whether an answer is still the one that was drawn."""
    return sha256(answer.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _answers(kept: Kept, seed: int) -> Answers:
    """Of several answers of a model to a prompt, one is drawn."""
    found: defaultdict[str, dict[str, Shown]] = defaultdict(dict)
    several: defaultdict[tuple[str, str], list[Shown]] = defaultdict(list)
    for key, result in kept.results.items():
        if result.outcome == "answer" and result.answer is not None:
            shown = Shown(model=key.model, repeat=key.repeat, digest=digest_of(result.answer))
            several[key.prompt, key.model].append(shown)
    for (prompt, model), these in several.items():
        found[prompt][model] = min(these, key=lambda each: number(seed, "repeat", prompt, model, each.repeat))
    return found


def _with_repeats(items: Sequence[Item], reviewer: str, review: Review) -> list[Item]:
    """Some are shown again, swapped, as far from their first showing as there is room for."""
    apart = min(_APART, len(items) // 2)
    early = range(len(items) - apart)
    wanted = round(review.again * len(items))

    def chance(what: str, at: int) -> int:
        return number(review.seed, what, reviewer, at)

    chosen = sorted(early, key=lambda at: chance("again", at))[:wanted]
    placed: list[tuple[float, Item]] = [(float(at), each) for at, each in enumerate(items)]
    for at in chosen:
        each = items[at]
        first = at + apart
        slot = first + chance("place", at) % (len(items) - first)
        placed.append((slot + 0.5, replace(each, left=each.right, right=each.left, again=True)))
    return [each for _, each in sorted(placed, key=lambda one: one[0])]
