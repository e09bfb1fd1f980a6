"""Budgets: what may be spent, and what is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from interlock.types.numbers import LARGEST_LIMIT
from interlock.types.windows import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A limit on what attempts may use in a calendar window in UTC; None is no limit, 0 lets nothing pass.

    Attributes:
        usd: US dollars.
        tokens: input and output together.
        requests: attempts that are sent.
        each: a metadata key, for each value of which there is an account of its own. Requests without the key
            share one.
        where: metadata that a request must have for the budget to concern it.
        deployments: ids of the deployments whose attempts it counts; empty for all.

    Raises:
        ValueError: naming the field that cannot be counted by.
    """

    id: str
    per: Period
    usd: float | None = None
    tokens: int | None = None
    requests: int | None = None
    each: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    deployments: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not self.id:
            raise ValueError("a budget needs an id")
        if self.per not in get_args(Period):
            raise ValueError(f"budget {self.id}: per is one of {', '.join(get_args(Period))}")
        for name in ("usd", "tokens", "requests"):
            limit = getattr(self, name)
            whole = name != "usd"
            if limit is not None and not _is_amount(limit, whole=whole):
                kind = "a whole number" if whole else "a number"
                raise ValueError(f"budget {self.id}: {name} is {kind} from 0 to {LARGEST_LIMIT:g}, or None")


def _is_amount(limit: object, *, whole: bool) -> bool:
    if isinstance(limit, bool) or not isinstance(limit, int if whole else (int, float)):
        return False
    return 0 <= limit <= LARGEST_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """One account of a budget in the present window: what is used, out of which limit.

    Attributes:
        source: the plugin's source that the budget comes from; empty for the configuration's own.
        account: the value of the metadata key that the budget's `each` names; None for the only account of a
            budget without one, for that of requests without the key, and for the one that all values share
            for which there is no room.
        resets_at: when the window ends, in seconds since the epoch.
        usd: US dollars, those included that attempts under way hold; `limit_usd` is None without a limit.
        tokens: input and output together, counted as `usd` is.
        requests: attempts that were sent, or are about to be.
    """

    budget: str
    account: str | None
    resets_at: float
    usd: float
    tokens: int
    requests: int
    limit_usd: float | None
    limit_tokens: int | None
    limit_requests: int | None
    source: str = ""
