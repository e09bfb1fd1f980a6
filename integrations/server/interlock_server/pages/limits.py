"""What may be used, and what is left of it: the configuration's budgets, and the limits of keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from interlock import Router, StoreError
from interlock.logs import redacting_logger
from interlock.types.budgets import Budget, Spending
from interlock_server.keys.budgets import KeyBudgets, budgets_of
from interlock_server.pages import words
from interlock_server.principals import Identities, Principal

_MOST = 200  # limits of keys on one page
_log = redacting_logger("interlock.server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An amount that is limited. `told` and `left` are amounts in words; `resets` is when its window ends, in
    seconds since the epoch, None where nothing was spent in it.
    """

    budget: str
    whose: str
    what: str
    used: float
    limit: float
    told: str
    left: str
    resets: float | None

    @property
    def share(self) -> float:
        """Of the limit, what is used."""
        return self.used / self.limit if self.limit else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All that is limited, of keys what is used up first. `more` of them are left out; `failed` says that
    other processes could not be heard, so that it is what this one knows.
    """

    accounts: Sequence[Account]
    more: int
    failed: bool


async def limits_of(router: Router, identities: Identities) -> Limits:
    """Of the whole configuration, and of every key that is known."""
    failed = False
    try:
        spent = await router.spent()
    except StoreError as error:
        _log.warning("the ledger cannot be read for the pages: %s", error.message)
        spent, failed = router.spending, True
    keys = {budget.id: (each, budget) for each in _known(identities) for budget in budgets_of(each)}
    own = [each for each in spent if each.source != KeyBudgets.name]
    theirs = {each.budget: each for each in spent if each.source == KeyBudgets.name}
    accounts = [account for each in own for account in _accounts(each.budget, each.account or "all", each)]
    limits = [
        account
        for id_, (principal, budget) in keys.items()
        for account in _accounts(f"key, per {budget.per}", principal.id, theirs.get(id_) or _unspent(budget))
    ]
    limits.sort(key=lambda each: (-each.share, each.whose))
    return Limits(accounts=[*accounts, *limits[:_MOST]], more=len(limits[_MOST:]), failed=failed)


def _known(identities: Identities) -> Iterable[Principal]:
    """Everybody whom the identities can list now."""
    try:
        return tuple(identities) if isinstance(identities, Iterable) else ()
    except StoreError as error:
        _log.warning("keys cannot be listed for the pages: %s", error.message)
        return ()


def _unspent(budget: Budget) -> Spending:
    return Spending(
        budget=budget.id,
        account=None,
        resets_at=0.0,
        usd=0.0,
        tokens=0,
        requests=0,
        limit_usd=budget.usd,
        limit_tokens=budget.tokens,
        limit_requests=budget.requests,
    )


def _accounts(budget: str, whose: str, spent: Spending) -> list[Account]:
    """One for each amount that it limits."""
    kinds = (
        ("cost", spent.usd, spent.limit_usd, words.money),
        ("tokens", spent.tokens, spent.limit_tokens, words.count),
        ("requests", spent.requests, spent.limit_requests, words.count),
    )
    return [
        Account(
            budget=budget,
            whose=whose,
            what=what,
            used=used,
            limit=limit,
            told=f"{written(used)} of {written(limit)}",
            left=written(max(0.0, limit - used)),
            resets=spent.resets_at or None,
        )
        for what, used, limit, written in kinds
        if limit is not None
    ]
