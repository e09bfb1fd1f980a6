"""What a place for shared limits must keep to."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any

from interlock.protocols import API, LimitsKind, SharedLimits
from interlock.testing.finishing import T, finished
from interlock.testing.rules import Conformance, expect, expect_kind, fail
from interlock.types.limits import (
    LimitedLine,
    LimitsCall,
    LimitsPlace,
    LineReply,
    Rate,
    Sent,
    SharedLimit,
    Unused,
    Wanted,
)

_PATIENCE = 60.0
# Seconds.
_LEASE = 0.4
_WINDOW = 1.0
_SLACK = 0.15  # of a window, for which what was sent may count beyond it
_LONG = 60.0
_METHODS = ("exchange", "aclose")
_NUMBERS = count(1)


class Process:
    """One of the processes that keep to limits, as a rule plays it."""

    def __init__(self, shared: SharedLimits, name: str = "") -> None:
        self.shared = shared
        self.name = name or f"process{next(_NUMBERS)}"
        self.at = 0.0

    async def says(self, *limits: SharedLimit, lease: float = 15.0, **told: Any) -> LineReply:
        """How it stands in the line of these limits, and what it may do then."""
        line = LimitedLine(name=limits[0].name, limits=limits, **told)
        return (await self.says_of(line, lease=lease))[line.name]

    async def says_of(
        self, *lines: LimitedLine, lease: float = 15.0, number: int = 0
    ) -> dict[str, LineReply]:
        call = LimitsCall(process=self.name, number=number or next(_NUMBERS), lines=lines, lease=lease)
        reply = await self.shared.exchange(call)
        self.at = reply.at
        return dict(reply.lines)

    async def wants(self, *limits: SharedLimit, attempts: int = 1, held: int = 0, tokens: int = 0) -> int:
        """How many of those may go that have waited for a moment."""
        wanted = (Wanted(age=0.0, tokens=tokens),) * attempts
        return (await self.says(*limits, held=held, wanted=wanted)).granted


Use = Callable[[Process, Process], Awaitable[None]]


class LimitsConformance(Conformance):
    """The rules for shared limits. A subclass gives `kind`, and `place`: the address of a new, empty place.

    Each rule plays two processes that keep to limits in one place.

    Attributes:
        kind: what the plugin's hook offers.
    """

    kind: LimitsKind

    def place(self) -> LimitsPlace:
        """A new and empty place."""
        fail("there is no place to test at: define place(self), which returns LimitsPlace(url=…)")

    def test_is_a_kind_of_limits(self) -> None:
        """An instance with `api`, a `name`, `schemes` in lower case and an `open` that is not awaited."""
        expect_kind(self.kind, LimitsKind)

    def test_opens_limits(self) -> None:
        """`open` gives a SharedLimits, whose methods are awaited."""
        shared: Any = self.kind.open(self.place())
        expect(
            isinstance(shared, SharedLimits), f"{shared!r} is no SharedLimits: it needs api, exchange, aclose"
        )
        expect(shared.api == API, f"api is {shared.api!r}; this version speaks {API}")
        for name in _METHODS:
            expect(inspect.iscoroutinefunction(getattr(shared, name)), f"{name} must be a coroutine function")
        _finish(shared.aclose)

    def test_gives_no_more_places_than_there_are(self) -> None:
        """What one process holds, another cannot have; what it gives back, the next may."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(places=3)
            expect(await one.wants(limit, attempts=2) == 2, "two of three places were free, and not given")
            expect(await two.wants(limit, attempts=2) == 1, "one of three places was left")
            expect(await one.wants(limit, held=2) == 0, "there was no place, and one was given")
            await two.says(limit, held=1)
            await one.says(limit, held=0)
            expect(await two.wants(limit, attempts=5, held=1) == 2, "two places were given back")

        self._run(use)

    def test_gives_no_more_whoever_asks_at_once(self) -> None:
        """Of many that ask at once, exactly as many are let through as there are places."""

        async def use(one: Process, two: Process) -> None:
            limit, wider = _limit(places=7), _limit(places=5, requests=6)
            others = [
                Process(each.shared, f"{each.name}x{number}") for each in (one, two) for number in range(8)
            ]
            given = sum(await asyncio.gather(*(each.wants(limit, wider) for each in others)))
            expect(given == 5, f"there was room for 5 of {len(others)}, and {given} were let through")

        self._run(use)

    def test_lets_nobody_through_that_one_of_its_limits_stops(self) -> None:
        """Where one limit has no room, the others count nothing, and do not stop who waits elsewhere."""

        async def use(one: Process, two: Process) -> None:
            narrow, other, wide = _limit(places=1), _limit(places=9), _limit(places=3, requests=9)
            expect(await one.wants(narrow, wide, attempts=4) == 1, "its own limit has one place")
            expect(await two.wants(other, wide, attempts=4) == 2, "what stops one line stops another")

        self._run(use)

    def test_lets_those_go_first_that_have_waited_longest(self) -> None:
        """A place that is free goes to whoever has waited longest, though another asks first."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(places=1)
            expect(await one.wants(limit) == 1, "the place was free")
            late = await two.says(limit, wanted=(Wanted(age=5.0),))
            expect(
                not late.granted and late.wait > 0, f"one that waits is told when to ask again, not {late}"
            )
            found = await one.says(limit, held=0, wanted=(Wanted(age=1.0),))
            expect(not found.granted, "a place was given to one that had waited for less long")
            found = await two.says(limit, wanted=(Wanted(age=5.1), Wanted(age=0.1)))
            expect(found.granted == 1, f"the one that had waited longest was not let through: {found}")

        self._run(use)

    def test_a_large_request_is_not_passed_for_ever(self) -> None:
        """Tokens that are free are kept for whoever has waited longest, though another needs fewer."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(tokens=100, seconds=_LONG)
            expect(await one.wants(limit, tokens=60) == 1, "there were tokens for it")
            await one.says(limit, held=1, wanted=(Wanted(age=3.0, tokens=90),))
            found = await two.says(limit, wanted=(Wanted(age=1.0, tokens=20),))
            expect(not found.granted, "a small request passed a large one that had waited for longer")

        self._run(use)

    def test_keeps_to_rates(self) -> None:
        """In no window are more sent than a rate allows; after it there is room again."""

        async def use(one: Process, two: Process) -> None:
            for limit, tokens in ((_limit(requests=3), 0), (_limit(tokens=30), 10)):
                expect(await one.wants(limit, attempts=2, tokens=tokens) == 2, f"{limit} allows two")
                await asyncio.sleep(_WINDOW / 2)
                expect(await two.wants(limit, attempts=2, tokens=tokens) == 1, f"{limit} allows a third")
                found = await one.says(limit, wanted=(Wanted(age=0.0, tokens=tokens),))
                expect(
                    not found.granted and 0 < found.wait <= _WINDOW * (1 + _SLACK),
                    f"{limit} has nothing left until a window has passed, and told {found}",
                )
                await one.says(limit)
                await asyncio.sleep(_WINDOW / 2 + _WINDOW * _SLACK)
                given = await two.wants(limit, attempts=5, tokens=tokens)
                expect(given == 2, f"half a window later, what was sent first counts no more; {given} went")

        self._run(use)

    def test_counts_tokens_that_were_not_taken_no_longer(self) -> None:
        """What a request might have taken and has not, others may."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(tokens=100, seconds=_LONG)
            expect(await one.wants(limit, tokens=90) == 1, "there were tokens for it")
            await one.says(limit, unused=(Unused(at=one.at, tokens=60),))
            expect(await two.wants(limit, tokens=71) == 0, "70 tokens were left, and 71 were given")
            await two.says(limit)
            expect(await one.wants(limit, tokens=70) == 1, "70 tokens were left, and not given")

        self._run(use)

    def test_lets_a_request_go_that_is_larger_than_all_tokens(self) -> None:
        """One that may take more than a rate has takes all of it, and waits for nothing else."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(tokens=100, seconds=_LONG)
            expect(await one.wants(limit, tokens=500) == 1, "nothing had been sent, and it had to wait")
            expect(await two.wants(limit, tokens=1) == 0, "all tokens were taken, and one was given")

        self._run(use)

    def test_believes_what_a_process_says_of_itself(self) -> None:
        """What it says again counts once; what it holds already counts, whatever the limit."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(places=3, requests=100)
            for _ in range(3):
                await one.says(limit, held=2)
            expect(await two.wants(limit, attempts=3) == 1, "two of three places were held, said thrice")
            await one.says(limit, held=9, sent=(Sent(age=0.0, requests=95),))
            await two.says(limit, held=1)
            expect(
                await two.wants(limit, held=1) == 0, "more were under way than may, and one was let through"
            )
            await one.says(limit, held=0)
            await two.says(limit, held=0)
            given = await two.wants(replace(limit, places=None), attempts=20)
            expect(given == 4, f"99 of 100 had been told of or let through but for 4, and {given} went")

        self._run(use)

    def test_passes_over_what_comes_late(self) -> None:
        """An exchange that arrives after a later one of its process changes nothing and gives nothing."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(places=2)
            line = LimitedLine(name=limit.name, limits=(limit,), held=2)
            early, later = next(_NUMBERS), next(_NUMBERS)
            await one.says_of(line, number=later)
            wanting = replace(line, held=0, wanted=(Wanted(age=9.0),))
            found = (await one.says_of(wanting, number=early))[line.name]
            expect(not found.granted, "an exchange came late, and was given a place")
            expect(await two.wants(limit) == 0, "an exchange came late, and was believed")

        self._run(use)

    def test_gives_to_others_what_a_process_held_that_died(self) -> None:
        """What a process said is believed for its lease, unless it says it again."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(places=1)
            await one.says(limit, held=1, lease=_LEASE)
            expect(await two.wants(limit) == 0, "the place was held")
            await asyncio.sleep(_LEASE / 2)
            await one.says(limit, held=1, lease=_LEASE)
            await asyncio.sleep(_LEASE / 2 + 0.1)
            expect(await two.wants(limit) == 0, "a lease that was renewed was over")
            await asyncio.sleep(_LEASE)
            expect(await two.wants(limit) == 1, "a process died, and its place was lost")

        self._run(use)

    def test_waits_for_those_that_it_has_forgotten(self) -> None:
        """A process that was here before finds a new place: it is told so, and nobody is let through until
        the others can have said how they stand.
        """

        async def use(one: Process, two: Process) -> None:
            limit = _limit(places=1)
            found = await one.says(limit, held=0, known=True, wanted=(Wanted(age=1.0),))
            expect(found.forgotten, "what it had told was forgotten, and it was not told so")
            expect(not found.granted and found.wait > 0, "somebody was let through before others could say")
            await two.says(limit, held=1, known=True)
            await asyncio.sleep(found.wait + 0.1)
            expect(await one.wants(limit) == 0, "the one place was held, and given again")
            await two.says(limit, held=0, known=True)
            expect(await one.wants(limit) == 1, "the place was given back, and nobody may have it")

        self._run(use)

    def test_tells_how_many_processes_there_are(self) -> None:
        """Those that keep to a limit, whether or not they hold anything."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(places=1)
            found = [(await each.says(limit)).processes for each in (one, one, two, one)]
            expect(found == [1, 1, 2, 2], f"one process, and then two, keep to it; it told of {found}")

        self._run(use)

    def test_keeps_limits_and_lines_apart(self) -> None:
        """They are told apart by their names, whatever characters are in them."""

        async def use(one: Process, two: Process) -> None:
            names = [
                "a",
                "A",
                'it\'s "quoted" {x} 100 %; \\n',
                "[]",
                "a:b",
                " a",
                "a b",
                "x" * 300,
                "x" * 301,
            ]
            for name in names:
                limit = SharedLimit(name=name, places=1)
                expect(await one.wants(limit) == 1, f"nobody was at {name!r} yet")
                expect(await two.wants(limit) == 0, f"the place of {name!r} was held")

        self._run(use)

    def test_takes_several_lines_at_once(self) -> None:
        """One exchange tells of all lines; one that tells of none gets nothing."""

        async def use(one: Process, two: Process) -> None:
            wide = _limit(places=40)
            lines = [
                LimitedLine(name=limit.name, limits=(limit, wide), wanted=(Wanted(age=1.0),) * 2)
                for limit in (_limit(places=1) for _ in range(50))
            ]
            found = await one.says_of(*lines)
            expect(set(found) == {line.name for line in lines}, f"it told of {len(found)} of 50 lines")
            given = sum(reply.granted for reply in found.values())
            expect(given == 40, f"the limit over all of them has 40 places, and {given} were given")
            expect(await two.says_of() == {}, "it told of what was not asked")

        self._run(use)

    def test_may_be_closed_twice(self) -> None:
        """A second `aclose` changes nothing, and what was said still holds."""

        async def use(one: Process, two: Process) -> None:
            limit = _limit(places=1)
            await one.wants(limit)
            await one.shared.aclose()
            await one.shared.aclose()
            expect(await two.wants(limit) == 0, "what was held went with the connection")

        self._run(use)

    def test_may_be_closed_unused(self) -> None:
        """`aclose` ends without harm where nothing was asked before."""

        async def use(one: Process, two: Process) -> None:
            """Nothing happens at all."""

        self._run(use)

    def _run(self, use: Use) -> None:
        call = self.place()

        async def main() -> None:
            one, two = self.kind.open(call), self.kind.open(call)
            try:
                await use(Process(one), Process(two))
            finally:
                await one.aclose()
                await two.aclose()

        _finish(main)


def _finish(make: Callable[[], Awaitable[T]]) -> T:
    return finished(make, within=_PATIENCE, whose="the limits")


def _limit(
    *,
    places: int | None = None,
    requests: int | None = None,
    tokens: int | None = None,
    seconds: float = _WINDOW,
) -> SharedLimit:
    rates: tuple[Rate, ...] = ()
    if requests is not None or tokens is not None:
        rates = (Rate(seconds=seconds, requests=requests, tokens=tokens),)
    return SharedLimit(name=f"limit {next(_NUMBERS)}", places=places, rates=rates)
