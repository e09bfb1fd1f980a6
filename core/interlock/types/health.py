"""Health as people and other processes are told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HEALTH_SHARES: Mapping[str, str] = {
    "redis": "interlock-redis",
    "rediss": "interlock-redis",
    "valkey": "interlock-redis",
    "valkeys": "interlock-redis",
    "sqlite": "interlock-sql",
    "postgresql": "interlock-sql",
    "postgres": "interlock-sql",
}
"""Scheme -> the distribution that shares health there, whether or not it is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """How a deployment is doing; with a task, how it is doing at that task.

    Attributes:
        state: of its breaker: closed, open or half-open.
        cause: why the breaker is not closed: failing, parked, cooling or resting.
        attempts: the recent ones that count.
        error_rate: a share of `attempts`. A deployment's own counts what concerns its endpoint (refused
            connections, 5xx, rate limits, refused keys), a task's what concerns the task alone (timeouts,
            answers of no use).
        moved_back: the rate is high enough for it to stand behind the healthy ones.
        cooldown: seconds that the breaker stays open.
        answer_p50: seconds for a plain answer; None with too few of them, as for the three below.
    """

    deployment: str
    task: str | None
    state: str
    cause: str | None
    attempts: int
    failures: int
    error_rate: float
    moved_back: bool
    cooldown: float
    answer_p50: float | None = None
    answer_p95: float | None = None
    first_token_p50: float | None = None
    first_token_p95: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A breaker went from one state to another; `task` is None for the deployment's own."""

    deployment: str
    task: str | None
    before: str
    after: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChange:
    """What one process has to tell about a deployment, or about it at one task, since it last told.

    Attributes:
        deployment: a name that stands for the deployment in every process that has it.
        hard: of the failures, those of the kind that opens a breaker, as far as no success followed.
        closed: a success has cleared the record and closed the breaker; the counts are those since.
        cause: why the breaker is open, and `seconds` for how long yet; empty and 0 when it did not open.
        probe: the process asks for the turn to probe, or to keep it.
        probing: its probe is under way.
    """

    deployment: str
    task: str | None = None
    successes: int = 0
    failures: int = 0
    hard: int = 0
    closed: bool = False
    cause: str = ""
    seconds: float = 0.0
    probe: bool = False
    probing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthNews:
    """What the others have told about a deployment, or about it at one task, since this process last heard.

    Attributes:
        closed: another process has cleared the record and closed the breaker; counts and `cause` come after.
        cause: why the breaker is open, and `seconds` for how long yet; empty and 0 when it is not.
        probe: the turn to probe is this process's.
    """

    deployment: str
    task: str | None = None
    successes: int = 0
    failures: int = 0
    hard: int = 0
    closed: bool = False
    cause: str = ""
    seconds: float = 0.0
    probe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSync:
    """One exchange of health between this process and the others.

    Attributes:
        changes: what this process has to tell.
        fresh: the process knows nothing yet, and so what others told lately is news to it.
        window: how many of a deployment's last attempts count.
        lease: seconds after which a turn may pass to another process that asks for it, unless the probe is
            under way.
        keep: seconds after which what nobody has told anything about may be forgotten.
    """

    changes: tuple[HealthChange, ...] = ()
    fresh: bool = False
    window: int = 200
    lease: float = 5.0
    keep: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCall:
    """`url` is the configuration's, its scheme in lower case, and may hold a password; a relative path in it
    begins at `folder`.
    """

    url: str = field(repr=False)
    folder: Path = field(default_factory=Path)
