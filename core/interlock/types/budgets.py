"""Budgets as people are told of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """One account of a budget in the present window: what is used, out of which limit.

    Attributes:
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
