"""What a way of sharing health must keep to."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from interlock.protocols import API, SharedHealth, SharedHealthKind
from interlock.testing.finishing import T, finished
from interlock.testing.rules import Conformance, expect, expect_kind, fail
from interlock.types.health import HealthChange, HealthNews, HealthSync, ShareCall

_PATIENCE = 30.0
_MANY = 100
_WINDOW = 20
_ROUGHLY = 0.1
# Seconds.
_MOMENT = 0.3
_SLACK = 0.1
_LEASE = 1.0
_METHODS = ("sync", "aclose")

Use = Callable[[SharedHealth, SharedHealth], Awaitable[None]]


class SharedHealthConformance(Conformance):
    """The rules for sharing health. A subclass gives `kind`, and `place`: the address of a new, empty place.

    Each rule plays two or three processes that share one place.

    Attributes:
        kind: what the plugin's hook offers.
    """

    kind: SharedHealthKind

    def place(self) -> ShareCall:
        """A new and empty place."""
        fail("there is no place to test at: define place(self), which returns ShareCall(url=…)")

    def test_is_a_kind_of_shared_health(self) -> None:
        """An instance with `api`, a `name`, `schemes` in lower case and an `open` that is not awaited."""
        expect_kind(self.kind, SharedHealthKind)

    def test_opens_shared_health(self) -> None:
        """`open` gives a SharedHealth, whose methods are awaited."""
        shared: Any = self.kind.open(self.place())
        expect(isinstance(shared, SharedHealth), f"{shared!r} is no SharedHealth: it needs api, sync, aclose")
        expect(shared.api == API, f"api is {shared.api!r}; this version speaks {API}")
        for name in _METHODS:
            waits = inspect.iscoroutinefunction(getattr(shared, name))
            expect(waits, f"{name} must be a coroutine function")
        _finish(shared.aclose)

    def test_tells_the_others_what_happened(self) -> None:
        """Each process hears the counts of the others once, and none of its own."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await _both(one, two)
            own = await one.sync(_call(_change(successes=3, failures=2, hard=2)))
            expect(not any(_counts(item) for item in own), f"a process was told what it told itself: {own}")
            await one.sync(_call(_change(successes=1)))
            _expect_counts(await two.sync(_call()), (4, 2, 2))
            _expect_counts(await two.sync(_call()), (0, 0, 0))
            await two.sync(_call(_change(failures=1, hard=1)))
            _expect_counts(await one.sync(_call(_change(failures=5))), (0, 1, 1))

        self._run(use)

    def test_keeps_deployments_and_tasks_apart(self) -> None:
        """Counts are kept for each deployment and task, whatever characters are in their names."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await _both(one, two)
            names = [("a", None), ("a", "chat"), ("b", None), (_STRANGE, _STRANGE)]
            changes = [
                HealthChange(deployment=name, task=task, failures=place)
                for place, (name, task) in enumerate(names, 1)
            ]
            await one.sync(_call(*changes))
            heard = {(item.deployment, item.task): item.failures for item in await two.sync(_call())}
            due = {name: place for place, name in enumerate(names, 1)}
            expect(heard == due, f"told {due}, heard {heard}")

        self._run(use)

    def test_takes_many_at_once(self) -> None:
        """All changes of one `sync` are heard, however many there are."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await _both(one, two)
            await one.sync(_call(*(HealthChange(deployment=f"d{n}", successes=1) for n in range(_MANY))))
            heard = await two.sync(_call())
            expect(len(heard) == _MANY, f"told of {_MANY} deployments, and {len(heard)} were heard of")

        self._run(use)

    def test_a_newcomer_learns_how_things_stand(self) -> None:
        """A fresh process hears the counts so far, and what is open."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await one.sync(_call(fresh=True))
            await one.sync(_call(_change(successes=30, failures=10, cause="parked", seconds=60.0)))
            (item,) = await two.sync(_call(fresh=True))
            expect(_counts(item) == (30, 10, 0), f"40 attempts with 10 failures were told, and {item} heard")
            _expect_open(item, "parked", 60.0)

        self._run(use)

    def test_a_newcomer_is_told_no_more_than_the_window(self) -> None:
        """A fresh process hears of no more attempts than `window`, and of failures in proportion."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await one.sync(_call(fresh=True))
            for _ in range(10):
                await one.sync(_call(_change(successes=30, failures=10), window=_WINDOW))
            (item,) = await two.sync(_call(fresh=True, window=_WINDOW))
            attempts, failures = item.successes + item.failures, item.failures
            expect(attempts <= _WINDOW, f"the window is {_WINDOW} attempts, and {attempts} were heard of")
            about = abs(failures / (attempts or 1) - 1 / 4) < _ROUGHLY
            expect(about, f"a quarter failed, and {failures} of {attempts} were heard of")

        self._run(use)

    def test_one_that_was_out_of_reach_hears_what_is_open_and_no_counts(self) -> None:
        """A process that was never told hears what is open, and no counts, if it is not fresh."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await one.sync(_call(fresh=True))
            await one.sync(_call(_change(failures=10, hard=10, cause="failing", seconds=60.0)))
            (item,) = await two.sync(_call())
            expect(_counts(item) == (0, 0, 0), f"nobody knows which counts are news, and it heard {item}")
            _expect_open(item, "failing", 60.0)

        self._run(use)

    def test_an_open_breaker_is_told_with_the_time_that_is_left(self) -> None:
        """What is open is told with the seconds that are left, and not at all once they are over."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await one.sync(_call(fresh=True))
            await one.sync(_call(_change(cause="failing", seconds=60.0)))
            await one.sync(_call(HealthChange(deployment="b", cause="cooling", seconds=0.1)))
            await asyncio.sleep(_MOMENT)
            heard = {item.deployment: item for item in await two.sync(_call(fresh=True))}
            left = 60.0 - _MOMENT + _SLACK
            _expect_open(heard["a"], "failing", left)
            late = heard.get("b")
            expect(late is None or not late.cause, f"its time was over, and {late} was heard")

        self._run(use)

    def test_a_closed_breaker_is_told(self) -> None:
        """The others hear once that a breaker was closed; the one that closed it does not."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await _both(one, two)
            await one.sync(_call(_change(failures=9, cause="failing", seconds=60.0)))
            await two.sync(_call())
            own = await two.sync(_call(_change(closed=True, successes=1)))
            expect(not any(item.closed or item.cause for item in own), f"the one that closed it heard {own}")
            (item,) = await one.sync(_call())
            expect(item.closed and not item.cause, f"another process closed it, and {item} was heard")
            expect(_counts(item) == (1, 0, 0), f"one success was told with it, and {item} heard")
            expect(not [each for each in await one.sync(_call()) if each.closed], "it was told twice")

        self._run(use)

    def test_gives_the_turn_to_probe_to_one(self) -> None:
        """One of those that ask has the turn to probe, until its lease is over and another asks."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await _both(one, two)
            await one.sync(_call(_change(cause="failing", seconds=0.1)))
            asking = _call(_change(probe=True), lease=_LEASE)
            first, second = await asyncio.gather(one.sync(asking), two.sync(asking))
            turns = [any(item.probe for item in news) for news in (first, second)]
            expect(sum(turns) == 1, f"{sum(turns)} of two that asked for the turn were given it")
            holder, other = (one, two) if turns[0] else (two, one)
            expect(_turn(await holder.sync(asking)), "one that has the turn asked again, and lost it")
            expect(not _turn(await other.sync(asking)), "the turn was given away while another had it")
            await asyncio.sleep(_LEASE + _SLACK)
            expect(_turn(await holder.sync(asking)), "nobody else asked for the turn, and it was lost")
            expect(_turn(await other.sync(asking)), "a turn that was not used was given to nobody else")
            expect(not _turn(await holder.sync(asking)), "the turn was given to two")

        self._run(use)

    def test_leaves_the_turn_to_the_one_that_probes(self) -> None:
        """Whoever is probing keeps the turn beyond its lease."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await _both(one, two)
            probing = _call(_change(probe=True, probing=True), lease=_LEASE)
            asking = _call(_change(probe=True), lease=_LEASE)
            expect(_turn(await one.sync(asking)), "nobody else asked for the turn, and it was not given")
            await asyncio.sleep(_LEASE + _SLACK)
            expect(_turn(await one.sync(probing)), "one that probes lost its turn")
            expect(not _turn(await two.sync(asking)), "the turn was given away while its holder probed")

        self._run(use)

    def test_may_be_closed_twice(self) -> None:
        """A second `aclose` changes nothing."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
            await _both(one, two)
            await one.aclose()

        self._run(use)

    def test_may_be_closed_unused(self) -> None:
        """`aclose` ends without harm where nothing was asked before."""

        async def use(one: SharedHealth, two: SharedHealth) -> None:
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


