"""Router: the public verbs."""

import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from interlock.engine.requests import Options, as_request
from interlock.engine.streaming import ResponseStream, stream
from interlock.types.decisions import Decision
from interlock.types.models import Deployment
from interlock.types.records import Record
from interlock.types.request import Prompt, Request
from interlock.types.response import Response

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock.engine.sync_streaming import SyncStream


class Router:
    """Many models as one. Safe to share between event loops and threads; never runs a tool by itself.

    Every verb takes text, messages or a `Request`, and the fields of a `Request` by keyword, which win over
    the request's own.
    """

    def __init__(self, wiring: "Wiring") -> None:
        self._wiring = wiring
        self._engine = wiring.engine

    @classmethod
    def from_config(
        cls,
        source: "str | os.PathLike[str] | Mapping[str, Any] | None" = None,
        *,
        plugins: Iterable[object] = (),
    ) -> Self:
        """A router from a file, a mapping, or nothing.

        With nothing: the file named by INTERLOCK_CONFIG, else ./interlock.yaml, else the keys found in the
        environment, else the local model. `plugins` are registered beside the installed ones.

        Raises:
            ConfigError: naming the key, its line, and the nearest valid name.
        """
        from interlock.assembly import assemble  # noqa: PLC0415 - pydantic and YAML are loaded when needed

        return cls(assemble(source, plugins=plugins))

    @property
    def wiring(self) -> "Wiring":
        """The parts, for tools that show or test them."""
        return self._wiring

    @property
    def records(self) -> tuple[Record, ...]:
        """The last thousand calls, oldest first."""
        return tuple(self._wiring.records)

    @property
    def deployments(self) -> Mapping[str, Deployment]:
        """Everything that may be asked, by id, in the order of the configuration."""
        return self._wiring.deployments

    @property
    def digest(self) -> str:
        """A short hash of all that decides what answers, without any key: equal for equal routers."""
        return self._wiring.digest

    def decide(self, prompt: Prompt | Request, **options: Unpack[Options]) -> Decision:
        """Where the request may go, and why: pure, synchronous, without a network."""
        return self._engine.decide(as_request(prompt, options))

    async def complete(self, prompt: Prompt | Request, **options: Unpack[Options]) -> Response:
        """The answer.

        Raises:
            InterlockError: of the kind that ended the call; its `attempts` list everything that was tried.
        """
        return await self._engine.complete(as_request(prompt, options))

    def stream(self, prompt: Prompt | Request, **options: Unpack[Options]) -> ResponseStream:
        """The answer in steps; nothing is sent before the first one is asked for."""
        return ResponseStream(stream(self._engine, as_request(prompt, options)))

    def complete_sync(self, prompt: Prompt | Request, **options: Unpack[Options]) -> Response:
        """`complete` for code without a loop, or for a thread beside one."""
        request = as_request(prompt, options)
        return self._wiring.bridge.run(lambda: self._engine.complete(request))

    def stream_sync(self, prompt: Prompt | Request, **options: Unpack[Options]) -> "SyncStream":
        """`stream` for code without a loop, or for a thread beside one."""
        from interlock.engine.sync_streaming import SyncStream  # noqa: PLC0415 - few programs need both worlds

        request = as_request(prompt, options)
        return SyncStream(self._wiring.bridge, stream(self._engine, request))

    async def aclose(self) -> None:
        """Close every connection. The router stays usable and opens new ones."""
        await self._wiring.http.aclose()

    def close_sync(self) -> None:
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
