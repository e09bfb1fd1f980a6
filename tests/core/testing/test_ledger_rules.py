"""LedgerConformance: what breaks a rule fails that rule's test."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from interlock.testing import LedgerConformance, rules_of
from interlock.types.ledgers import AccountTally, Hold, LedgerCall, LedgerPlace, LedgerReply, Settlement
from memory_ledger import MemoryLedger, MemoryLedgers, Place

RULES = rules_of(LedgerConformance)
NUMBERS = count()


class Kit(LedgerConformance):
    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def place(self) -> LedgerPlace:
        return LedgerPlace(url=f"memory://{next(NUMBERS)}")


@pytest.mark.parametrize("rule", RULES)
def test_one_that_keeps_to_the_rules_passes(rule: str) -> None:
    getattr(Kit(MemoryLedgers()), rule)()


class Careless(Place):
    """A place with one fault, which `fault` names."""

    fault = ""

    def take(self, step: Hold | Settlement) -> bool:
        if isinstance(step, Hold):
            if self.fault == "forgetful":
                self.holds.pop(step.id, None)
            if self.fault == "unforced":
                step = replace(step, forced=False)
            if self.fault == "partial" and not step.forced and step.id not in self.holds:
                fitting = tuple(each for each in step.accounts if self.fits(each, step))
                if fitting and len(fitting) < len(step.accounts):
                    super().take(replace(step, accounts=fitting))
                    return False
        return super().take(step)

    def settle(self, step: Settlement) -> None:
        if self.fault == "unsettled":
            return
        if self.fault == "free" and step.requests:
            step = replace(step, requests=0)
        if self.fault == "late" and step.id not in self.holds:
            return
        super().settle(step)

    def fits(self, account: Any, step: Hold) -> bool:
        if self.fault == "floating" and account.money is not None:
            found = self.tally(account)
            return float(found.money) + float(step.money) <= float(account.money)
        return super().fits(account, step)

    def tally(self, account: Any) -> AccountTally:
        if self.fault == "merged":
            account = replace(account, name=account.name[:300].lower())
        found = super().tally(account)
        return replace(found, start=found.start + 1) if self.fault == "skewed" else found


def with_fault(fault: str) -> MemoryLedgers:
    class Faulty(MemoryLedgers):
        def at(self, url: str) -> Place:
            if url not in self.places:
                self.places[url] = Careless()
                self.places[url].fault = fault  # type: ignore[attr-defined]  # it is a careless one
            return self.places[url]

    return Faulty()


def altered(change: Callable[[LedgerCall, LedgerReply], LedgerReply]) -> MemoryLedgers:
    class Altered(MemoryLedger):
        async def exchange(self, call: LedgerCall) -> LedgerReply:
            return change(call, await super().exchange(call))

    class Kind(MemoryLedgers):
        def open(self, call: LedgerPlace) -> MemoryLedger:
            return Altered(self.at(call.url))

    return Kind()


class Alone(MemoryLedgers):
    """Each process counts by itself."""

    def open(self, call: LedgerPlace) -> MemoryLedger:
        return MemoryLedger(Place())


class Blocking(MemoryLedgers):
    def open(self, call: object) -> Any:
        class Plain:
            api = 1

            def exchange(self, call: object) -> None: ...

            def aclose(self) -> None: ...

        return Plain()


class Backwards(MemoryLedger):
    async def exchange(self, call: LedgerCall) -> LedgerReply:
        return await super().exchange(LedgerCall(steps=call.steps[::-1]))


class BackwardsKind(MemoryLedgers):
    def open(self, call: LedgerPlace) -> MemoryLedger:
        return Backwards(self.at(call.url))


@pytest.mark.parametrize(
    ("kind", "rule", "sentence"),
    [
        (object(), "is_a_kind_of_ledger", "it needs api, name, schemes, open"),
        (MemoryLedgers, "is_a_kind_of_ledger", "give an instance"),
        (Blocking(), "opens_a_ledger", "exchange must be a coroutine function"),
        (Alone(), "holds_what_fits_and_refuses_the_rest", "a third does not fit"),
        (
            Alone(),
            "holds_no_more_than_there_is_room_whoever_asks_at_once",
            "room for 5 of 48, and 10 were held",
        ),
        (with_fault("partial"), "holds_in_all_accounts_or_in_none", "it should stand at"),
        (with_fault("forgetful"), "holds_once_by_its_id", "refused"),
        (with_fault("unsettled"), "settles_by_what_was_used", "it should stand at"),
        (with_fault("free"), "settles_by_what_was_used", "it should stand at"),
        (with_fault("unsettled"), "gives_back_what_was_not_sent", "did not make room again"),
        (with_fault("late"), "does_not_hold_what_was_given_back_before", "and was held"),
        (BackwardsKind(), "takes_steps_in_their_order", "of three, the second had no room"),
        (with_fault("unforced"), "holds_what_is_forced", "what was forced was refused"),
        (with_fault("floating"), "counts_exactly", "one picodollar was lacking"),
        (with_fault("merged"), "keeps_accounts_apart", "nothing was held in 'A' yet"),
        (with_fault("skewed"), "windows_are_those_of_the_calendar", "of a minute"),
        (altered(lambda _, reply: LedgerReply()), "takes_many_steps_at_once", "not all of them were taken"),
        (altered(lambda _, reply: LedgerReply()), "tells_how_accounts_stand", "it told of"),
        (Alone(), "may_be_closed_twice", "went with whoever held it"),
    ],
)
def test_a_breach_fails_its_rule(kind: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(kind), f"test_{rule}")()
