"""What an account may have, has spent, and holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock_agents.budgets.amounts import Amounts

NEAR = 0.8
"""The part of a limit from which on whoever draws on it is warned: 40 of 50 calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """An account, as it is at one moment: US dollars, tokens, seconds and calls.

    Attributes:
        limits: by `usd`, `tokens`, `seconds` and `calls`; what has none is not there.
        held: for what is under way, or for what a crash has left so until its effect or step is settled.
    """

    account: str
    limits: Mapping[str, float] = field(default_factory=dict)
    spent: Amounts = field(default_factory=Amounts)
    held: Amounts = field(default_factory=Amounts)

    def used(self, kind: str) -> float:
        """What is spent and held of it, in its unit."""
        spent: float = getattr(self.spent, kind)
        held: float = getattr(self.held, kind)
        return round(spent + held, 6)

    def left(self, kind: str) -> float | None:
        """What may still be held of it, in its unit, never below 0; None where there is no limit."""
        limit = self.limits.get(kind)
        return None if limit is None else max(0.0, round(limit - self.used(kind), 6))

    @property
    def near(self) -> tuple[str, ...]:
        """The limits of which four fifths are used up, or more."""
        return tuple(kind for kind, limit in self.limits.items() if self.used(kind) >= round(NEAR * limit, 6))

    @property
    def over(self) -> tuple[str, ...]:
        """The limits of which nothing is left."""
        return tuple(kind for kind in self.limits if self.left(kind) == 0)


def words(kind: str, value: float) -> str:
    """An amount with its unit: $0.25, 1,200 tokens, 1.5 s, 1 call."""
    if kind == "usd":
        whole, _, rest = f"{value:,.6f}".partition(".")
        return f"${whole}.{rest.rstrip('0').ljust(2, '0')}"
    if kind == "seconds":
        return f"{value:,.3f}".rstrip("0").rstrip(".") + " s"
    return f"{value:,.0f} {kind if value != 1 else kind.removesuffix('s')}"
