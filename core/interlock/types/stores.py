"""Stores of records: what they are asked, and the schemes that are known without their plugin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

STORES: Mapping[str, str] = {
    "sqlite": "interlock-sql",
    "postgresql": "interlock-sql",
    "postgres": "interlock-sql",
}
"""Scheme -> the distribution that keeps records there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuery:
    """Which records to read, newest first: by `started`, and by `id` where that is the same.

    Attributes:
        since, until: seconds since the epoch; the first is included, the second is not.
        deployment: one that answered or was tried.
        error: the class name of what the caller was given instead of an answer.
        failed: True for calls that ended in an error, False for calls that were answered. What its caller
            left is neither.
        run: of which the call was a part.
        metadata: all of these, with these values.
        limit: the most records to give.
        after: `started` and `id` of the last record of the page before; what follows is older.
    """

    since: float | None = None
    until: float | None = None
    task: str | None = None
    deployment: str | None = None
    error: str | None = None
    failed: bool | None = None
    run: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    limit: int = 100
    after: tuple[float, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyQuery:
    """Which calls to count together: those of each `every` seconds since the epoch, 86400 for a day in UTC,
    by task, by deployment and, where `label` names a metadata key, by its value.

    `since` and `until` are as in `RecordQuery`.
    """

    every: int = 86_400
    since: float | None = None
    until: float | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTally:
    """Calls that were counted together.

    Attributes:
        at: when their time begins, in seconds since the epoch.
        deployment: that answered; None where none did.
        label: the value of the metadata key; None for calls without it.
        errors: how many ended in an error; `left` how many their callers left.
        latency: seconds of all of them together.
        cost: US dollars of those whose cost is known; of `unpriced` many it is not.
    """

    at: float
    task: str
    deployment: str | None
    label: str | None
    calls: int
    errors: int = 0
    left: int = 0
    latency: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneCall:
    """What may go: records that `keep` newer ones follow, and those that started `before`, in seconds since
    the epoch. None sets no bound.
    """

    keep: int | None = None
    before: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCall:
    """`url` is the configuration's, its scheme in lower case, and may hold a password; a relative path in it
    begins at `folder`.
    """

    url: str = field(repr=False)
    folder: Path = field(default_factory=Path)
