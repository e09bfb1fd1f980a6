"""Any program, broken off anywhere and executed again, does what was not kept, and gives the same."""

import asyncio
import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock_agents import EngineCall, EngineError, Store, StrandFailed, Suspended, open_engine
from interlock_agents.engines.outcomes import Outcome
from interlock_agents.engines.owners import new_owner, surely_gone
from interlock_agents.engines.values import from_text, to_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_ENOUGH = 60  # executions that no program needs
_PATIENCE = 20.0  # seconds for one

# A strand: what it does one after another. A list is another strand, which is started there.
STRANDS = st.recursive(
    st.lists(st.sampled_from(["step", "fails", "waits", "result", "first"]), max_size=4),
    lambda inner: st.lists(st.sampled_from(["step", "step", "waits", "result", "first"]) | inner, max_size=5),
    max_leaves=12,
)


class Played:
    """A program made of such strands, and what its steps did."""

    def __init__(self, root, crashes):
        self.plans = {}
        self.crashes = crashes
        self.acts = Counter()
        self.kept = set()
        self.waiting = set()
        self._plan("", root)

    def _plan(self, path, does):
        plan = self.plans[path] = []
        for number, each in enumerate(does):
            if isinstance(each, list):
                inner = f"{path}/{number}".strip("/")
                self._plan(inner, each)
                plan.append(("start", inner))
            else:
                plan.append((each, f"{path}:{number}"))

    def crash(self):
        """End the execution now, if it is time, in a way that the program does not notice."""
        if self.crashes and self.crashes[0] == 0:
            self.crashes.pop(0)
            asyncio.current_task().cancel()
            raise asyncio.CancelledError
        if self.crashes:
            self.crashes[0] -= 1

    async def __call__(self, strand):
        started, gave = [], []
        for what, name in self.plans[strand.path]:
            self.crash()
            match what:
                case "start":
                    await strand.start(name)
                    started.append(name)
                case "step":
                    gave.append(await strand.step(name, self.act(name)))
                    self.kept.add(name)
                case "fails" if strand.path:
                    raise ValueError(name)
                case "waits" if name not in self.waiting:
                    self.waiting.add(name)
                    raise Suspended(name)
                case "result" if started:
                    gave.append(await self.result(strand, started[-1]))
                case "first" if started:
                    assert await strand.first(started) in started
        return gave

    async def result(self, strand, path):
        try:
            return await strand.result(path)
        except StrandFailed as failed:
            return failed.message

    def act(self, name):
        async def act():
            assert name not in self.kept, "it was kept, and is done again"
            self.acts[name] += 1
            self.crash()
            await asyncio.sleep(0)
            self.crash()
            return name

        return act


async def played(template, root, crashes):
    played = Played(root, list(crashes))
    with TemporaryDirectory() as folder:
        shutil.copy(template, Path(folder, "agents.db"))
        call = EngineCall(url="sqlite:///agents.db", program=played, folder=Path(folder), lease=600)
        engine = open_engine(call)
        try:
            for _ in range(_ENOUGH):
                with suppress(Suspended, EngineError):
                    return await asyncio.wait_for(engine.execute("run"), _PATIENCE), played
        finally:
            await engine.aclose()
    raise AssertionError("it does not end")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A database whose tables are made: making them takes longer than a run."""
    folder = tmp_path_factory.mktemp("template")
    store = Store.open("sqlite:///agents.db", folder)

    async def make():
        await store.run(lambda connection: None)
        await store.aclose()

    asyncio.run(make())
    return folder / "agents.db"


@settings(max_examples=8)
@given(root=STRANDS, crashes=st.lists(st.integers(0, 8), max_size=4))
def test_a_random_program_gives_the_same_however_often_it_is_broken_off(template, root, crashes):
    whole, _ = asyncio.run(played(template, root, []))
    broken, again = asyncio.run(played(template, root, crashes))
    assert broken == whole
    assert all(count <= 1 + len(crashes) for count in again.acts.values())


@given(JSON)
def test_what_is_kept_comes_back_as_json_has_it(value):
    assert from_text(to_text(value, what="a step")) == value
    assert Outcome.kept(Outcome.returned(value, path="a").text).give("a") == value
    assert Outcome.returned(value, path="a").text.isascii()


@given(st.text())
def test_a_failure_is_kept_whatever_its_message(message):
    kept = Outcome.kept(Outcome.raised(ValueError(message)).text)
    assert (kept.kind, kept.message) == ("ValueError", message[:2000])


@given(st.text() | st.lists(st.text(), max_size=6).map("|".join))
def test_nobody_is_gone_of_whom_nobody_knows(owner):
    assert surely_gone(owner) is False


def test_this_process_is_not_gone():
    assert surely_gone(new_owner()) is False
