"""Kills that take with them whatever was not synchronised: the power goes, as far as files show it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from forkserver import Ended, ForkServer, fork_server
from judge import Verdict
from playing import Case, Stage
from points import SERVED, Kill, Schedule, drawn, singles
from stores import folder, in_sqlite
from world import APIS, World


class Place:
    """A database's folder, and what is left of it."""

    def __init__(self, root: Path) -> None:
        self.watched = root / "watched"
        self.kept = root / "kept"
        self.made = root / "made"

    def begin(self) -> None:
        """Have a database without an effect there, synchronised: the first one that there was, or none."""
        for each in (self.watched, self.kept):
            shutil.rmtree(each, ignore_errors=True)
            if self.made.exists():
                shutil.copytree(self.made, each)
            else:
                each.mkdir()

    def fail(self) -> None:
        """Leave in the folder what was synchronised, and nothing else.

        What was removed stays so: journaling file systems write that down with whatever is synchronised next.
        """
        there = {each.name for each in self.watched.iterdir()}
        shutil.rmtree(self.watched)
        self.watched.mkdir()
        for each in self.kept.iterdir():
            if each.name in there:
                shutil.copy(each, self.watched)


class Failing(ForkServer):
    """One with whose lives the power goes."""

    def __init__(self, server: ForkServer, place: Place) -> None:
        self._server = server
        self._place = place

    def live(self, life: Mapping[str, Any]) -> Ended:
        ended = self._server.live(life)
        if ended.killed:
            self._place.fail()
        return ended


@contextmanager
def preloaded(root: Path) -> Iterator[ForkServer]:
    """A fork server whose lives leave copies of what they synchronise below `root`."""
    shim = root / "power.so"
    source = Path(__file__).with_name("power.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"], check=True)
    place = Place(root)
    env = {"LD_PRELOAD": str(shim), "POWER_WATCHED": str(place.watched), "POWER_KEPT": str(place.kept)}
    with fork_server("driver", env=env) as server:
        yield server


def play(stage: Stage, place: Place, schedules: Iterator[Schedule], like: Case) -> Iterator[Verdict]:
    """Runs one after another, each with a database of its own."""
    if not place.made.exists():
        place.begin()
        stage.play(replace(like, run=f"{like.run}-first", schedule=(Kill("before_intent", 0),)))
        shutil.copytree(place.watched, place.made)
    for number, schedule in enumerate(schedules):
        place.begin()
        yield stage.play(replace(like, run=f"{like.run}-{number}", schedule=schedule))


def rows(world: World, scale: float, told: Callable[[str, Verdict], None]) -> Iterator[dict[str, Any]]:
    """With what the ledger has databases do, and with less: that has to double where the API allows it."""
    if shutil.which("cc") is None or not hasattr(os, "fork"):
        return
    many = max(6, round(36 * scale))
    with folder() as root, preloaded(root) as server, ExitStack() as stack:
        place = Place(root)
        kept = in_sqlite(place.watched)
        stage = stack.enter_context(closing(Stage(world, Failing(server, place), root, kept.states)))
        for forgets, api in [(False, api) for api in APIS] + [(True, api) for api in ("readable", "blind")]:
            life = {"store": kept.url, "lease": 60.0, "horizon": 0.3, "skips": True, "forgets": forgets}
            like = Case(run=f"power{forgets}-{api}", api=api, life=life)
            total = Verdict()
            for verdict in play(
                stage, place, islice(chain(singles(SERVED), singles(), drawn(api, 2)), many), like
            ):
                total += verdict
                told(like.run, verdict)
            what = "power loss, synchronous " + ("NORMAL" if forgets else "FULL")
            yield {"store": "sqlite", "what": what, "api": api, "verdict": total, "bites": forgets}
