"""Runs of a few questions as jobs: a vendor that counts, and processes that kill themselves at a boundary."""

import asyncio
import json
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

from interlock import Router
from interlock.testing import Received, Reply, Upstream
from interlock_evaluation.grading import Graders
from interlock_evaluation.runs import Kept, Pace, Purse, Run, Runner, RunStore, tasks_of
from interlock_evaluation.runs.executing import Executed, ExecutorCall, executor_for
from interlock_evaluation.store import Store
from interlock_evaluation.suites import Sample, Suite

PRICE = (10 * 10 + 20 * 100) / 1e6  # of one answer
_PATIENCE = 120.0

_RUNS = "interlock_evaluation.runs.kept:RunStore"
_JOBS = "interlock_dbos.jobs.store:JobStore"
BOTH = {
    "before asking is written": (_RUNS, "asking", "before", 2),
    "after asking is written": (_RUNS, "asking", "after", 2),
    "after the answer": (_RUNS, "finish", "before", 2),
    "after it is kept": (_RUNS, "finish", "after", 2),
    "before the end": (_RUNS, "end", "before", 1),
    "after the end": (_RUNS, "end", "after", 1),
}
"""Boundaries of both engines: a method, which side of it, and how many times it is let pass less one."""
JOBS = {
    "after it is submitted": (_JOBS, "submit", "after", 1),
    "after it is claimed": (_JOBS, "claim", "after", 1),
    "before tasks are in the queue": ("interlock_dbos.jobs.queueing:Queueing", "enqueue", "before", 1),
    "before that is written": (_JOBS, "enqueued", "before", 1),
    "after a grant": (_JOBS, "grant", "after", 2),
    "before it is settled": (_JOBS, "settle", "before", 2),
    "after it is settled": (_JOBS, "settle", "after", 2),
    "before the workflow's end": ("interlock_dbos.jobs.worker:Worker", "take", "after", 2),
}


@dataclass(slots=True)
class Vendor:
    """Answers with what it is asked, after `delay` seconds; `calls` counts by question."""

    delay: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    limited: int = 0  # how many calls are answered 429 before any other
    times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, received: Received) -> Reply:
        asked = received.json()["messages"][-1]["content"]
        with self.lock:
            self.calls[asked] += 1
            self.times.append(time.monotonic())
            if self.limited:
                self.limited -= 1
                error = {"error": {"message": "slow down"}}
                return Reply.json(error, status=429, headers={"retry-after": "1"})
        usage = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
        choices = [{"message": {"role": "assistant", "content": asked}, "finish_reason": "stop"}]
        body = json.dumps({"id": "1", "model": "m", "choices": choices, "usage": usage}).encode()
        kind = {"content-type": "application/json"}
        return Reply(status=200, headers=kind, pieces=(body,), delay=self.delay)


@contextmanager
def vendor(**facts: Any) -> Iterator[tuple[Vendor, str]]:
    """One on loopback, and its address."""
    made = Vendor(**facts)
    with Upstream(always=made) as server:
        yield made, server.url


def router_for(url: str, api_key: str = "k") -> Router:
    """One model, `m`, of the provider `openai-compatible`."""
    deployment = {
        "id": "m",
        "name": "m",
        "model": "zhipu/glm-5.2",
        "provider": "openai-compatible",
        "api_key": api_key,
        "base_url": f"{url}/v1",
        "region": "eu",
        "price": {"input": 10, "output": 100},
    }
    return Router.from_config({"deployments": [deployment], "retries": {"max": 0}})


def suite_of(count: int) -> Suite:
    """Questions `0`, `1` and so on."""
    samples = [
        Sample(
            id=f"p{number}",
            messages=({"role": "user", "content": str(number)},),
            reference=str(number),
            task="quantitative",
            settings={"max_tokens": 20},
        )
        for number in range(count)
    ]
    return Suite(samples=samples, name="sums.jsonl")


