"""What a kind of connector and its tools must keep to."""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from weakref import finalize

from interlock.errors import UnknownTool
from interlock.http import HttpClient, Permit, origin_of
from interlock.protocols import (
    API,
    Connector,
    ConnectorCall,
    ConnectorFacts,
    ConnectorKind,
    ForwardingTool,
    Tool,
    ToolsCall,
)
from interlock.testing.effect_rules import EffectRules
from interlock.testing.rules import expect, fail, not_applicable
from interlock.testing.tool_rules import PATIENCE, finished
from interlock.testing.upstream import Received, Reply, Upstream
from interlock.types.clocks import elapsed
from interlock.types.messages import ToolCall
from interlock.types.models import Credential, Destination, Secret


class ConnectorConformance(EffectRules):
    """The rules for a kind of connector, for what it opens, and for each of its tools.

    A subclass sets `kind`, to an instance. Where the tools are sent over HTTP, it also sets `service`.

    Attributes:
        options: an instance of the kind's schema, or None.
        service: a class whose objects answer on this machine as the real service does: called with a request,
            one gives the reply. Each rule has a new one, which `served` gives.
        root: the path at which the service's addresses begin.
        key: what the service is given as its key. It is long and odd, so that it is found wherever it shows.
    """

    kind: ConnectorKind
    options: Any = None
    service: ClassVar[Callable[[], Callable[[Received], Reply]] | None] = None
    root: str = ""
    key = "conformance-key-5f7a91c3"

    @property
    def served(self) -> Any:
        """The service of this rule, to see what it has been asked."""
        self._serve()
        return self._served

    @property
    def base_url(self) -> str:
        """Where the tools are sent; empty for those that work in the process."""
        return self._serve()

    def _serve(self) -> str:
        service = type(self).service
        if service is None:
            return ""
        if "_address" not in vars(self):
            self._served = service()
            self._upstream = upstream = Upstream(always=self._served)
            self._address = upstream.__enter__().url + self.root
            finalize(self, upstream.__exit__, None, None, None)
        return self._address

    def destination(self) -> Destination:
        """Where the tools are sent, with its key, as a router has it."""
        return Destination(
            id="conformance",
            region="local",
            base_url=self.base_url,
            credential=Credential(secret=Secret(self.key)),
        )

    def connector(self) -> Connector:
        """One that is open, as a router opens it."""
        return self.kind.open(ConnectorCall(destination=self.destination(), options=self.options))

    def access(self) -> Mapping[str, Any]:
        if not self.base_url:
            return {"permit": Permit(deployment="conformance", origin=None)}
        permit = Permit(deployment="conformance", origin=origin_of(self.base_url))
        return {"permit": permit, "http": HttpClient(), "destination": self.destination()}

    def tools(self) -> list[Tool]:
        connector = self.connector()
        call = ToolsCall(deadline=elapsed() + PATIENCE, **self.access())
        return list(finished(lambda: connector.tools(call), "tools"))

    def test_is_a_kind_of_connector(self) -> None:
        """An instance with `api`, a `name`, ConnectorFacts, `options` and an `open` that is not awaited."""
        kind, needs = self.kind, "it needs api, name, facts, options, open"
        expect(isinstance(kind, ConnectorKind), f"{kind!r} is no ConnectorKind: {needs}")
        expect(not isinstance(kind, type), "give an instance, not the class")
        expect(kind.api == API, f"api is {kind.api!r}; this version speaks {API}")
        expect(isinstance(kind.name, str) and kind.name, "name must be text")
        expect(isinstance(kind.facts, ConnectorFacts), f"facts are {kind.facts!r}, no ConnectorFacts")
        expect(kind.options is None or isinstance(kind.options, type), "options must be a class, or None")
        waits = inspect.iscoroutinefunction(kind.open)
        expect(not waits, "open must be no coroutine function: it does no I/O")

    def test_opens_a_connector(self) -> None:
        """`open` gives a new Connector each time, whose `tools` and `aclose` are awaited."""
        connector = self.connector()
        needs = "it needs api, name, tools, aclose"
        expect(isinstance(connector, Connector), f"it opened {connector!r}, which is no Connector: {needs}")
        expect(connector.api == API, f"api is {connector.api!r}; this version speaks {API}")
        expect(isinstance(connector.name, str) and connector.name, "name must be text")
        for name in ("tools", "aclose"):
            written = inspect.iscoroutinefunction(getattr(connector, name))
            expect(written, f"{name} must be a coroutine function")
        expect(self.connector() is not connector, "opened twice, it was the same connector")

    def test_is_closed_twice_without_harm(self) -> None:
        """A second `aclose` changes nothing."""
        connector = self.connector()
        for _ in range(2):
            finished(connector.aclose, "aclose")

    def test_shows_no_key(self) -> None:
        """The `repr` of the connector and of its tools does not hold the key."""
        for shown in (self.connector(), *self.tools()):
            expect(self.key not in repr(shown), f"the key is in the repr of a {type(shown).__name__}")

    def test_sends_nothing_without_its_permit(self) -> None:
        """With its permit withdrawn, no tool that reads gets work done by its service."""
        if not self.base_url:
            not_applicable("it works in the process: it has no `service`")
        for tool in self.readers():
            name = tool.spec.name
            if name not in self.arguments:
                continue
            run = self.run_of(tool, self.arguments[name])
            if run.permit is not None:
                run.permit.withdraw()
            before = len(self._upstream.requests)
            try:
                outcome = asyncio.run(tool.run(run))
            except Exception:  # noqa: BLE001, S112 - refused, in whichever way
                continue
            done = outcome.outcome == "done" and len(self._upstream.requests) > before
            expect(not done, f"{name} worked without a permit: it has a way out of its own")

    def test_forwards_calls_to_tools_that_there_are(self) -> None:
        """`forward` gives, of what stands in `arguments`, the same call of another tool of the connector's,
        listed or not, which is run itself; a call that does not say which ends in UnknownTool.
        """
        connector = self.connector()
        call = ToolsCall(deadline=elapsed() + PATIENCE, **self.access())
        listed = {tool.spec.name: tool for tool in finished(lambda: connector.tools(call), "tools")}
        forwarding = [tool for tool in listed.values() if isinstance(tool, ForwardingTool)]
        if not forwarding:
            not_applicable("`arguments` names no ForwardingTool")
        beside = getattr(connector, "unlisted", lambda _: None)
        for tool in forwarding:
            name = tool.spec.name
            for given in (self.wrong.get(name, {}), {}):
                _forwarded(tool, ToolCall(id="call-1", name=name, arguments=given))
            if name not in self.arguments:
                continue
            asked = ToolCall(id="call-1", name=name, arguments=self.arguments[name])
            meant = _forwarded(tool, asked)
            if meant is None:
                fail(f"{name}: with the arguments that work, it means no tool")
            expect(meant == _forwarded(tool, asked), f"{name}: it means another call the second time")
            expect(meant.id == asked.id, f"{name}: the call has another id than was asked")
            there = listed.get(meant.name) or beside(meant.name)
            expect(isinstance(there, Tool), f"{name}: it means {meant.name!r}, which is not there")
            expect(not isinstance(there, ForwardingTool), f"{name}: it means one that forwards, too")


def _forwarded(tool: ForwardingTool, call: ToolCall) -> ToolCall | None:
    """The call that is meant; None where it says of none. Fails for whatever else it does."""
    name, given = tool.spec.name, dict(call.arguments)
    try:
        meant: object = tool.forward(call)
    except UnknownTool:
        return None
    except Exception as error:  # noqa: BLE001 - a plugin's own, which is told
        fail(f"{name}: forward raised {type(error).__name__} for {given}; say UnknownTool")
    if not isinstance(meant, ToolCall):
        fail(f"{name}: forward gave a {type(meant).__name__} for {given}, no ToolCall; it is not awaited")
    return meant
