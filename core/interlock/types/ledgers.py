"""Ledgers that several processes share: what they are told and what they tell, in whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from interlock.types.windows import Period

LEDGERS: Mapping[str, str] = {
    "redis": "interlock-redis",
    "rediss": "interlock-redis",
    "valkey": "interlock-redis",
    "valkeys": "interlock-redis",
    "sqlite": "interlock-sql",
    "postgresql": "interlock-sql",
    "postgres": "interlock-sql",
}
"""Scheme -> the distribution that keeps a ledger there, whether or not it is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedAccount:
    """An account, and what may be used of it in a calendar window; None is no limit.

    Attributes:
        name: the same in every process that counts in it: ASCII, without control characters.
        money: picodollars.
        tokens: input and output together.
        requests: attempts that are sent.
    """

    name: str
    per: Period
    money: int | None = None
    tokens: int | None = None
    requests: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An attempt that is about to be sent, or several to come, and what they may use together: so many
    `requests`, `tokens` and `money`.

    It is held in each of its accounts, in the window that this moment lies in by the ledger's clock, or in
    none of them. One that is held already, by its id, is not held again; one that was settled before it came
    is refused.

    Attributes:
        forced: it is held whatever the limits, because it was sent while the ledger was out of reach, or is a
            part of what was held already.
        windows_of: the id of another hold, in whose windows this one is held, where that one has the account
            and is not settled. In a window that is over, nothing is held.
    """

    id: str
    accounts: tuple[SharedAccount, ...]
    tokens: int
    money: int
    requests: int = 1
    forced: bool = False
    windows_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What an attempt has used, in place of what it held, in the windows in which it held it; those that are
    over by now are left alone. What was not sent has used nothing, no request either.

    It counts once, by the id of its hold. For a hold that is not known, it only keeps a hold from coming
    after it.

    Attributes:
        accounts: those of the hold.
    """

    id: str
    accounts: tuple[SharedAccount, ...]
    requests: int
    tokens: int
    money: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Asks how accounts stand, and changes nothing."""

    accounts: tuple[SharedAccount, ...]


Step = Hold | Settlement | Look


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTally:
    """How an account stands. What is used includes what is only held.

    Attributes:
        start: when its window began, and `end`, when it ends, in seconds since the epoch.
        money: picodollars, as `held_money`.
    """

    start: float
    end: float
    money: int = 0
    tokens: int = 0
    requests: int = 0
    held_money: int = 0
    held_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCall:
    """One exchange with a ledger: `steps`, which are taken in their order."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReply:
    """What came of an exchange.

    Attributes:
        refused: the ids of the holds that are not held.
        tallies: by name: how each account that a step names stands after the last step.
    """

    refused: frozenset[str] = frozenset()
    tallies: Mapping[str, AccountTally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPlace:
    """`url` is the configuration's, its scheme in lower case, and may hold a password; a relative path in it
    begins at `folder`.
    """

    url: str = field(repr=False)
    folder: Path = field(default_factory=Path)
