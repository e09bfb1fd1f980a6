"""Bradley-Terry: how strong each model is, out of which of two answers was preferred.

A tie is half a win for each. Strengths are logarithms of odds: one that is stronger by 1 is preferred in 73 %
of the pairs, and their mean is 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from interlock_evaluation.statistics.intervals import CONFIDENCE, UNKNOWN, Interval, Numbers, Places, numbered
from interlock_evaluation.statistics.resampling import DRAWS, between, weights

_ROUNDS: Final = 100
_CLOSE: Final = 1e-10
_HALF: Final = 0.5
_LONGEST: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One pair of answers to a prompt, judged.

    Attributes:
        prompt: of which all judgements are drawn together.
        left, right: models.
        score: of `left`, 0 to 1: 1 if it was preferred, 0 if the other was, .5 for a tie.
    """

    prompt: str
    left: str
    right: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How strong a model is among those it was compared with.

    Attributes:
        strength: a logarithm of odds; 0 is the mean of all.
        judged: how many judgements it took part in.
        wins: the share of them that it won, 0 to 1, ties being halves.
    """

    model: str
    strength: Interval
    judged: int
    wins: float


def ranking(
    preferences: Iterable[Preference],
    *,
    models: Sequence[str] = (),
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[Strength, ...]:
    """Models by strength, the strongest first, with bootstrap intervals clustered by prompt.

    Where somebody has won or lost everything, likelihood alone would put them infinitely far away: there
    every model is given one tie more, against one of strength 0. Those of `models` that were never judged
    come last, and their strength is unknown.

    Raises:
        ValueError: a score lies outside 0 to 1, or a model was compared with itself.
    """
    given = list(preferences)
    names = list(dict.fromkeys([*models, *(name for each in given for name in (each.left, each.right))]))
    for each in given:
        if not 0 <= each.score <= 1 or each.left == each.right:
            raise ValueError(f"{each.left} against {each.right} cannot have the score {each.score!r}.")
    played = [name for name in names if any(name in (each.left, each.right) for each in given)]
    idle = [
        Strength(model=name, strength=UNKNOWN, judged=0, wins=float("nan"))
        for name in names
        if name not in played
    ]
    if not given:
        return tuple(idle)
    place = {name: at for at, name in enumerate(played)}
    left, right = (np.array([place[getattr(each, side)] for each in given]) for side in ("left", "right"))
    score = np.array([each.score for each in given])
    prompts = numbered([each.prompt for each in given], len(given), np.ones(len(given), dtype=bool))
    per_prompt = _wins(left, right, score, prompts, len(played))
    whole = per_prompt.sum(axis=0).reshape(1, len(played), len(played))
    found = strengths(whole)[0]
    drawn = np.concatenate(
        [
            strengths((w @ per_prompt).reshape(-1, len(played), len(played)))
            for w in weights(len(per_prompt), draws, seed, width=4 * per_prompt.shape[1])
        ]
    )
    judged = (whole[0] + whole[0].T).sum(axis=1)
    ranked = [
        Strength(
            model=name,
            strength=between(float(found[at]), drawn[:, at], clusters=len(per_prompt), confidence=confidence),
            judged=round(float(judged[at])),
            wins=float(whole[0, at].sum() / judged[at]),
        )
        for name, at in place.items()
    ]
    return (*sorted(ranked, key=lambda each: -each.strength.value), *idle)


def _wins(left: Places, right: Places, score: Numbers, prompts: Places, models: int) -> Numbers:
    """How often each model was preferred to each other one, of shape (prompts, models squared)."""
    found = np.zeros((int(prompts.max()) + 1, models * models))
    np.add.at(found, (prompts, left * models + right), score)
    np.add.at(found, (prompts, right * models + left), 1 - score)
    return found


def strengths(wins: Numbers) -> Numbers:
    """Of each draw, models' strengths around a mean of 0: (draws, models).

    `wins` holds how often one (row) was preferred to another (column), of shape (draws, models, models). By
    Newton's method; a draw in which not everybody can be compared with everybody gets a tie more for each.
    """
    prior = np.where(_comparable(wins), 0.0, _HALF)[:, None]
    games = wins + wins.transpose(0, 2, 1)
    won = wins.sum(axis=2)
    found = np.zeros(won.shape)
    count = won.shape[1]
    for _ in range(_ROUNDS):
        expected = 1 / (1 + np.exp(found[:, None, :] - found[:, :, None]))
        chance = 1 / (1 + np.exp(-found))
        slope = won + prior - (games * expected).sum(axis=2) - 2 * prior * chance
        bend = games * expected * (1 - expected)
        curve = np.eye(count) * (bend.sum(axis=2) + 2 * prior * chance * (1 - chance))[:, :, None] - bend
        # All may move by the same; the mean of 0 is what keeps them.
        curve = curve + (prior[:, :, None] == 0) / count
        step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        found = found + np.clip(step, -_LONGEST, _LONGEST)
        if np.abs(step).max() < _CLOSE:
            break
    centered: Numbers = found - found.mean(axis=1, keepdims=True)
    return centered


def _comparable(wins: Numbers) -> NDArray[np.bool_]:
    """Whether from everybody a chain of wins leads to everybody."""
    count = wins.shape[1]
    reach = ((wins > 0) | np.eye(count, dtype=bool)).astype(np.float64)
    for _ in range(max(1, int(np.ceil(np.log2(max(count, 2)))))):
        reach = np.minimum(reach @ reach, 1.0)
    found: NDArray[np.bool_] = np.asarray((reach > 0).all(axis=(1, 2)))
    return found