_STRANGE = 'it\'s "quoted", 100 %; \n\t\u202e 名前 👩‍👩‍👧 #era [1,null]'


def _finish(make: Callable[[], Awaitable[T]]) -> T:
    return finished(make, within=_PATIENCE, whose="shared health")


async def _both(one: SharedHealth, two: SharedHealth) -> None:
    """Both have been there from the start."""
    await one.sync(_call(fresh=True))
    await two.sync(_call(fresh=True))


def _change(**told: Any) -> HealthChange:
    return HealthChange(deployment="a", **told)


def _call(*changes: HealthChange, **more: Any) -> HealthSync:
    return HealthSync(changes=changes, **more)


def _counts(item: HealthNews) -> tuple[int, int, int]:
    return item.successes, item.failures, item.hard


def _turn(news: Iterable[HealthNews]) -> bool:
    return any(item.probe for item in news)


def _expect_counts(news: Iterable[HealthNews], due: tuple[int, int, int]) -> None:
    heard = tuple(sum(_counts(item)[place] for item in news) for place in range(3))
    expect(heard == due, f"others told of {due} (successes, failures, hard ones), and {heard} were heard of")


def _expect_open(item: HealthNews, cause: str, seconds: float) -> None:
    fits = item.cause == cause and 0 < item.seconds <= seconds
    expect(fits, f"its breaker is open ({cause}) for {seconds:g} s, and {item} was heard")
