"""The endpoint in front of a router, as a service that can be made anew while it serves."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypedDict

from interlock import ConfigError, InterlockError, StoreError
from interlock.http import is_loopback
from interlock.types.files import Stamp, noted_reads
from interlock_server.endpoint import (
    CHAT,
    Endpoint,
    Live,
    Part,
    Readiness,
    Routes,
    Served,
    Traffic,
    routes_of,
)
from interlock_server.endpoint.opening import open_served
from interlock_server.keys import Keyring
from interlock_server.operation.lines import Lines
from interlock_server.operation.measures import Measures
from interlock_server.operation.metrics import Registry, SharedMetrics
from interlock_server.operation.observing import Observed
from interlock_server.operation.scraping import PATH, metrics_route
from interlock_server.operation.service import App
from interlock_server.pages import Processes
from interlock_server.pages import routes_of as pages_of

_PROBES: Final = frozenset({"/healthz", "/readyz", PATH})
_SHARING: Final = 1.0  # seconds between two notes for the processes beside


class Described(TypedDict):
    """What is served, for whoever starts it: no secret. `grace` is in seconds."""

    deployments: list[str]
    keys: str
    grace: float
    metrics: str


class RouterService:
    """A `Service`. `config` is a file, or None for what a router finds in the environment alone."""

    def __init__(
        self, config: str | None, *, host: str, lines: Lines | None = None, beside: Path | None = None
    ) -> None:
        """`host` is where it listens, `beside` the folder of the notes that processes leave each other.

        Raises:
            ConfigError: the configuration cannot be used, or has no keys where others can reach the server.
        """
        self._config, self._host = config, host
        self._measures = Measures(Registry())
        self._metrics = SharedMetrics(self._measures.registry, beside)
        self._readiness = Readiness(
            {
                "server": self._server,
                "configuration": self._configuration,
                "keys": self._keys,
                "shared": self._shared,
            }
        )
        if lines is not None:
            self._measures.lines(lines)
        self._files: Mapping[Path, Stamp | None] = {}
        self._refused: InterlockError | None = None
        self._draining = False
        self._sharing: asyncio.Task[None] | None = None
        served = self._opened()
        self._measures.reload(refused=False)
        self.live = Live(served)
        traffic = Traffic()
        self._processes = Processes(traffic, beside)
        self._pages = pages_of(self._processes)
        self._endpoint = Endpoint(self.live, self._routes(served), traffic)
        self._app = Observed(self._endpoint, measures=self._measures, lines=lines, quiet=_PROBES)

    @property
    def app(self) -> App:
        return self._app

    @property
    def grace(self) -> float:
        return self.live.served.settings.grace

    def described(self) -> Described:
        served = self.live.served
        return {
            "deployments": list(served.router.deployments),
            "keys": "needed" if served.identities.required else "none: this machine alone is served",
            "grace": served.settings.grace,
            "metrics": served.settings.metrics,
        }

    def summary(self) -> str:
        """The same in a few words."""
        served = self.live.served
        many = len(served.router.deployments)
        who = "whoever has a key" if served.identities.required else "this machine alone, without keys"
        return f"{many} deployment{'' if many == 1 else 's'} for {who}"

    def files(self) -> Mapping[Path, Stamp | None]:
        return self._files

    async def start(self) -> None:
        await self.live.start()
        if self._metrics.shared:
            self._sharing = asyncio.create_task(self._share())

    async def reload(self) -> None:
        before = self.live.served
        try:
            if before.router.budgets:
                # Whoever inherits accounts sets their limits for both, and may yet turn out to be of no use.
                tried = await asyncio.to_thread(self._opened)
                await tried.aclose()
            served = await asyncio.to_thread(self._opened, before)
            await served.start()
        except InterlockError as error:
            self._refused = error
            self._measures.reload(refused=True)
            raise
        self._refused = None
        self._measures.reload(refused=False)
        self._endpoint.routes = self._routes(served)
        self.live.swap(served)

    def drain(self) -> None:
        self._draining = True

    async def aclose(self) -> None:
        if self._sharing is not None:
            self._sharing.cancel()
            self._metrics.write()
        await self.live.aclose()

    def _opened(self, former: Served | None = None) -> Served:
        with noted_reads() as noted:
            try:
                served = open_served(
                    self._config, plugins=[self._measures], inherit=former, several=self._metrics.shared
                )
            finally:
                # Of what cannot be used, too: it may be mended in any file that it is made of.
                self._files = {**self._files, **noted}
        if not served.identities.required and not is_loopback(self._host):
            what = f"{self._host} can be reached by others, and nobody needs a key"
            raise ConfigError(f"{what}: name a file of keys, or listen at 127.0.0.1.", key="server.keys")
        self._files = {path: stamp for path, stamp in noted.items() if path != self._keys_file(served)}
        return served

    def _keys_file(self, served: Served) -> Path | None:
        """The file of keys, which is followed by itself and needs no other router."""
        if self._config is None or served.settings.keys is None:
            return None
        return (Path(self._config).parent / Path(served.settings.keys).expanduser()).absolute()

    def _routes(self, served: Served) -> Routes:
        public = served.settings.metrics == "open"
        return Routes(
            [
                *routes_of(self._readiness),
                metrics_route(self._metrics, public=public, before=self._refresh),
                *self._pages,
            ],
            dialect=CHAT,
        )

    def _server(self) -> Part:
        return Part(ready=False, says="draining") if self._draining else Part()

    def _configuration(self) -> Part:
        """Where the newest is wrong, and not what stands there: anybody may read this."""
        refused = self._refused
        if refused is None:
            return Part()
        where = "for a reason that the log has"
        if isinstance(refused, ConfigError) and refused.line is not None:
            where = f"in line {refused.line} of {Path(refused.source).name}"
        return Part(says=f"the one before: the newest cannot be used, {where}")

    def _keys(self) -> Part:
        """Why is for the log: it names a file, or what a database said."""
        keys = self.live.served.identities
        if not isinstance(keys, Keyring) or keys.problem is None:
            return Part()
        try:
            next(iter(keys), None)
        except StoreError:
            return Part(ready=False, says="nobody knows them now")
        return Part(says="those that were known last")

    def _shared(self) -> Part:
        """What is cut off from other processes. What it does not concern is served all the same."""
        apart = self.live.served.router.apart
        return Part(says="; ".join(f"{name}: {what}" for name, what in apart.items()) or "ok")

    def _refresh(self) -> None:
        self._measures.health(self.live.served.router.health)

    async def _share(self) -> None:
        while True:
            self._refresh()
            self._metrics.write()
            self._processes.write(self.live.served.router)
            await asyncio.sleep(_SHARING)
