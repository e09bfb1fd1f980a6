"""Several runs under way at a time, each with a process of its own that lives their lives."""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from queue import SimpleQueue

from forkserver import ForkServer, fork_server
from judge import Verdict
from playing import Case, Stage, States
from world import World

Enough = Callable[[Verdict], bool]
Together = Callable[[Stage, ForkServer], Verdict]
"""What takes a stage and somebody else's process."""


@contextmanager
def stages(
    many: int,
    world: World,
    folder: Path,
    *,
    states: States | None,
    module: str = "driver",
    python: Sequence[str] = (sys.executable,),
    env: Mapping[str, str] | None = None,
) -> Iterator[list[Stage]]:
    """So many stages before one world."""
    with ExitStack() as stack:
        servers = [stack.enter_context(fork_server(module, python=python, env=env)) for _ in range(many)]
        yield [stack.enter_context(closing(Stage(world, server, folder, states))) for server in servers]


class Told:
    """A line that says how far it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.kills = 0

    def __call__(self, what: str, verdict: Verdict) -> None:
        with self._lock:
            before, self.kills = self.kills, self.kills + verdict.kills
            watched = sys.stderr.isatty()
            if watched or before // 100 != self.kills // 100:
                end = "\r" if watched else "\n"
                print(f"{self.kills:5} kills; now {what:48}", end=end, file=sys.stderr, flush=True)


def play_all(
    where: Sequence[Stage], cases: Iterable[Case], told: Told, enough: Enough | None = None
) -> Verdict:
    """The sum over the cases, or over as many of them as it takes until there are `enough`."""
    lock = threading.Lock()
    rest = iter(cases)
    total = Verdict()

    def work(stage: Stage) -> None:
        nonlocal total
        while True:
            with lock:
                case = None if enough is not None and enough(total) else next(rest, None)
            if case is None:
                return
            verdict = stage.play(case)
            with lock:
                total += verdict
            told(case.run.rpartition("-")[0], verdict)

    with ThreadPoolExecutor(len(where)) as pool:
        for done in [pool.submit(work, stage) for stage in where]:
            done.result()
    return total


def together(where: Sequence[Stage], plays: Iterable[Together], told: Callable[[Verdict], None]) -> Verdict:
    """The sum over what two stages play together, as many pairs at a time as there are."""
    pairs: SimpleQueue[tuple[Stage, Stage]] = SimpleQueue()
    for pair in zip(where[::2], where[1::2], strict=False):
        pairs.put(pair)
    total = Verdict()

    def one(play: Together) -> Verdict:
        stage, other = pairs.get()
        try:
            return play(stage, other.server)
        finally:
            pairs.put((stage, other))

    with ThreadPoolExecutor(len(where) // 2) as pool:
        for verdict in pool.map(one, plays):
            total += verdict
            told(verdict)
    return total
