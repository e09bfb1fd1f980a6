"""Wins less losses."""

from collections.abc import Iterable, Sequence

from interlock_panels.ranking.matches import Match


def copeland(labels: Sequence[str], matches: Iterable[Match]) -> dict[str, float]:
    """Each label's wins less its losses; what is open counts for nobody."""
    scores = dict.fromkeys(labels, 0.0)
    for match in matches:
        if match.winner is not None:
            loser = match.other if match.winner == match.one else match.one
            scores[match.winner] += 1
            scores[loser] -= 1
    return scores
