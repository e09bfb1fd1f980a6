"""Strengths by which one wins over another as often as the comparisons say: Bradley and Terry, 1952.

They are found as Hunter (The Annals of Statistics, 2004) has it: each step raises the likelihood.
"""

from collections.abc import Iterable, Sequence

from interlock_panels.ranking.matches import Match

_STEPS = 10_000
_CLOSE = 1e-10


def bradley_terry(labels: Sequence[str], matches: Iterable[Match], *, prior: float = 0.1) -> dict[str, float]:
    """Each label's strength; together they are 1. What is open is half a win for both.

    Args:
        labels: who was compared.
        matches: their comparisons.
        prior: of each two, so much of an open comparison is added: without it, who always wins is infinitely
            strong.
    """
    places = {label: place for place, label in enumerate(labels)}
    number = len(labels)
    wins = [0.0] * number
    met = [[0.0 if row == column else prior for column in range(number)] for row in range(number)]
    for place in range(number):
        wins[place] = prior / 2 * (number - 1)
    for match in matches:
        one, other = places[match.one], places[match.other]
        met[one][other] += 1
        met[other][one] += 1
        for place, label in ((one, match.one), (other, match.other)):
            wins[place] += 1 / 2 if match.winner is None else float(match.winner == label)
    strengths = [1 / number] * number
    for _ in range(_STEPS):
        found = [
            wins[row]
            / sum(met[row][column] / (strengths[row] + strengths[column]) for column in range(number))
            if any(met[row])
            else strengths[row]
            for row in range(number)
        ]
        whole = sum(found)
        found = [each / whole for each in found]
        moved = max(abs(after - before) for before, after in zip(strengths, found, strict=True))
        strengths = found
        if moved < _CLOSE:
            break
    return dict(zip(labels, strengths, strict=True))
