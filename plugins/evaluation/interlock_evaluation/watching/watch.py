"""A watch: the baseline, and what each look has brought since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock_evaluation.watching.traffic import Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What came in some time. `number` counts from 0; steps of the baseline lie below. `since` and `until`
    are seconds since the epoch; what came late is in the first step of the look that saw it.
    """

    number: int
    look: int
    since: float
    until: float
    traffic: Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one look said.

    Attributes:
        look: its number, from 0.
        at: when it was, and `until` up to which calls were counted, both in seconds since the epoch.
        calls: how many it counted, and `late` how many of them were not there when the look before was.
        found: what it found, as JSON has it.
    """

    look: int
    at: float
    until: float
    calls: int
    late: int
    found: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is known since one baseline.

    Attributes:
        number: from 1; a later one begins with another baseline.
        began: seconds since the epoch, as `since` and `until`, between which the baseline's calls began.
        options: `least`, `level`, `horizon` and `source` (where the baseline comes from, in words), as they
            were when it began: a level that changed on the way would not be kept.
    """

    number: int
    began: float
    since: float
    until: float
    options: Mapping[str, Any]
    steps: Sequence[Step] = ()
    looks: Sequence[Told] = ()

    @property
    def days(self) -> list[Traffic]:
        """The baseline's, oldest first."""
        return [each.traffic for each in self.steps if each.number < 0]

    @property
    def after(self) -> list[Step]:
        """What came since, oldest first."""
        return [each for each in self.steps if each.number >= 0]

    @property
    def seen(self) -> float:
        """Up to which calls were counted."""
        return self.looks[-1].until if self.looks else self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A look as it is to be kept: what it `told`, the new `steps`, and which `calls` it counted, by the ids
    of their records with when each began. Ids from before `forget` are not needed any more.
    """

    watch: Watch
    told: Told
    steps: Sequence[Step]
    calls: Mapping[str, float]
    forget: float
