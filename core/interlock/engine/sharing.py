"""Health shared between processes: a task on the bridge tells and hears, a few times a second."""

import asyncio
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from threading import Event, RLock

from interlock.engine.bridge import Bridge
from interlock.errors import InterlockError
from interlock.forks import anew
from interlock.health import HealthTracker
from interlock.health.exchange import is_sound
from interlock.logs import redacting_logger
from interlock.protocols import SharedHealth
from interlock.types.health import HealthNews, HealthSync

_log = redacting_logger("interlock.health")

_EVERY = 0.2
# A store that does not answer by then is down; while it is, it is tried this often at most.
_PATIENCE = 1.0
_LONGEST_PAUSE = 2.0
_TURN = 5.0
_KEEP = 3600.0


class Sharing:
    """Shares a router's health. No call ever waits for it, or fails of it.

    `names` are what the deployments are called towards other processes, `tasks` those that may be heard of.
    It holds no bridge: one that nobody holds any more takes its tasks along.
    """

    def __init__(
        self,
        open_: Callable[[], SharedHealth],
        book: HealthTracker,
        bridge: Bridge,
        names: Mapping[str, str],
        tasks: Iterable[str],
        *,
        fresh: bool = True,
    ) -> None:
        """One that is not `fresh` has heard already how things stood when it begins."""
        self._open = open_
        self._book = book
        self._bridge = weakref.ref(bridge)
        self._names = names
        self._tasks = frozenset(tasks)
        self._ids = {name: deployment for deployment, name in names.items()}
        self._fresh = fresh
        self._lock = RLock()
        self._running = False
        self._closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._signal: asyncio.Event | None = None
        self._work: asyncio.Task[None] | None = None
        self._asked = Event()
        self.problem = ""
        anew(self.start_anew)

    def ensure(self) -> None:
        """Start, unless it is running."""
        if self._running:
            return
        with self._lock:
            bridge = self._bridge()
            if self._running or bridge is None:
                return
            self._running = True
        self._book.exchange.begin(self._wake)
        bridge.call_soon(self._begin)

    def wait(self, seconds: float) -> bool:
        """Block until what others know has been heard, or their store has failed: for programs that make one
        call and end. False when neither has happened in time.
        """
        return self._asked.wait(seconds)

    async def aclose(self) -> None:
        """Tell what is left to tell and stop, from any loop. The next decision starts it again."""
        bridge = self._bridge()
        if self._running and bridge is not None and bridge.running:
            await asyncio.wrap_future(bridge.submit(self._stop))

    def start_anew(self) -> None:
        """In the child of a fork, where neither the task nor its connection may be used."""
        self._lock = RLock()
        self._asked = Event()
        self._running = self._closing = False
        self._loop = self._signal = self._work = None
        self._book.exchange.start_anew()

    def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._signal = asyncio.Event()
        self._work = self._loop.create_task(self._exchange())

    async def _stop(self) -> None:
        work, self._closing = self._work, True
        self._wake()
        if work is not None:
            await asyncio.wait({work})

    def _wake(self) -> None:
        loop, signal = self._loop, self._signal
        if loop is not None and signal is not None:
            with suppress(RuntimeError):  # the loop was closed meanwhile, and nothing is shared any more
                loop.call_soon_threadsafe(signal.set)

    async def _exchange(self) -> None:
        shared = self._open()
        try:
            pause, last = 0.0, False
            while not last:
                await self._pause(pause)
                last = self._closing  # what happened before closing is told once more
                began = asyncio.get_running_loop().time()
                if await self._sync(shared):
                    pause = max(0.0, began + _EVERY - asyncio.get_running_loop().time())
                else:
                    pause = min(_LONGEST_PAUSE, max(_EVERY, 2 * pause))
        finally:
            self._book.exchange.end()
            self._running = self._closing = False
            await self._let_go(shared)

    async def _sync(self, shared: SharedHealth) -> bool:
        """Tell and hear once. Whether it was possible."""
        exchange, policy = self._book.exchange, self._book.policy
        changes = tuple(
            replace(change, deployment=self._names[change.deployment])
            for change in exchange.take()
            if change.deployment in self._names
        )
        call = HealthSync(
            changes=changes,
            fresh=self._fresh,
            window=policy.window,
            lease=_TURN,
            keep=max(_KEEP, 20 * policy.cooldown),
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                news = await shared.sync(call)
            exchange.hear(self._heard(news))
        except Exception as error:  # noqa: BLE001 - a store may raise anything; calls go on without it
            problem = error.message if isinstance(error, InterlockError) else type(error).__name__
            if not self.problem:
                _log.warning("health is not shared, and every process is on its own: %s", problem)
            self.problem = problem or "no reason was given"
            self._asked.set()
            exchange.begin(self._wake)
            return False
        if self.problem:
            _log.warning("health is shared again")
        self._fresh, self.problem = False, ""
        self._asked.set()
        return True

    def _heard(self, news: Iterable[HealthNews]) -> list[HealthNews]:
        """News of deployments and tasks that this router has, under its own ids."""
        known, tasks = self._ids, self._tasks
        return [
            replace(item, deployment=known[item.deployment])
            for item in news
            if is_sound(item) and item.deployment in known and (item.task is None or item.task in tasks)
        ]

    async def _pause(self, seconds: float) -> None:
        """Wait, unless something urgent happens meanwhile."""
        signal = self._signal
        if signal is None or self._closing:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await signal.wait()
        signal.clear()

    async def _let_go(self, shared: SharedHealth) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await shared.aclose()
        except Exception as error:  # noqa: BLE001 - as above
            _log.warning("shared health did not close: %s", type(error).__name__)
