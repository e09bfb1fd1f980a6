"""Whether a mix has changed since it was measured, such as that of tasks; looked at as often as one likes.

The same ratio as `drift` has, of shares of several kinds: whether the sums before and after a look are draws
of one mix or of two, each with Jeffreys' prior.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from interlock_evaluation.statistics.claims import LEVEL
from interlock_evaluation.statistics.drifting import HORIZON, Drift, drawn, log_gamma, sides
from interlock_evaluation.statistics.intervals import CONFIDENCE, UNKNOWN, Interval, Numbers, checked, rate

_HALF: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class MixDrift:
    """What the looks so far say of a mix.

    Attributes:
        drift: as of one share, its `change` being that of the kind whose share has changed most.
        changes: by kind, how much its share since then is over what it was before, from -1 to 1.
    """

    drift: Drift
    changes: Mapping[str, Interval]


def mix_drift(
    baseline: Mapping[str, float],
    looks: Sequence[Mapping[str, float]],
    *,
    level: float = LEVEL,
    horizon: int = HORIZON,
    confidence: float = CONFIDENCE,
) -> MixDrift:
    """Whether the shares of kinds have changed since `baseline`, given what each look has brought since.

    To be called at each look with one more; false alarms of all calls together stay below `level`, 0 to 1.

    Args:
        baseline: how many there were of each kind; fractions count as such. A kind that it lacks had none.
        looks: what is new at each, in order.
        level: 0 to 1.
        horizon: how many looks there will be.
        confidence: of the changes' intervals, 0 to 1.

    Raises:
        ValueError: fewer than none of a kind, or the level or the horizon makes no sense.
    """
    if not 0 < level < 1 or horizon < 1:
        raise ValueError("a level lies between 0 and 1, and a horizon is 1 at least.")
    checked(confidence)
    kinds = sorted({kind for each in (baseline, *looks) for kind in each})
    table = np.array([[each.get(kind, 0.0) for kind in kinds] for each in (baseline, *looks)])
    if not (np.isfinite(table).all() and (table >= 0).all()):
        raise ValueError("expected counts, none below nothing.")
    if not looks or len(kinds) < 2 or not table[0].sum():  # noqa: PLR2004 - of one kind there is no mix
        nothing = Drift(drifted=False, evidence=1.0, since=None, change=UNKNOWN)
        return MixDrift(drift=nothing, changes=dict.fromkeys(kinds, UNKNOWN))
    columns = [sides(table[:, at]) for at in range(len(kinds))]
    before, after = (np.stack([each[side] for each in columns], axis=1) for side in (0, 1))
    changes = _Changes(before, after, confidence)
    logs = _log_beta(before) + _log_beta(after) - _log_beta(before + after)
    found = drawn(logs - _log_beta(np.zeros((1, len(kinds)))), changes, level, horizon)
    since = 0 if found.since is None else found.since
    return MixDrift(drift=found, changes={kind: changes.of(since, at) for at, kind in enumerate(kinds)})


class _Changes:
    def __init__(self, before: Numbers, after: Numbers, confidence: float) -> None:
        self._before, self._after, self._confidence = before, after, confidence

    def of(self, look: int, kind: int) -> Interval:
        """Newcombe's interval of one share's change."""
        old, new = (side[look] for side in (self._before, self._after))
        if not old.sum() or not new.sum():
            return UNKNOWN
        was, now = (
            rate(min(float(each[kind]), float(each.sum())), float(each.sum()), confidence=self._confidence)
            for each in (old, new)
        )
        value = now.value - was.value
        return Interval(
            value=value,
            low=value - float(np.hypot(now.value - now.low, was.high - was.value)),
            high=value + float(np.hypot(now.high - now.value, was.value - was.low)),
        )

    def at(self, look: int) -> Interval:
        found = [self.of(look, kind) for kind in range(self._before.shape[1])]
        return max(found, key=lambda each: -1.0 if each is UNKNOWN else abs(each.value))


def _log_beta(counts: Numbers) -> Numbers:
    """The logarithm of the multivariate beta function of each row, with half of one added to each kind."""
    shifted = counts + _HALF
    found: Numbers = log_gamma(shifted).sum(axis=1) - log_gamma(shifted.sum(axis=1))
    return found
