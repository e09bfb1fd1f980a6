"""What a shared ledger must keep to."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any, get_args

from interlock.protocols import API, LedgerKind, SharedLedger
from interlock.testing.finishing import T, finished
from interlock.testing.rules import Conformance, expect, expect_kind, fail
from interlock.types.ledgers import (
    AccountTally,
    Hold,
    LedgerCall,
    LedgerPlace,
    LedgerReply,
    Look,
    Settlement,
    SharedAccount,
    Step,
)
from interlock.types.windows import Period, window

_PATIENCE = 60.0
_MANY = 300
_AT_ONCE = 50
_ROOM = 5
_BEYOND_DOUBLES = 2**53 + 1  # picodollars
_METHODS = ("exchange", "aclose")
_NUMBERS = count(1)

Use = Callable[[SharedLedger, SharedLedger], Awaitable[None]]


class LedgerConformance(Conformance):
    """The rules for shared ledgers. A subclass gives `kind`, and `place`: the address of a new, empty place.

    Each rule plays two processes that count in one place.

    Attributes:
        kind: what the plugin's hook offers.
    """

    kind: LedgerKind

    def place(self) -> LedgerPlace:
        """A new and empty place."""
        fail("there is no place to test at: define place(self), which returns LedgerPlace(url=…)")

    def test_is_a_kind_of_ledger(self) -> None:
        """An instance with `api`, a `name`, `schemes` in lower case and an `open` that is not awaited."""
        expect_kind(self.kind, LedgerKind)

    def test_opens_a_ledger(self) -> None:
        """`open` gives a SharedLedger, whose methods are awaited."""
        ledger: Any = self.kind.open(self.place())
        expect(
            isinstance(ledger, SharedLedger), f"{ledger!r} is no SharedLedger: it needs api, exchange, aclose"
        )
        expect(ledger.api == API, f"api is {ledger.api!r}; this version speaks {API}")
        for name in _METHODS:
            expect(inspect.iscoroutinefunction(getattr(ledger, name)), f"{name} must be a coroutine function")
        _finish(ledger.aclose)

    def test_holds_what_fits_and_refuses_the_rest(self) -> None:
        """What is held counts for all processes at once: requests, tokens and money alike."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            for limits in ({"requests": 2}, {"tokens": 21}, {"money": 11}):
                account = _account(**limits)
                expect(await _held(one, account), f"the first of two fits within {limits}, and was refused")
                expect(await _held(two, account), f"the second of two fits within {limits}, and was refused")
                for each in (one, two):
                    expect(
                        not await _held(each, account), f"a third does not fit within {limits}, and was held"
                    )
                await _expect(one, account, requests=2, tokens=20, money=10, held_tokens=20, held_money=10)

        self._run(use)

    def test_holds_in_all_accounts_or_in_none(self) -> None:
        """Where one account has no room, the others hold nothing."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            roomy, tight = _account(requests=9), _account(tokens=5)
            expect(not await _held(one, roomy, tight), "it does not fit in one of two accounts, and was held")
            expect(not await _held(two, tight, roomy), "it does not fit in one of two accounts, and was held")
            await _expect(one, roomy)
            await _expect(one, tight)

        self._run(use)

    def test_holds_no_more_than_there_is_room_whoever_asks_at_once(self) -> None:
        """Of many holds at once from several processes, exactly as many are held as there is room for."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account, other = _account(requests=_ROOM), _account(money=5 * _ROOM)
            asked = [
                _held(each, *pair)
                for pair in ((account, other), (other, account))
                for each in (one, two)
                for _ in range(_AT_ONCE // 4)
            ]
            held = sum(await asyncio.gather(*asked))
            expect(held == _ROOM, f"there was room for {_ROOM} of {len(asked)}, and {held} were held")
            await _expect(one, account, requests=_ROOM, tokens=50, money=25, held_tokens=50, held_money=25)

        self._run(use)

    def test_holds_once_by_its_id(self) -> None:
        """A hold that is asked for again, because nobody knew what became of it, counts once."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account = _account(requests=1)
            hold = _hold(account)
            for each in (one, two, one):
                reply = await each.exchange(LedgerCall(steps=(hold,)))
                expect(not reply.refused, "a hold was asked for again by its id, and refused")
            await _expect(two, account, requests=1, tokens=10, money=5, held_tokens=10, held_money=5)

        self._run(use)

    def test_settles_by_what_was_used(self) -> None:
        """What was used takes the place of what was held, be it less or more; once."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            for tokens, money in ((3, 1), (1_000, 900)):
                account = _account(requests=1)
                hold = _hold(account)
                await one.exchange(LedgerCall(steps=(hold,)))
                for used in (tokens, 7, 0):
                    await one.exchange(LedgerCall(steps=(_settle(hold, used, money),)))
                await _expect(two, account, requests=1, tokens=tokens, money=money)
                expect(not await _held(two, account), "a request that was settled made room for another")

        self._run(use)

    def test_gives_back_what_was_not_sent(self) -> None:
        """A settlement of no request is as if nothing had been held."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account = _account(requests=1, tokens=10, money=5)
            for each in (one, two, one):
                hold = _hold(account)
                reply = await each.exchange(LedgerCall(steps=(hold,)))
                expect(not reply.refused, "what was given back did not make room again")
                await each.exchange(LedgerCall(steps=(_back(hold),)))
            await _expect(one, account)

        self._run(use)

    def test_does_not_hold_what_was_given_back_before(self) -> None:
        """A hold that comes late, after its settlement, is refused, and counts nowhere."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account = _account(requests=1)
            hold = _hold(account)
            await one.exchange(LedgerCall(steps=(_back(hold),)))
            reply = await two.exchange(LedgerCall(steps=(hold,)))
            expect(hold.id in reply.refused, "a hold came after it had been given back, and was held")
            await _expect(one, account)

        self._run(use)

    def test_takes_steps_in_their_order(self) -> None:
        """What a step gives back, the next one of the same exchange may hold."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account = _account(requests=1)
            first, second, third = _hold(account), _hold(account), _hold(account)
            reply = await one.exchange(LedgerCall(steps=(first, second, _back(first), third)))
            expect(
                reply.refused == {second.id}, f"of three, the second had no room; refused: {reply.refused}"
            )
            await _expect(two, account, requests=1, tokens=10, money=5, held_tokens=10, held_money=5)

        self._run(use)

    def test_holds_what_is_forced(self) -> None:
        """What was sent while the ledger was out of reach counts, whatever the limits."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account = _account(requests=1)
            await _held(one, account)
            hold = _hold(account, forced=True)
            reply = await one.exchange(LedgerCall(steps=(hold, _settle(hold, 4, 2))))
            expect(not reply.refused, "what was forced was refused")
            await _expect(two, account, requests=2, tokens=14, money=7, held_tokens=10, held_money=5)

        self._run(use)

    def test_holds_several_requests_at_once(self) -> None:
        """A hold of several requests counts as so many, and is settled by as many as were sent."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account = _account(requests=5)
            holds = [replace(_hold(account), requests=requests) for requests in (4, 2, 1)]
            reply = await one.exchange(LedgerCall(steps=tuple(holds)))
            expect(
                reply.refused == {holds[1].id},
                f"of holds of 4, 2 and 1 requests on room for 5, {len(reply.refused)} were refused",
            )
            used = replace(_settle(holds[0], 3, 2), requests=2)
            await two.exchange(LedgerCall(steps=(used, used)))
            await _expect(one, account, requests=3, tokens=13, money=7, held_tokens=10, held_money=5)

        self._run(use)

    def test_parts_a_hold_in_two(self) -> None:
        """A part of a hold may be held on, forced and by an id of its own, while the rest is settled."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account = _account(requests=4, tokens=10, money=5)
            whole = replace(_hold(account), requests=4)
            part = replace(_hold(account, tokens=6, money=2, forced=True), requests=1, windows_of=whole.id)
            used = replace(_settle(whole, 3, 1), requests=2)
            for each in (one, two):
                await each.exchange(LedgerCall(steps=(whole,)))
                await each.exchange(LedgerCall(steps=(part, used)))
            await _expect(one, account, requests=3, tokens=9, money=3, held_tokens=6, held_money=2)
            await two.exchange(LedgerCall(steps=(_settle(part, 5, 2),)))
            await _expect(one, account, requests=3, tokens=8, money=3)

        self._run(use)

    def test_counts_exactly(self) -> None:
        """Amounts beyond what floating point tells apart are counted to the picodollar."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account = _account(money=3 * _BEYOND_DOUBLES)
            hold = _hold(account, money=_BEYOND_DOUBLES)
            await one.exchange(LedgerCall(steps=(hold, _settle(hold, 0, _BEYOND_DOUBLES + 2))))
            second = _hold(account, money=2 * _BEYOND_DOUBLES - 1)
            reply = await two.exchange(LedgerCall(steps=(second,)))
            expect(bool(reply.refused), "one picodollar was lacking, and it was held")
            third = _hold(account, money=2 * _BEYOND_DOUBLES - 2)
            reply = await two.exchange(LedgerCall(steps=(third,)))
            expect(not reply.refused, "it fitted to the picodollar, and was refused")
            found = reply.tallies[account.name].money
            expect(found == 3 * _BEYOND_DOUBLES, f"{3 * _BEYOND_DOUBLES} picodollars are used, not {found}")

        self._run(use)

    def test_goes_by_the_limits_of_each_hold(self) -> None:
        """A limit that is changed holds from the next hold on; what was counted stays."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            name = _name()
            for limit, due in ((1, True), (1, False), (2, True), (1, False), (None, True)):
                account = SharedAccount(name=name, per="day", requests=limit)
                held = await _held(one if due else two, account)
                expect(held is due, f"by a limit of {limit}, a hold was {'held' if held else 'refused'}")

        self._run(use)

    def test_keeps_accounts_apart(self) -> None:
        """Accounts are told apart by their names, whatever characters are in them."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            names = ["a", "A", 'it\'s "quoted" {x} 100 %; \\n', "[]", "a:b", " a", "x" * 300, "x" * 301]
            accounts = [SharedAccount(name=name, per="day", requests=1) for name in names]
            for account in accounts:
                expect(await _held(one, account), f"nothing was held in {account.name!r} yet")
            for account in accounts:
                await _expect(two, account, requests=1, tokens=10, money=5, held_tokens=10, held_money=5)

        self._run(use)

    def test_windows_are_those_of_the_calendar(self) -> None:
        """A window is the calendar minute, hour, day or month in UTC that the ledger's now lies in."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            for per in get_args(Period):
                account = SharedAccount(name=_name(), per=per, requests=1)
                await _held(one, account)
                found = await _tally(two, account)
                middle = (found.start + found.end) / 2
                due = window(per, middle)
                expect((found.start, found.end) == due, f"of a {per} around {middle}, it told {found}")

        self._run(use)

    def test_takes_many_steps_at_once(self) -> None:
        """All steps of one exchange are taken, however many there are."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            accounts = [_account(requests=1) for _ in range(_MANY)]
            holds = [_hold(account) for account in accounts]
            reply = await one.exchange(LedgerCall(steps=(*holds, *map(_back, holds[::2]))))
            expect(not reply.refused and len(reply.tallies) == _MANY, "not all of them were taken")
            reply = await two.exchange(LedgerCall(steps=tuple(_hold(account) for account in accounts)))
            expect(
                len(reply.refused) == _MANY // 2, f"half of {_MANY} had room, {len(reply.refused)} had not"
            )

        self._run(use)

    def test_tells_how_accounts_stand(self) -> None:
        """Accounts that a step names are told, those that nobody has counted in as well."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account, other = _account(requests=1), _account(requests=1)
            reply: LedgerReply = await one.exchange(
                LedgerCall(steps=(_hold(account), Look(accounts=(other,))))
            )
            expect(set(reply.tallies) == {account.name, other.name}, f"it told of {set(reply.tallies)}")
            await _expect(two, other)
            expect(await two.exchange(LedgerCall(steps=())) == LedgerReply(), "it told of what was not asked")

        self._run(use)

    def test_may_be_closed_twice(self) -> None:
        """A second `aclose` changes nothing, and what was counted is still there."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            account = _account(requests=1)
            await _held(one, account)
            await one.aclose()
            await one.aclose()
            expect(not await _held(two, account), "what was held went with whoever held it")

        self._run(use)

    def test_may_be_closed_unused(self) -> None:
        """`aclose` ends without harm where nothing was asked before."""

        async def use(one: SharedLedger, two: SharedLedger) -> None:
            """Nothing happens at all."""

        self._run(use)

    def _run(self, use: Use) -> None:
        call = self.place()

        async def main() -> None:
            one, two = self.kind.open(call), self.kind.open(call)
            try:
                await use(one, two)
            finally:
                await one.aclose()
                await two.aclose()

        _finish(main)


def _finish(make: Callable[[], Awaitable[T]]) -> T:
    return finished(make, within=_PATIENCE, whose="the ledger")


def _name() -> str:
    return f"account {next(_NUMBERS)}"


def _account(**limits: int) -> SharedAccount:
    return SharedAccount(name=_name(), per="month", **limits)


def _hold(*accounts: SharedAccount, tokens: int = 10, money: int = 5, forced: bool = False) -> Hold:
    return Hold(id=f"hold-{next(_NUMBERS)}", accounts=accounts, tokens=tokens, money=money, forced=forced)


def _settle(hold: Hold, tokens: int, money: int) -> Settlement:
    return Settlement(id=hold.id, accounts=hold.accounts, requests=1, tokens=tokens, money=money)


def _back(hold: Hold) -> Step:
    return Settlement(id=hold.id, accounts=hold.accounts, requests=0, tokens=0, money=0)


async def _held(ledger: SharedLedger, *accounts: SharedAccount) -> bool:
    hold = _hold(*accounts)
    reply = await ledger.exchange(LedgerCall(steps=(hold,)))
    return hold.id not in reply.refused


async def _tally(ledger: SharedLedger, account: SharedAccount) -> AccountTally:
    reply = await ledger.exchange(LedgerCall(steps=(Look(accounts=(account,)),)))
    return reply.tallies[account.name]


async def _expect(ledger: SharedLedger, account: SharedAccount, **counts: int) -> None:
    found = await _tally(ledger, account)
    due = AccountTally(start=found.start, end=found.end, **counts)
    expect(found == due, f"it should stand at {due}, and stands at {found}")