def run_of(suite: Suite, name: str = "r") -> Run:
    """All of them, of the one model, marked by numbers."""
    return Run(
        id=name, suite=suite.name, digest=suite.digest, configuration="", models=("m",), grader="numeric"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a process does: ask a run of so many questions.

    Attributes:
        at: a boundary at which it dies.
        machine: where it says that it runs; empty for here.
        lease: for how many seconds a worker that is silent is taken to be alive.
        state: how the job is to stand in the end.
    """

    vendor: str
    url: str
    folder: Path
    run: str = "r"
    count: int = 6
    at: str = ""
    budget: float | None = None
    at_once: int = 4
    detach: bool = False
    per_minute: dict[str, int] = field(default_factory=dict)
    machine: str = ""
    lease: float = 20.0
    state: str = "done"


async def ask(told: Told, tell: Callable[..., None] = lambda *_: None) -> Executed | None:
    """As `interlock eval run` does; None where the plain engine has asked."""
    suite = suite_of(told.count)
    run = run_of(suite, told.run)
    store = Store.open(told.url, told.folder)
    runs = RunStore(store)
    try:
        with router_for(told.vendor) as router:
            executor = executor_for(told.url)
            if executor is None:
                purse, pace = Purse(most=told.budget), Pace(at_once=told.at_once)
                graders = Graders(router, judge=None, run_code=False, usual="numeric")
                await Runner(router, runs, graders, pace=pace, purse=purse).ask(run, suite)
                return None
            await runs.begin(run, suite, tasks_of(router, suite))
            return await executor.execute(
                ExecutorCall(
                    id=f"eval:{told.run}",
                    kind="evaluation",
                    spec={"run": told.run, "errors": False},
                    router=router,
                    url=told.url,
                    folder=told.folder,
                    budget=told.budget,
                    at_once=told.at_once,
                    per_minute=told.per_minute,
                    detach=told.detach,
                    tell=tell,
                )
            )
    finally:
        await store.aclose()


async def kept(told: Told) -> Kept:
    """What the store has of the run."""
    store = Store.open(told.url, told.folder)
    try:
        return await RunStore(store).kept(told.run)
    finally:
        await store.aclose()


def ask_in_a_process(told: Told) -> multiprocessing.process.BaseProcess:
    """One that asks, and dies where it is told to."""
    started = multiprocessing.get_context("forkserver").Process(target=_asked, args=(told,))
    started.start()
    return started


def ended(process: multiprocessing.process.BaseProcess, seconds: float = _PATIENCE) -> int | None:
    """How a process ends: 0, or minus a signal. One that has not within so many seconds is killed."""
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
    return process.exitcode


def kill_and_go_on(told: Told, at: str) -> Kept:
    """A process asks and is killed at a boundary, and another one asks the same: what is kept in the end."""
    with vendor() as (asked, address):
        facts: dict[str, Any] = {
            "vendor": address,
            "url": told.url,
            "folder": told.folder,
            "run": at.replace(" ", "-"),
        }
        assert ended(ask_in_a_process(Told(**facts, at=at))) == -signal.SIGKILL
        again = Told(**facts)
        assert ended(ask_in_a_process(again)) == 0
    found = asyncio.run(kept(again))
    assert len(found.results) == again.count
    assert {each.outcome for each in found.results.values()} == {"answer"}
    assert found.run.ended is not None
    begun = sum(each.asked for each in found.results.values())
    assert asked.calls.total() <= begun, "a call that nobody has counted"
    assert found.again <= again.at_once
    assert sum(len(each) for each in found.marks.values()) == again.count
    return found


def preload() -> None:
    """Have processes begin with what takes a while to import; it counts before the first one alone."""
    own = ("interlock_dbos.jobs.worker", "interlock_dbos.jobs.rows", "interlock_dbos.jobs.granting")
    more = ("interlock_evaluation.runs.rows", "alembic.command", "interlock_sql.building", "aiohttp")
    multiprocessing.get_context("forkserver").set_forkserver_preload([__name__, *own, *more])


def work_in_a_process(told: Told, at_once: int = 16) -> multiprocessing.process.BaseProcess:
    """One that does what `interlock work` does."""
    started = multiprocessing.get_context("forkserver").Process(target=_worked, args=(told, at_once))
    started.start()
    return started


def _worked(told: Told, at_once: int) -> None:
    from interlock_dbos.commands.work import until_told
    from interlock_dbos.jobs.places import place_of

    _pretend(told)
    with router_for(told.vendor) as router:
        asyncio.run(until_told(router, place_of(told.url, told.folder), at_once=at_once, grace=30))


def _pretend(told: Told) -> None:
    """Be on another machine, and less patient with others, as far as it is told so."""
    from interlock_dbos.jobs import store, worker

    store.LEASE = told.lease
    worker.BEAT = min(worker.BEAT, told.lease / 4)
    if told.machine:
        worker.new_owner = lambda: f"{told.machine}|{uuid4().hex}"


def _asked(told: Told) -> None:
    _pretend(told)
    if told.at:
        _die_at(*(BOTH | JOBS)[told.at])
    found = asyncio.run(ask(told))
    if found is not None and not told.detach:
        assert found.state == told.state, found
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    (told.folder / "memory").write_text(f"{most} MB")


def _die_at(where: str, method: str, side: str, nth: int) -> None:
    """Have this process kill itself before or after the nth call of a method."""
    module, _, name = where.partition(":")
    owner = getattr(import_module(module), name)
    real, left = getattr(owner, method), [nth]

    def die() -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    async def changed(*arguments: Any, **named: Any) -> Any:
        if side == "before":
            die()
        found = await real(*arguments, **named)
        if side == "after":
            die()
        return found

    def plainly(*arguments: Any, **named: Any) -> Any:
        die()
        return real(*arguments, **named)

    setattr(owner, method, changed if asyncio.iscoroutinefunction(real) else plainly)
