"""The tools that some constraints allow, and the one way in which one of them is run."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Self, TypeVar, Unpack
from uuid import uuid4

from interlock.constraints import objection
from interlock.engine.attempting.call_log import Belonging
from interlock.engine.bridge import Bridge
from interlock.engine.tracing import Tracing
from interlock.errors import ApprovalNeeded, InterlockError, LogUnavailable, NoLongerAllowed, ProtocolError
from interlock.policies import Policies, check_levels
from interlock.protocols import (
    Connector,
    FindCall,
    FindingTool,
    ForwardingTool,
    GrantBook,
    PreviewCall,
    PreviewingTool,
    ToolRun,
    ToolsCall,
)
from interlock.toolbox.choosing import chosen
from interlock.toolbox.listing import Listing
from interlock.toolbox.naming import OfferedTool, ToolNames
from interlock.toolbox.options import RunOptions
from interlock.toolbox.running import Steps, ToolStep, raised
from interlock.toolbox.sources import ToolSource, ToolSources
from interlock.toolbox.without_loop import WithoutLoop
from interlock.tools import Classified, Question, admit, asking, classified, conversed
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.clocks import elapsed
from interlock.types.messages import ToolCall
from interlock.types.models import Destination
from interlock.types.request import Constraints, ToolSpec
from interlock.types.response import Response
from interlock.types.tool_policies import ToolPolicy
from interlock.types.tools import Preview, ToolOutcome

T = TypeVar("T")


class Toolbox(WithoutLoop):
    """Tools of a router's connectors. Nothing runs by itself: `run` runs one call, once.

    Event loops and threads may share it. What its constraints forbid, or what lacks its key or its plugin, is
    in `excluded`: a connector's id to the reason, in a sentence; so is a tool that its connector holds back,
    as `id/tool`.
    """

    def __init__(
        self,
        sources: ToolSources,
        constraints: Constraints,
        *,
        steps: Steps,
        policy: ToolPolicy,
        grants: GrantBook,
        tracing: Tracing,
        bridge: Bridge,
        policies: Policies | None = None,
    ) -> None:
        self._sources = sources
        self._constraints = constraints
        self._steps = steps
        self._policy = policy
        self._grants = grants
        self._tracing = tracing
        self._bridge = bridge
        self._policies = policies
        self._excluded = {source.id: why for source in sources if (why := self._why_not(source))}
        self._listing = Listing(sources, steps, self._excluded)

    @property
    def connectors(self) -> tuple[str, ...]:
        """The ids of all, those that are excluded as well."""
        return tuple(source.id for source in self._sources)

    @property
    def excluded(self) -> Mapping[str, str]:
        return MappingProxyType(self._excluded)

    def under(self, grants: GrantBook) -> Self:
        """The same tools, whose grants are used up in this book."""
        other = copy(self)
        other._grants = grants  # noqa: SLF001 - of its own copy
        return other

    async def tools(self) -> tuple[OfferedTool, ...]:
        """Every tool of every connector that is allowed. Each connector is asked once, as long as it is open
        and does not say that its tools have changed; one that failed is in `excluded`, and is asked again the
        next time; where that took long, only after ten times as long, or a minute.
        """
        return tuple((await self._names()).tools.values())

    async def select(
        self, connectors: Sequence[str] = (), tools: Sequence[str] = ()
    ) -> tuple[OfferedTool, ...]:
        """The tools of these connectors, by their ids, that are named; all of them where nobody names any.

        A tool is named by what a model calls it, or as in the configuration's rules: a name or pattern of its
        connector's, after a connector's id and a slash or alone. By its whole name, one that is not listed
        can be had too.

        Raises:
            RequestError: a connector is not there or cannot be used, or a name fits no tool.
        """
        return await chosen(self, connectors, tools)

    async def specs(self) -> tuple[ToolSpec, ...]:
        """The same for a request's `tools`."""
        return tuple(tool.spec for tool in await self.tools())

    async def tool(self, name: str) -> OfferedTool:
        """The tool that a model means, one that is not listed too. Raises UnknownTool, naming the nearest."""
        names = await self._names()
        beside = () if name in names.tools else self._listing.unlisted(self._allowed(), name)
        return names.find(name, beside)

    async def resolve(self, call: ToolCall) -> ToolCall:
        """The call as it is run: of the tool that is meant, where it asks for one by way of another.

        Whoever looks at a call before it runs looks at this one; `run`, `asking` and `find` do so themselves.
        Raises UnknownTool.
        """
        tool = await self.tool(call.name)
        # Nothing but a look at one name, for calls that mean what they say.
        if not (hasattr(tool.tool, "forward") and isinstance(tool.tool, ForwardingTool)):
            return call
        meant = tool.tool.forward(replace(call, name=tool.tool.spec.name))
        names = await self._names()
        name = names.name_of(tool.connector, meant.name)
        if name is None:
            beside = self._listing.unlisted(self._allowed(), meant.name)
            alone = len(beside) == 1 and meant.name not in {*names.tools, *names.refused}
            name = meant.name if alone else f"{tool.connector}__{meant.name}"
        return replace(meant, id=call.id, name=name)

    def effect_of(self, tool: OfferedTool) -> Classified:
        """What a run of it does outside, and how it may be repeated, by the policy."""
        return classified(tool.tool, self._policy, connector=tool.connector)

    def requires_grant(self, tool: OfferedTool) -> bool:
        """Whether a person has to agree to each run of it, by the policy."""
        return self._policy.requires(self.effect_of(tool).effect)

    async def asking(self, call: ToolCall, *, run: str = "", step: str = "") -> ApprovalRequest:
        """The run as it is put before a person, with what it would do where the tool can say so. Its `grant`
        is what `run` takes.

        Raises:
            UnknownTool: no tool is called so.
            LogUnavailable: a log that is required could not be written first.
            InterlockError: the tool cannot say what the run would do.
        """
        call = await self.resolve(call)
        tool = await self.tool(call.name)
        asked = self._asked(tool, call, run=run, step=step, preview=await self._preview(tool, call))
        await self._steps.asks(tool.connector, asked, Belonging(run=run, step=step))
        return asked

    async def run(
        self,
        call: ToolCall,
        *,
        key: str | None = None,
        grant: Grant | None = None,
        run: str = "",
        step: str = "",
        constraints: Constraints | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - a limit of the run's own, which it is told of
        metadata: Mapping[str, str] | None = None,
        response: Response | None = None,
    ) -> ToolOutcome:
        """Run one call that a model has made. What the tool fails with is an outcome too, with its `error`.

        Args:
            call: as the model made it, by the name that `tools` gives.
            key: names the effect, for a service that takes keys; the same for whoever repeats the run. By
                default, one of its own.
            grant: a person's consent, from `asking` or an ApprovalNeeded's `request`. It is used up.
            run: the id of what the call belongs to, as it was put before the person.
            step: its place in that.
            constraints: tighter ones than the toolbox's, such as those of the request that this belongs to.
            timeout: seconds, what comes before the run included; tightens the connector's total and never
                loosens it.
            metadata: for the tool, which may pass it on.
            response: the one that asked for the call, for its trace.

        Raises:
            UnknownTool: no tool is called so. Nothing was run, as in the other two.
            NoLongerAllowed: the constraints forbid its connector.
            ApprovalNeeded: a person has to agree first.
        """
        due = None if timeout is None else elapsed() + timeout
        call = await self.resolve(call)
        tool = await self.tool(call.name)
        self._recheck(tool.source, constraints)
        asked = self._asked(tool, call, run=run, step=step)
        if asked.required or grant is not None:
            try:
                asked = replace(asked, preview=await self._preview(tool, call))
            except InterlockError as error:
                return ToolOutcome(outcome="refused", reason="not_sent", content=error.message, error=error)
        belongs = Belonging(
            run=run, step=step, metadata=metadata or {}, grant=None if grant is None else grant.id
        )
        try:
            await self._admit(tool, asked, grant, belongs)
        except LogUnavailable as error:
            return ToolOutcome(outcome="refused", reason="not_sent", content=error.message, error=error)
        if due is not None and (timeout := due - elapsed()) <= 0:
            return ToolOutcome(outcome="refused", reason="not_sent", content="its time was over beforehand")
        access = self._steps.access(tool.source, timeout, belongs)
        given = ToolRun(
            call=replace(asked.call, name=tool.tool.spec.name),
            key=key or uuid4().hex,
            grant=grant,
            metadata=dict(metadata or {}),
            **access.given,
        )
        with self._tracing.tool(call, None if response is None else response.record):
            return await self._ran(tool, access, given)

    async def run_approved(
        self, call: ToolCall, ask: Callable[[Question], Awaitable[Any]], **how: Unpack[RunOptions]
    ) -> ToolOutcome:
        """`run` for whoever has somebody to ask: `ask` is given the question where a person has to agree,
        and gives their answer, or None where nobody can be asked, which is a refusal. An answer to something
        else, or one that cannot be used, is asked for again.

        Raises UnknownTool and NoLongerAllowed, as `run` does, and whatever `ask` raises.
        """
        return await conversed(call, lambda turn: self.run(turn.call, grant=turn.grant, **how), ask)

    async def _admit(
        self, tool: OfferedTool, asked: ApprovalRequest, grant: Grant | None, belongs: Belonging
    ) -> None:
        """Return when the run may begin, its grant used up; the log is told how that went."""
        try:
            await admit(asked, grant, self._grants)
        except ApprovalNeeded as needed:
            if grant is None:
                await self._steps.asks(tool.connector, asked, belongs)
            else:
                self._steps.refused(tool.connector, asked, grant, belongs, needed.message)
            raise
        if grant is not None:
            self._steps.approved(tool.connector, asked, grant, belongs)

    async def find(
        self,
        call: ToolCall,
        *,
        key: str,
        constraints: Constraints | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as in `run`
    ) -> ToolOutcome | None:
        """What has come of the run of `call` under `key`, as far as its tool sees; None when it sees no sign
        of it, which counts once `settles_within` is over. A tool that cannot look, or fails to, leaves it
        `unknown`.

        Raises UnknownTool and NoLongerAllowed, as `run` does.
        """
        call = await self.resolve(call)
        tool = await self.tool(call.name)
        self._recheck(tool.source, constraints)
        looks = tool.tool
        if not isinstance(looks, FindingTool):
            return ToolOutcome(outcome="unknown", content=f"{tool.name} cannot say whether it was run")
        access = self._steps.access(tool.source, timeout)
        given = FindCall(call=replace(call, name=looks.spec.name), key=key, **access.given)
        try:
            found: object = await self._steps.take(access, f"find of {tool.name}", lambda: looks.find(given))
            if not (found is None or isinstance(found, ToolOutcome)):
                raise ProtocolError(f"{tool.name} finds a {type(found).__name__}, not a ToolOutcome")
        except InterlockError as error:
            found = ToolOutcome(outcome="unknown", content=error.message, error=error)
        return None if found is None else self._steps.masked(access, found)

    async def reach(
        self, connector: str, what: str, step: Callable[[Connector, ToolsCall], Awaitable[T]]
    ) -> T:
        """What a connector's own verbs ask of it, beside its tools: `step` is given the open connector and a
        way out that ends with it. `what` names it in errors and in the log.

        Raises:
            NoLongerAllowed: the constraints forbid the connector, or it lacks something; no connector is
                called so.
            InterlockError: whatever the step raises, as one of ours, the connector's secrets masked.
        """
        source = next((each for each in self._sources if each.id == connector), None)
        if source is None:
            raise NoLongerAllowed(f"there is no connector {connector!r}")
        self._recheck(source, None)
        access = self._steps.access(source)
        given = ToolsCall(**access.given)
        return await self._steps.take(access, what, lambda: step(self._sources.connector(connector), given))

    def _recheck(self, source: ToolSource, constraints: Constraints | None) -> None:
        """Once more, just before a permit is minted; tighter constraints may have come."""
        why = self._why_not(source)
        if why is None and constraints is not None:
            check_levels(self._policies, constraints)
            why = self._objection(source, self._constraints.tightened(constraints))
        if why is not None:
            error = NoLongerAllowed(f"{source.id} may not be used: {why}")
            error.deployment = source.id
            raise error

    def _why_not(self, source: ToolSource) -> str | None:
        return self._objection(source, self._constraints) or source.lacks or None

    def _objection(self, source: ToolSource, constraints: Constraints) -> str | None:
        why = self._objection_to(source.destination, source.vendors, constraints)
        if why is None and (issuer := source.issuer) is not None:
            why = self._objection_to(issuer, (), constraints)
            return why and f"its tokens come from {issuer.base_url}: {why}"
        return why

    def _objection_to(
        self, destination: Destination, vendors: tuple[str, ...], constraints: Constraints
    ) -> str | None:
        said = None
        if self._policies is not None:
            said = self._policies.objection(destination, vendors, constraints.sensitivity)
        return said or objection(destination, vendors, constraints)

    def _asked(
        self,
        tool: OfferedTool,
        call: ToolCall,
        *,
        run: str = "",
        step: str = "",
        preview: Preview | None = None,
    ) -> ApprovalRequest:
        return asking(
            tool.tool,
            call,
            self._policy,
            connector=tool.connector,
            version=tool.source.version,
            preview=preview,
            run=run,
            step=step,
        )

    async def _preview(self, tool: OfferedTool, call: ToolCall) -> Preview | None:
        shows = tool.tool
        if not isinstance(shows, PreviewingTool):
            return None
        access = self._steps.access(tool.source)
        given = PreviewCall(call=replace(call, name=shows.spec.name), **access.given)
        return await self._steps.take(access, f"the preview of {tool.name}", lambda: shows.preview(given))

    async def _names(self) -> ToolNames:
        return await self._listing.names(self._allowed())

    def _allowed(self) -> Sequence[ToolSource]:
        return [each for each in self._sources if self._why_not(each) is None]

    async def _ran(self, tool: OfferedTool, access: ToolStep, given: ToolRun) -> ToolOutcome:
        try:
            outcome: object = await self._steps.take(access, tool.name, lambda: tool.tool.run(given))
            if not isinstance(outcome, ToolOutcome):
                raise ProtocolError(f"{tool.name} gives a {type(outcome).__name__}, not a ToolOutcome")
        except InterlockError as error:
            outcome = raised(access, error, reads=self.effect_of(tool).effect == "read")
        if outcome.outcome == "unknown" and self.effect_of(tool).effect == "read":
            outcome = replace(outcome, outcome="refused")  # what only reads has done nothing, whatever came
        return self._steps.masked(access, outcome)
