"""The rules for engines."""

import asyncio
import multiprocessing
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar
from unittest import SkipTest

from interlock.protocols import API
from interlock.testing import Conformance
from interlock_agents.engines.conformance.errand import World
from interlock_agents.engines.conformance.expecting import expect, raising
from interlock_agents.engines.conformance.killing import cases, check_notes, check_result, play
from interlock_agents.engines.conformance.processes import Place, Process, Told, preload
from interlock_agents.engines.errors import EngineError, NotDeterministic, NotJson, StrandFailed
from interlock_agents.engines.protocol import (
    DurableEngine,
    EngineCall,
    EngineKind,
    Program,
    Strand,
    Suspended,
)

_PATIENCE = 30.0
_SHORT = 1.0  # seconds that the lease of a process holds which stands still


class EngineConformance(Conformance):
    """A subclass gives `kind`, and `place`: a new and empty place. Processes import its module.

    Attributes:
        kind: what the entry point names.
        every: of the points at which a process can be killed each so-many-th is tried; 1 tries all.
        first: at which of them that begins.
        modules: what a process that executes runs imports; it is started more quickly.
    """

    kind: EngineKind
    every: ClassVar[int] = 1
    first: ClassVar[int] = 0
    modules: ClassVar[tuple[str, ...]] = ()

    def place(self) -> Place:
        """A new and empty place."""
        raise AssertionError("define place(self), which returns Place(url=…, folder=…)")

    def test_is_a_kind_of_engine(self) -> None:
        """An instance with `api`, a `name`, `schemes` in lower case and an `open`, which gives an engine."""
        expect(isinstance(self.kind, EngineKind), "it is no EngineKind: it needs api, name, schemes, open")
        expect(self.kind.api == API, f"api is {self.kind.api!r}; this version speaks {API}")
        fit = all(isinstance(each, str) and each == each.lower() for each in self.kind.schemes)
        expect(self.kind.schemes and fit, "schemes is a tuple of names in lower case")
        engine = self._open(_nothing)
        expect(isinstance(engine, DurableEngine), "open gives no DurableEngine")
        asyncio.run(engine.aclose())

    def test_what_was_kept_is_not_done_again(self) -> None:
        """After an exception in the run's own strand, a run goes on behind the last step that was kept."""
        done: list[str] = []
        broken = [True]

        async def program(strand: Strand) -> Any:
            first = await strand.step("one", _act(done, "one", {"deep": [1, 2.5, None, True, "\u2713"]}))
            if broken:
                broken.clear()
                raise LookupError("broken")
            return [first, await strand.step("two", _act(done, "two", (1, 2)))]

        async def executed(engine: DurableEngine) -> None:
            with raising(LookupError):
                await engine.execute("run")
            expect(list(await engine.unfinished()) == ["run"], "the run is not among the unfinished ones")
            for _ in range(2):
                due = [{"deep": [1, 2.5, None, True, "\u2713"]}, [1, 2]]
                expect(await engine.execute("run") == due, "it gave something else")
            expect(list(await engine.unfinished()) == [], "it has ended, and is called unfinished")
            expect(done == ["one", "two"], f"these steps were done: {done}")

        self._with(program, executed)

    def test_what_a_step_raises_is_raised_and_not_kept(self) -> None:
        """The program may catch it, and a later execution does the step once more."""
        done: list[str] = []

        async def program(strand: Strand) -> Any:
            async def fails() -> None:
                done.append("fails")
                raise TimeoutError("late")

            try:
                await strand.step("fails", fails)
            except TimeoutError:
                if len(done) == 1:
                    raise LookupError("stop") from None
                return await strand.step("instead", _act(done, "instead", 1))

        async def executed(engine: DurableEngine) -> None:
            with raising(LookupError):
                await engine.execute("run")
            expect(await engine.execute("run") == 1, "it gave something else")
            expect(done == ["fails", "fails", "instead"], f"these steps were done: {done}")

        self._with(program, executed)

    def test_strands_go_on_by_themselves(self) -> None:
        """One that fails takes no other with it, one that is suspended neither; who waits for one is told."""
        agreed: list[bool] = []
        done: list[str] = []

        async def program(strand: Strand) -> Any:
            match strand.path:
                case "fails":
                    raise ValueError("no")
                case "waits":
                    await strand.step("ask", _act(done, "ask", None))
                    if not agreed:
                        raise Suspended("somebody has to agree")
                    return "agreed"
                case "does":
                    return await strand.step("do", _act(done, "do", "done"))
            for path in ("waits", "fails", "does", "does"):
                await strand.start(path)
            found = []
            with raising(StrandFailed) as caught:
                await strand.result("fails")
            found.append(caught[0].kind if isinstance(caught[0], StrandFailed) else "")
            found.append(await strand.first(["waits", "does"]))
            return [*found, await strand.result("does"), await strand.result("waits")]

        async def executed(engine: DurableEngine) -> None:
            with raising(Suspended):
                await engine.execute("run")
            agreed.append(True)
            given = await engine.execute("run")
            expect(given == ["ValueError", "does", "done", "agreed"], f"it gave {given}")
            expect(sorted(done) == ["ask", "do"], f"these steps were done: {done}")

        self._with(program, executed)

    def test_other_steps_than_the_kept_ones_are_refused(self) -> None:
        """A program that is not the one with which the run began is told so, and does nothing."""
        done: list[str] = []
        names = ["one", "other"]

        async def program(strand: Strand) -> Any:
            name = names[0]
            await strand.step(name, _act(done, name, None))
            raise LookupError("stop")

        async def executed(engine: DurableEngine) -> None:
            with raising(LookupError):
                await engine.execute("run")
            names.pop(0)
            with raising(NotDeterministic):
                await engine.execute("run")
            expect(done == ["one"], f"these steps were done: {done}")

        self._with(program, executed)

    def test_what_is_no_json_is_refused(self) -> None:
        """By NotJson, which says which step gave it."""

        async def program(strand: Strand) -> Any:
            return await strand.step("gives", _act([], "gives", b"bytes"))

        async def executed(engine: DurableEngine) -> None:
            with raising(NotJson):
                await engine.execute("run")

        self._with(program, executed)

    def test_executed_twice_at_once_it_is_worked_on_once(self) -> None:
        """By one engine; each caller gets what it gives."""
        done: list[str] = []

        async def program(strand: Strand) -> Any:
            return await strand.step("do", _act(done, "do", 7))

        async def executed(engine: DurableEngine) -> None:
            given = await asyncio.gather(*(engine.execute("run") for _ in range(5)))
            expect(given == [7] * 5, f"they gave {given}")
            expect(done == ["do"], f"these steps were done: {done}")

        self._with(program, executed)

    def test_cancelled_it_closes_what_is_open(self) -> None:
        """In the middle of a step and of strands; whoever executes the run next goes on."""
        open_: list[str] = []
        hang = [True]
        begun = asyncio.Event()

        async def program(strand: Strand) -> Any:
            if not strand.path:
                await strand.start("one")
                return await strand.result("one")

            async def act() -> str:
                open_.append("act")
                begun.set()
                try:
                    if hang:
                        await asyncio.Event().wait()
                finally:
                    open_.remove("act")
                return "done"

            return await strand.step("do", act)

        async def executed(engine: DurableEngine) -> None:
            task = asyncio.create_task(engine.execute("run"))
            await begun.wait()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            expect(not open_, "a step was still open when execute had ended")
            hang.clear()
            expect(await engine.execute("run") == "done", "it gave something else")

        self._with(program, executed)

    def test_closed_it_refuses_to_execute(self) -> None:
        """And may be closed twice."""

        async def executed(engine: DurableEngine) -> None:
            await engine.aclose()
            with raising(EngineError):
                await engine.execute("run")

        self._with(_nothing, executed)

    def test_runs_and_strands_have_any_names(self) -> None:
        """They are not mixed up, whatever is in them."""
        runs = ["a", "a/b", "a%2Fb", "%", "_", "r\u00fcn \u2713", "A", "a'b", 'a"b', "a\\", "x" * 200]

        async def program(strand: Strand) -> Any:
            if strand.path:
                return [strand.run, strand.path]
            for path in ("b", "%", "a/b/c"):
                await strand.start(path)
            return [await strand.result(path) for path in ("b", "%", "a/b/c")]

        async def executed(engine: DurableEngine) -> None:
            for run in runs:
                given = await engine.execute(run)
                expect(given == [[run, path] for path in ("b", "%", "a/b/c")], f"{run!r} gave {given}")

        self._with(program, executed)

    def test_kills_at_boundaries(self) -> None:
        """Whatever was kept is not done again, and the end is the same, wherever the process was killed."""
        self._prepare()
        points = cases(self.kind, self.place())
        for point in points[self.first :: self.every]:
            play(self.kind, self.place(), [point])

    def test_kills_while_it_goes_on_after_a_kill(self) -> None:
        """The same with a second kill in the execution after the first one, and a third after that."""
        self._prepare()
        play(self.kind, self.place(), ["after act a1", "after step a1", "before the end"])

    def test_two_processes_at_once_work_once(self) -> None:
        """Each step is done once, and both are given the result."""
        self._prepare()
        place = self.place()
        world = World(place.folder)
        world.agree()
        processes = [Process(Told(kind=self.kind, place=place)) for _ in range(2)]
        for process in processes:
            check_result(process.end())
        expect(check_notes(world, kills=0) == 0, "a step was done twice")

    def test_who_stood_still_keeps_nothing_more(self) -> None:
        """A process that stops in a step is taken over from once its lease is over; it ends with the same."""
        self._prepare()
        place = self.place()
        world = World(place.folder)
        world.agree()
        stops = Told(kind=self.kind, place=place, at="after act sum", signal=signal.SIGSTOP, lease=_SHORT)
        slow = Process(stops)
        due = time.monotonic() + _PATIENCE
        while ("at", stops.at) not in world.notes():
            expect(time.monotonic() < due, "nobody came to the step")
            time.sleep(0.02)
        quick = Process(replace(stops, at=""))
        check_result(quick.end())
        slow.go_on()
        check_result(slow.end())
        check_notes(world, kills=1)

    def _prepare(self) -> None:
        """Before processes are started; where there is no SIGKILL, the running test is skipped."""
        if "forkserver" not in multiprocessing.get_all_start_methods():
            raise SkipTest("this system has no processes that are forked, and no SIGKILL")
        preload(*self.modules)

    def _open(self, program: Program) -> DurableEngine:
        place = self.place()
        return self.kind.open(EngineCall(url=place.url, folder=place.folder, program=program))

    def _with(self, program: Program, work: Callable[[DurableEngine], Any]) -> None:
        async def whole() -> None:
            engine = self._open(program)
            try:
                await asyncio.wait_for(work(engine), _PATIENCE)
            finally:
                await engine.aclose()

        asyncio.run(whole())


async def _nothing(strand: Strand) -> None:  # noqa: ARG001 - a program
    return None


def _act(done: list[str], name: str, value: Any) -> Callable[[], Any]:
    async def act() -> Any:
        done.append(name)
        return value

    return act
