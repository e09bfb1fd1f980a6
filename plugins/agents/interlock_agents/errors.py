"""Why an effect is not carried out, or a model not asked.

```
InterlockError
├── OverBudget       an account would be overdrawn: account, limit, left, asked, spent
├── EffectChanged    the place asks for something else than it did before: place
├── EffectOpen       what has to be known first is not known yet: effects
├── LedgerBusy       somebody else works on it: place, seconds
└── RequestError
    └── Unpriced     what a model costs has to be known, and is not: deployment
```
"""

from collections.abc import Sequence
from typing import Any

from interlock import InterlockError, RequestError


class OverBudget(InterlockError):
    """What would be held and what is spent together exceed a limit. Nothing was held.

    Attributes:
        account: whose limit it is.
        limit: what is limited: `usd`, `tokens`, `seconds` or `calls`.
        left: how much of that is left, in US dollars, tokens, seconds or calls.
        asked: how much of it would have been held, in US dollars, tokens, seconds or calls.
        spent: Amounts of everything that the account has spent, without what is held; None where nobody said.
    """

    def __init__(
        self,
        message: str,
        *,
        account: str,
        limit: str,
        left: float,
        asked: float = 0.0,
        spent: Any = None,
    ) -> None:
        super().__init__(message)
        self.account = account
        self.limit = limit
        self.left = left
        self.asked = asked
        self.spent = spent


class Unpriced(RequestError):
    """A budget in dollars, and a deployment that may answer whose price nobody knows: nothing was asked.

    Attributes:
        deployment: its id.
    """

    def __init__(self, deployment: str) -> None:
        super().__init__(
            f"{deployment} has no price, and a budget in dollars counts what calls cost; give the deployment"
            " its price, 0 when it is free, leave it out by constraints, or have what has none count as free",
            key="budget.usd",
        )
        self.deployment = deployment


class EffectChanged(InterlockError):
    """A place of a run asks for another tool or other arguments than it did before: nothing was done.

    Attributes:
        place: its id.
    """

    def __init__(self, message: str, *, place: str) -> None:
        super().__init__(message)
        self.place = place


class EffectOpen(InterlockError):
    """Nobody knows yet whether an effect has happened on which this one depends: nothing was done.

    Attributes:
        effects: the ids of those that have to be known first.
    """

    def __init__(self, message: str, *, effects: Sequence[str]) -> None:
        super().__init__(message)
        self.effects = tuple(effects)


class LedgerBusy(InterlockError):
    """Somebody else works on the effect, or has taken it over: come again later.

    Attributes:
        place: its id.
        seconds: after which it may be taken over, if nobody goes on with it.
    """

    def __init__(self, message: str, *, place: str, seconds: float) -> None:
        super().__init__(message)
        self.place = place
        self.seconds = seconds
