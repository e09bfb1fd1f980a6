"""Router: the public verbs."""

import os
import weakref
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, Unpack

from interlock.classifiers.tokens import estimate_request_tokens
from interlock.engine.loops import running_loop
from interlock.requests.checking import as_request
from interlock.requests.embedding import as_embedding_request
from interlock.types.decisions import Decision
from interlock.types.messages import ToolCall
from interlock.types.models import Deployment
from interlock.types.records import CallUnderWay, Record
from interlock.types.request import Constraints, Options, Prompt, Request
from interlock.types.response import Response

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock.catalog.offers import Offer
    from interlock.config import ServerConfig
    from interlock.engine.streaming import ResponseStream
    from interlock.engine.sync_streaming import SyncStream
    from interlock.policies import Permissions, Policies
    from interlock.protocols import DurableLog, GrantBook, IdentitySource, RecordStore
    from interlock.toolbox import Toolbox
    from interlock.types.budgets import Spending
    from interlock.types.embeddings import EmbeddingResponse
    from interlock.types.health import Vitals
    from interlock.types.members import Ensemble


class Router:
    """Many models as one. Safe to share between event loops and threads; never runs a tool by itself.

    Every verb takes text, messages or a `Request`, and the fields of a `Request` by keyword, which win over
    the request's own.
    """

    def __init__(self, wiring: "Wiring") -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        if wiring.sharing is not None:
            wiring.sharing.ensure()
        # Streams that outlive their router hold the engine, and nothing but the engine needs connections.
        weakref.finalize(wiring.engine, wiring.http.close_soon).atexit = False

    @classmethod
    def from_config(
        cls,
        source: "str | os.PathLike[str] | Mapping[str, Any] | None" = None,
        *,
        plugins: Iterable[object] = (),
        inherit: "Router | None" = None,
    ) -> Self:
        """A router from a file, a mapping, or nothing.

        With nothing: the file named by INTERLOCK_CONFIG, else ./interlock.yaml, else the keys found in the
        environment, else the local model. `plugins` are registered beside the installed ones.

        One that takes the place of another, as when a configuration is read anew, can `inherit` what it has
        seen: what is spent of budgets, by their ids; the recent records; the health of deployments that are
        asked at the same address, with the same key, as before. Calls that are under way in the other end
        there, and count here. Nothing is taken from it when an error is raised.

        Raises:
            ConfigError: naming the key, its line, and the nearest valid name.
        """
        from interlock.assembly import assemble  # noqa: PLC0415 - pydantic and YAML are loaded when needed

        return cls(assemble(source, plugins=plugins, former=None if inherit is None else inherit.wiring))

    @property
    def wiring(self) -> "Wiring":
        """The parts, for tools that show or test them."""
        return self._wiring

    @property
    def records(self) -> tuple[Record, ...]:
        """The last thousand calls, oldest first."""
        return tuple(self._wiring.records)

    @property
    def under_way(self) -> tuple[CallUnderWay, ...]:
        """The calls that have not ended, the one that has gone on longest first."""
        return self._engine.under_way.snapshot()

    @property
    def health(self) -> "tuple[Vitals, ...]":
        """What is known of how deployments are doing; a deployment's own row comes before those of its tasks.
        One that nobody has asked has none.
        """
        return self._wiring.health.snapshot()

    @property
    def spending(self) -> "tuple[Spending, ...]":
        """Every account of a budget that something was spent from in its present window, in the order of the
        budgets; then those of budgets that plugins have told of.
        """
        budgets = self._wiring.budgets
        return () if budgets is None else budgets.snapshot()

    @property
    def budgets(self) -> tuple[str, ...]:
        """The ids of the configuration's budgets."""
        return tuple(each.id for each in self._wiring.config.budgets)

    @property
    def counts_alone(self) -> bool:
        """Whether this process counts budgets by itself: the configuration has no `ledger`."""
        return self._wiring.config.ledger is None

    @property
    def apart(self) -> Mapping[str, str]:
        """What is shared with other processes and cannot be reached now, of `limits`, `health` and `ledger`:
        what holds meanwhile. Empty while all is well, or nothing is shared; it says no more than that.
        """
        return self._wiring.apart

    @asynccontextmanager
    async def within_limits(
        self, provider: str, *, tokens: int = 0, within: float = 10.0
    ) -> AsyncGenerator[None]:
        """Encloses what is sent to a provider in another way than by this router, such as a batch: it waits
        at the configuration's limit for that provider, beside calls and other processes, for `within`
        seconds at most, and holds a place until it is left. `tokens` is what it may take. Without such a
        limit it waits for nothing.

        Raises:
            Overloaded: too many wait, or it took too long.
            StoreError: the limits are shared, and cannot be asked about.
        """
        from interlock.engine.attempting.lines import held  # noqa: PLC0415 - loaded with any router

        limiting = self._wiring.limiting
        if limiting is None:
            yield
            return
        async with held(limiting, f"provider:{provider}", tokens, within):
            yield

    async def spent(self, metadata: Mapping[str, str] | None = None) -> "tuple[Spending, ...]":
        """As `spending`, by what all processes together have spent that share a ledger; with `metadata`, the
        accounts that a request with it falls under, whether or not anything was spent from them.

        Raises:
            StoreError: the configuration's `ledger` is out of reach.
        """
        budgets = self._wiring.budgets
        if budgets is None:
            return ()
        return await budgets.spent(None if metadata is None else as_request("", {"metadata": metadata}))

    def open_store(self) -> "RecordStore | None":
        """The configuration's `records`, opened anew for whoever reads what was kept, who closes it with its
        `aclose`. None where there is none.

        Raises:
            ConfigError: it cannot be opened as the configuration has it.
        """
        return self._wiring.open_store()

    @property
    def log(self) -> "DurableLog | None":
        """The configuration's `log`, for whoever has facts of its own that must not be lost: `append` them
        before what they tell of happens. It is closed with the router. None where there is none.
        """
        return self._wiring.log

    @property
    def deployments(self) -> Mapping[str, Deployment]:
        """Everything that may be asked, by id, in the order of the configuration."""
        return self._wiring.deployments

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of all tasks that a request may have."""
        return self._engine.decider.routes.tasks

    @property
    def ensembles(self) -> "Mapping[str, Ensemble]":
        """Those that a request may ask for by their names, the configuration's first."""
        book = self._wiring.ensembles
        known = book.all()
        return {name: known[name] for name in book.near()}

    def meant(self, model: str) -> frozenset[str]:
        """The ids of the deployments that a request's `model` would mean; none of a model that nobody here
        serves.

        Raises:
            RequestError: no model and no deployment is called so.
        """
        return self._wiring.names.asked(model, keyless=True)[0]

    @property
    def places(self) -> "Mapping[str, tuple[Offer, ...]]":
        """By provider: the rows in which its plugin says where it processes what, where it keeps it, who
        operates it and who says so. Every installed provider is there, whether or not a deployment is of it.

        Raises:
            ConfigError: the file of a plugin cannot be read.
        """
        return self._wiring.places

    @property
    def policies(self) -> "Policies | None":
        """The configuration's policies; None where there are none."""
        return self._engine.decider.policies

    @property
    def rescue(self) -> str:
        """What a broken stream does unless its request says otherwise; see the configuration's `rescue`."""
        return self._engine.rescue

    @property
    def identities(self) -> "tuple[IdentitySource, ...]":
        """What plugins offer to an endpoint: who presents a secret."""
        return tuple(self._wiring.offers.identities.values())

    @property
    def serving(self) -> "ServerConfig":
        """The configuration's `server`: how an endpoint presents this router."""
        return self._wiring.config.server

    @property
    def digest(self) -> str:
        """A short hash of all that decides what answers, without any key: equal for equal routers."""
        return self._wiring.digest

    def decide(self, prompt: Prompt | Request, **options: Unpack[Options]) -> Decision:
        """Where the request may go, and why: pure, synchronous, without a network."""
        return self._engine.decide(as_request(prompt, options))

    async def refine(self, prompt: Prompt | Request, **options: Unpack[Options]) -> Decision:
        """What a call would decide: as `decide`, and where that is unsure, what classifiers make of it that
        need no network; and in the order in which learned routes have it by its words. It sends nothing, and
        takes some milliseconds beside the loop; the first time, a second or two. A call may still decide
        otherwise where a classifier that asks a model is surer than these.
        """
        return await self._engine.refine(as_request(prompt, options))

    async def warm(self, *, classifiers: bool = True) -> None:
        """Load now what a first call would wait for: HTTP and certificates, the ledger's driver, and what
        `classifiers` look up when unsure, which may be a hundred megabytes. Only the ledger is asked.
        """
        wiring = self._wiring
        await wiring.http.warm(wiring.offers.networks(self.deployments.values()))
        if wiring.ledger is not None:
            await wiring.ledger.warm()
        if classifiers:
            await self._engine.warm()

    def refine_sync(self, prompt: Prompt | Request, **options: Unpack[Options]) -> Decision:
        """`refine` for code without a loop, or for a thread beside one."""
        request = as_request(prompt, options)
        if not self._engine.refines:
            return self._engine.decide(request)
        return self._wiring.bridge.run(lambda: self._engine.refine(request))

    def permissions(self, prompt: Prompt | Request, **options: Unpack[Options]) -> "Permissions":
        """What each deployment may have of the request by the rules, whether or not it could serve now: as
        `decide`, but a missing key, a missing plugin and ill health change nothing.
        """
        return self._engine.decider.permissions(as_request(prompt, options))

    def count_tokens(self, prompt: Prompt | Request, **options: Unpack[Options]) -> int:
        """Our estimate of the request's length, tools included. Nothing is downloaded, nobody is asked."""
        return estimate_request_tokens(as_request(prompt, options))

    async def complete(self, prompt: Prompt | Request, **options: Unpack[Options]) -> Response:
        """The answer.

        Raises:
            InterlockError: of the kind that ended the call; its `attempts` list everything that was tried.
        """
        return await self._engine.complete(as_request(prompt, options))

    def stream(self, prompt: Prompt | Request, **options: Unpack[Options]) -> "ResponseStream":
        """The answer in steps; nothing is sent before the first one is asked for."""
        from interlock.engine.streaming import ResponseStream  # noqa: PLC0415 - loaded with any router

        request = as_request(prompt, options)
        return ResponseStream(lambda begun: self._engine.stream(request, begun))

    def complete_sync(self, prompt: Prompt | Request, **options: Unpack[Options]) -> Response:
        """`complete` for code without a loop, or for a thread beside one."""
        request = as_request(prompt, options)
        return self._wiring.bridge.run(lambda: self._engine.complete(request))

    def stream_sync(self, prompt: Prompt | Request, **options: Unpack[Options]) -> "SyncStream":
        """`stream` for code without a loop, or for a thread beside one."""
        from interlock.engine.sync_streaming import SyncStream  # noqa: PLC0415 - few programs need both worlds

        chunks = self._engine.stream(as_request(prompt, options))
        return SyncStream(self._wiring.bridge, chunks)

    async def embed(
        self,
        texts: str | Iterable[str] | Request,
        *,
        dimensions: int | None = None,
        **options: Unpack[Options],
    ) -> "EmbeddingResponse":
        """A vector for each text, from deployments of the one model that `model` names and whose card has the
        capability `embeddings`; `dimensions` is how many numbers each is to have. Texts are classified, kept
        to their constraints, inspected and counted like the messages of a call; of `options`, those that say
        how to answer are refused.

        Raises:
            InterlockError: of the kind that ended the call; its `attempts` list everything that was tried.
        """
        return await self._engine.embed(as_embedding_request(texts, dimensions, options))

    def embed_sync(
        self,
        texts: str | Iterable[str] | Request,
        *,
        dimensions: int | None = None,
        **options: Unpack[Options],
    ) -> "EmbeddingResponse":
        """`embed` for code without a loop, or for a thread beside one. `dimensions` is how many numbers a
        vector is to have.
        """
        request = as_embedding_request(texts, dimensions, options)
        return self._wiring.bridge.run(lambda: self._engine.embed(request))

    def toolbox(
        self,
        *,
        constraints: Constraints | Mapping[str, Any] | None = None,
        grants: "GrantBook | None" = None,
    ) -> "Toolbox":
        """The tools of the connectors that the constraints allow, the configured ones tightened by these.

        Nothing is sent before its `tools` are asked for, and nothing is run but by its `run`. `grants`
        remembers which grants have been used; by default, this process does.
        """
        return self._wiring.toolboxes.make(constraints, grants)

    def tool_span(self, call: ToolCall, response: Response | None = None) -> AbstractContextManager[None]:
        """Encloses your run of a tool: a span `execute_tool …` under the request that was answered by
        `response`, or without one under the current span. Costs next to nothing where nobody traces.
        """
        return self._engine.tracing.tool(call, None if response is None else response.record)

    async def aclose(self) -> None:
        """Close every connection and write what waits for `records` and `log`. The router stays usable and
        opens new ones.

        A store or a log that is down is waited for some seconds, and no longer.
        """
        running_loop()
        try:
            await self._wiring.toolboxes.sources.aclose()
            await self._wiring.http.aclose()
        finally:
            if self._wiring.sharing is not None:
                await self._wiring.sharing.aclose()
            if self._wiring.limiting is not None:
                await self._wiring.limiting.aclose()
            for writer in (self._wiring.writer, self._wiring.log, self._wiring.ledger):
                if writer is not None:
                    await writer.aclose()

    def close_sync(self) -> None:
        """`aclose` for code without a loop, and the end of the thread that its calls ran in."""
        bridge = self._wiring.bridge
        if bridge.running:
            bridge.run(self.aclose)
            bridge.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_sync()

    def __copy__(self) -> Self:
        """Itself: whoever copies what holds a router goes on sharing its connections, health and records."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a live router is not pickled; pickle its configuration, and make one of that")
