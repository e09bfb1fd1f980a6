"""A shared ledger in memory, which fails, hangs or loses its answers when it is told to."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from threading import Lock

from interlock import StoreError, hookimpl
from interlock.protocols import LedgerKind, SharedLedger
from interlock.types.ledgers import (
    AccountTally,
    Hold,
    LedgerCall,
    LedgerPlace,
    LedgerReply,
    Look,
    Settlement,
    SharedAccount,
)
from interlock.types.windows import window


@dataclass
class Place:
    """What all processes count in.

    Attributes:
        trouble: None is none; `slow` takes its time, `down` has exchanges fail, `silent` has them hang,
            `deaf` takes the steps and then fails.
        exchanges: how many have been begun.
    """

    clock: Callable[[], float] = time.time
    trouble: str | None = None
    exchanges: int = 0
    closed: int = 0
    tallies: dict[str, AccountTally] = field(default_factory=dict)
    holds: dict[str, tuple[Hold, dict[str, float]] | None] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def tally(self, account: SharedAccount) -> AccountTally:
        found = self.tallies.get(account.name)
        if found is None or self.clock() >= found.end:
            start, end = window(account.per, self.clock())
            found = self.tallies[account.name] = AccountTally(start=start, end=end)
        return found

    def take(self, step: Hold | Settlement) -> bool:
        if isinstance(step, Settlement):
            self.settle(step)
            return True
        if step.id in self.holds:
            return self.holds[step.id] is not None
        if not step.forced and not all(self.fits(each, step) for each in step.accounts):
            return False
        other = self.holds.get(step.windows_of or "")
        held_in = {} if other is None else other[1]
        starts = {}
        for each in step.accounts:
            found = self.tally(each)
            starts[each.name] = start = held_in.get(each.name, found.start)
            if start != found.start:
                continue
            self.tallies[each.name] = replace(
                found,
                requests=found.requests + step.requests,
                tokens=found.tokens + step.tokens,
                money=found.money + step.money,
                held_tokens=found.held_tokens + step.tokens,
                held_money=found.held_money + step.money,
            )
        self.holds[step.id] = (step, starts)
        return True

    def fits(self, account: SharedAccount, step: Hold) -> bool:
        found = self.tally(account)
        return (
            (account.requests is None or found.requests + step.requests <= account.requests)
            and (account.tokens is None or found.tokens + step.tokens <= account.tokens)
            and (account.money is None or found.money + step.money <= account.money)
        )

    def settle(self, step: Settlement) -> None:
        known, self.holds[step.id] = self.holds.get(step.id), None
        if known is None:
            return
        hold, starts = known
        for each in step.accounts:
            found = self.tally(each)
            if starts.get(each.name) == found.start:
                self.tallies[each.name] = replace(
                    found,
                    requests=found.requests + step.requests - hold.requests,
                    tokens=found.tokens + step.tokens - hold.tokens,
                    money=found.money + step.money - hold.money,
                    held_tokens=found.held_tokens - hold.tokens,
                    held_money=found.held_money - hold.money,
                )


class MemoryLedger:
    """One process's end of it."""

    api = 1

    def __init__(self, place: Place) -> None:
        self.place = place

    async def exchange(self, call: LedgerCall) -> LedgerReply:
        place = self.place
        place.exchanges += 1
        if place.trouble == "silent":
            await asyncio.sleep(3600)
        await asyncio.sleep(0.05 if place.trouble == "slow" else 0)
        if place.trouble == "down":
            raise StoreError("the place is down")
        with place.lock:
            steps = [step for step in call.steps if not isinstance(step, Look)]
            refused = frozenset(step.id for step in steps if not place.take(step))
            tallies = {each.name: place.tally(each) for step in call.steps for each in step.accounts}
        if place.trouble == "deaf":
            raise StoreError("the answer was lost")
        return LedgerReply(refused=refused, tallies=tallies)

    async def aclose(self) -> None:
        self.place.closed += 1


class MemoryLedgers:
    """`memory://name`: each name is a place of its own. The plugin, and its kind of ledger."""

    api = 1
    name = "memory"
    schemes: tuple[str, ...] = ("memory",)

    def __init__(self, **facts: object) -> None:
        self.places: dict[str, Place] = {}
        self._facts = facts

    @property
    def place(self) -> Place:
        """The only one that tests with one place have."""
        return self.at("memory://here")

    def at(self, url: str) -> Place:
        return self.places.setdefault(url, Place(**self._facts))  # type: ignore[arg-type]  # its own fields

    def open(self, call: LedgerPlace) -> SharedLedger:
        return MemoryLedger(self.at(call.url))

    @hookimpl
    def interlock_ledgers(self) -> Iterable[LedgerKind]:
        return [self]
