"""Lives of whoever carries out effects: they die, are stopped and overtaken, and their requests go astray."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from effect_world import Killed, Time, World, WorldHands, call
from interlock import LogEntry, Repeat, ToolCall, ToolOutcome
from interlock_agents.errors import LedgerBusy
from interlock_agents.ledger.effects import Effect, EffectEvent
from interlock_agents.ledger.hands import Sending
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import Store

LEASE, MARGIN, HORIZON = 30.0, 3.0, 5.0
NODES = ("one", "two")
_numbers = iter(range(10**9))


@dataclass(frozen=True, kw_only=True)
class Life:
    """What becomes of whom. Visits of boundaries are counted from 0, over all owners after another."""

    kind: str
    deaths: frozenset[int] = frozenset()
    stops: frozenset[int] = frozenset()
    cancels: frozenset[int] = frozenset()  # whoever is cancelled is followed at once
    script: tuple[str, ...] = ()
    late: float = 0.0
    lag: float = 0.0
    away: float = 31.0  # seconds until somebody comes after a death
    retention: float = 1000.0


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One sending, and what the disk said of its effect just before."""

    key: str
    owner: str
    at: float
    deadline: float
    row: dict[str, Any] | None


@dataclass
class Lived:
    life: Life
    run: str
    world: World
    sent: list[Sent] = field(default_factory=list)
    looked: list[tuple[float, str, bool, int]] = field(
        default_factory=list
    )  # when, key, seen, sendings before
    intents: list[tuple[str, int]] = field(default_factory=list)  # at deaths: key, sendings before
    entries: list[LogEntry] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    events: dict[str, tuple[EffectEvent, ...]] = field(default_factory=dict)

    def sent_for(self, effect: Effect) -> list[Sent]:
        return [sent for sent in self.sent if sent.key == effect.key]


class WatchedHands(WorldHands):
    """Hands that look at the disk, as another process would, before the first byte leaves."""

    def __init__(self, lived: Lived, file: Path, owner: str, **how: Any) -> None:
        super().__init__(lived.world, settles_within=HORIZON, **how)
        self.lived, self.file, self.owner = lived, file, owner

    async def run(self, sending: Sending) -> ToolOutcome:
        row = on_disk(self.file, f"{sending.run}/{sending.step}")
        self.lived.sent.append(
            Sent(
                key=sending.key,
                owner=self.owner,
                at=self.world.time.now,
                deadline=sending.deadline,
                row=row,
            )
        )
        return await super().run(sending)

    async def find(self, call: ToolCall, *, key: str) -> ToolOutcome | None:
        found = await super().find(call, key=key)
        seen = found is not None and found.outcome == "done"
        self.lived.looked.append((self.world.time.now, key, seen, len(self.lived.sent)))
        return found


class Memory:
    """A log in memory."""

    api, name = 1, "memory"

    def __init__(self, entries: list[LogEntry]) -> None:
        self.entries = entries

    async def append(self, entries: Any) -> None:
        self.entries += entries

    async def aclose(self) -> None:
        return None


def on_disk(file: Path, id_: str) -> dict[str, Any] | None:
    """What anybody else would see of an effect now."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        row = database.execute("SELECT * FROM agents_effects WHERE id = ?", (id_,)).fetchone()
        return None if row is None else dict(row)


class Stage:
    """A store for many lives, each with a time of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "agents.db"
        self.time = Time()
        self.store = Store.open(f"sqlite:///{self.file}", clock=self._wall)

    def _wall(self) -> float:
        return self.time.wall()

    def play(self, life: Life) -> Lived:
        """One life, to its end."""
        self.time = Time()
        world = World(life.kind, self.time, late=life.late, lag=life.lag, script=list(life.script))
        lived = Lived(life, f"run{next(_numbers)}", world)
        asyncio.run(_Play(self, lived).live())
        return lived


class _Play:
    def __init__(self, stage: Stage, lived: Lived) -> None:
        self.stage, self.lived = stage, lived
        self.visits = 0
        self.owners = 0

    async def live(self) -> None:
        time = self.stage.time
        for _ in range(80):
            try:
                await asyncio.ensure_future(self._once(self._at))
                break
            except Killed:
                self._note_intents()
                time.now += self.lived.life.away
            except asyncio.CancelledError:
                self._note_intents()
                time.now += 0.001
            except LedgerBusy as busy:
                time.now += busy.seconds + 0.001
        else:
            raise AssertionError("it never ends")
        ledger = Ledger(self.stage.store)
        self.lived.effects = list(await ledger.effects(self.lived.run))
        self.lived.events = {effect.id: await ledger.events(effect.id) for effect in self.lived.effects}

    async def _once(self, at: Callable[[str], None]) -> None:
        time, lived = self.stage.time, self.lived
        self.owners += 1
        owner = f"owner{self.owners}"
        ledger = Ledger(
            self.stage.store,
            owner=owner,
            lease=LEASE,
            margin=MARGIN,
            log=Memory(lived.entries),
            clock=time.clock,
            sleep=time.sleep,
            at=at,
        )
        repeat = Repeat("key", retention=lived.life.retention) if lived.life.kind == "keyed" else None
        hands = WatchedHands(lived, self.stage.file, owner, repeat=repeat)
        for node in NODES:
            for _ in range(20):
                effect = await ledger.perform(Place(run=lived.run, node=node), call(to=node), hands)
                if effect.state != "sent":
                    break

    def _at(self, boundary: str) -> None:
        visit, self.visits = self.visits, self.visits + 1
        if visit in self.lived.life.deaths:
            raise Killed(boundary)
        if visit in self.lived.life.cancels and (task := asyncio.current_task()) is not None:
            task.cancel()
        if visit in self.lived.life.stops:
            # Stopped for longer than the lease, and overtaken by somebody in another process meanwhile.
            self.stage.time.now += LEASE + 1
            other = threading.Thread(target=asyncio.run, args=(self._overtake(),))
            other.start()
            other.join()

    async def _overtake(self) -> None:
        for _ in range(20):
            try:
                await self._once(lambda boundary: None)
                break
            except LedgerBusy as busy:
                self.stage.time.now += busy.seconds + 0.001

    def _note_intents(self) -> None:
        for node in NODES:
            row = on_disk(self.stage.file, Place(run=self.lived.run, node=node).id)
            if row is not None and (row["state"], row["tries"]) == ("intent", 0):
                sent = sum(sent.key == row["key"] for sent in self.lived.sent)
                self.lived.intents.append((row["key"], sent))


_VISITS = st.frozensets(st.integers(0, 30), max_size=4)
_LOST = ("done", "lost", "cut", "raises")


def lives(
    *kinds: str,
    script: tuple[str, ...] = _LOST,
    deaths: bool = True,
    stops: bool = True,
    cancels: bool = True,
    **given: Any,
) -> "st.SearchStrategy[Life]":
    """Lives with services of these kinds."""
    late = st.sampled_from([0.0, 1.0, HORIZON - 1])
    return st.builds(
        Life,
        kind=st.sampled_from(kinds or ("keyed", "natural", "readable", "blind")),
        deaths=_VISITS if deaths else st.just(frozenset()),
        stops=_VISITS if stops else st.just(frozenset()),
        cancels=_VISITS if cancels else st.just(frozenset()),
        script=st.lists(st.sampled_from(script), max_size=6).map(tuple),
        late=late,
        lag=st.sampled_from([0.0, 0.9]),
        **given,
    )
