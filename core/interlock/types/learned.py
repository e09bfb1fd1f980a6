"""Rows of routes that were learned from answers, each with what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_USUAL: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEvidence:
    """What was measured of the model that leads one task's row.

    Attributes:
        id: of the measurement, so that it is found again.
        measured: the day, as 2026-11-30.
        n: how many prompts of the task there were.
        over: the model that it is compared with; empty where it is that one itself, and none is known to be
            better.
        gain: how much better its answers are, as a share of the best mark, from -1 to 1; None without `over`.
        low, high: the ends of its interval.
        level: how likely the interval holds the true one, as 0.95.
        stale: why it may hold no more; empty while it does.
    """

    id: str
    measured: str
    n: int
    over: str = ""
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = _USUAL
    stale: str = ""

    @property
    def sentence(self) -> str:
        """In words, for whoever asks why a deployment leads."""
        prompts = f"{self.n:,} prompt{'' if self.n == 1 else 's'}"
        if self.gain is None or self.low is None or self.high is None:
            told = f"nothing was known to be better on {prompts}"
        else:
            level = "" if self.level == _USUAL else f"{self.level:.0%}: "
            interval = f"[{level}{_points(self.low)}, {_points(self.high)}]"
            told = f"{_points(self.gain)} points {interval} over {self.over} on {prompts}"
        stale = f"; stale: {self.stale}" if self.stale else ""
        return f"learned {self.measured}: {told} ({self.id}){stale}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedRefinement:
    """What puts learned rows in another order for each request.

    Attributes:
        by: the reranker's name.
        digest: of the content: `sha256:` and 64 hexadecimal digits.
        content: what the reranker is opened with.
        file: where that was.
    """

    by: str
    digest: str
    content: bytes = field(repr=False)
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedRoutes:
    """A file of learned rows.

    Attributes:
        routes: task to models or deployments, best first.
        evidence: of some or all of those tasks.
        where: what to call the file.
        refined: what rows are put in another order by; None where they stand as they are.
        source: where they come from, as whoever learned them says; nothing routes by it.
    """

    routes: Mapping[str, tuple[str, ...]]
    evidence: Mapping[str, RouteEvidence]
    where: str = ""
    refined: LearnedRefinement | None = None
    source: Mapping[str, Any] = field(default_factory=dict)


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"
