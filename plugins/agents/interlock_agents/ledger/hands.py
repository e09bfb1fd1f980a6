"""What carries an effect out: one tool, whoever made it."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from interlock import (
    ApprovalRequest,
    Constraints,
    Grant,
    InterlockError,
    ToolCall,
    ToolOutcome,
    ToolPolicy,
)
from interlock.protocols import (
    FindCall,
    FindingTool,
    GrantBook,
    PreviewCall,
    PreviewingTool,
    Tool,
    ToolRun,
)
from interlock.tools import Classified, admit, asking, classified, digest
from interlock.types.clocks import elapsed

_HERE = "here"  # in place of a connector


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One sending of an effect.

    Attributes:
        key: names the effect to the service, the same however often it is sent.
        deadline: in seconds on the clock of `interlock.types.clocks.elapsed`. Nothing is sent after it, and
            what was sent is given up then.
        grant: the consent under which it is done; None where none was needed.
        run: the id of the run.
        step: the place in it.
    """

    call: ToolCall
    key: str
    deadline: float
    grant: Grant | None
    run: str
    step: str


@runtime_checkable
class Hands(Protocol):
    """Does what one tool does.

    Attributes:
        name: the tool's, as calls have it.
        digest: of the tool in the version that runs: see `interlock.tools.digest`.
        classified: what a run does outside, how it may be repeated, and the seconds within which it settles.
        needs_grant: whether a person has to agree to each run.
        can_find: whether `find` can say that a run has happened.
    """

    name: str
    digest: str
    classified: Classified
    needs_grant: bool
    can_find: bool

    async def ask_for(self, call: ToolCall, *, run: str, step: str) -> ApprovalRequest:
        """The run as it is put before a person."""
        ...

    async def run(self, sending: Sending) -> ToolOutcome:
        """Do it, once: nothing is sent twice, by no client's retries either.

        `refused` is an outcome of which it is certain that nothing has happened and nothing will. Whatever
        else it raises than the following counts as `unknown`. Once it has ended, cancelled or not, it sends
        nothing more: what goes on in a thread counts as time that it settles within.

        Raises:
            ApprovalNeeded: a person has to agree first. Nothing was run, as in the other two.
            UnknownTool: the tool is not there any more.
            NoLongerAllowed: constraints forbid it.
        """
        ...

    async def find(self, call: ToolCall, *, key: str) -> ToolOutcome | None:
        """What the run with that key has come to; None when there is no sign of it; `unknown` where that
        cannot be seen. It is read where writes are seen at once, never in a search index.
        """
        ...


class ToolboxHands(Hands):
    """A tool of a router's toolbox. The toolbox was made with the ledger's `grants`."""

    def __init__(self, toolbox: Any, tool: Any, *, constraints: Constraints | None = None) -> None:
        """`tool` is what `await toolbox.tool(name)` gives, `constraints` are tighter than the toolbox's."""
        self._toolbox = toolbox
        self._constraints = constraints
        self.name: str = tool.name
        self.digest: str = digest(tool.tool, connector=tool.connector, version=tool.source.version)
        self.classified: Classified = toolbox.effect_of(tool)
        self.needs_grant: bool = toolbox.requires_grant(tool)
        self.can_find = isinstance(tool.tool, FindingTool)

    @classmethod
    async def of(cls, toolbox: Any, name: str, *, constraints: Constraints | None = None) -> "ToolboxHands":
        """Those of the tool that a model calls by that name.

        Raises:
            UnknownTool: no tool is called so.
        """
        return cls(toolbox, await toolbox.tool(name), constraints=constraints)

    async def ask_for(self, call: ToolCall, *, run: str, step: str) -> ApprovalRequest:
        asked: ApprovalRequest = await self._toolbox.asking(call, run=run, step=step)
        return asked

    async def run(self, sending: Sending) -> ToolOutcome:
        left = sending.deadline - elapsed()
        if left <= 0:
            return ToolOutcome(outcome="refused", reason="not_sent", content="its time was over")
        outcome: ToolOutcome = await self._toolbox.run(
            sending.call,
            key=sending.key,
            grant=sending.grant,
            run=sending.run,
            step=sending.step,
            constraints=self._constraints,
            timeout=left,
        )
        return outcome

    async def find(self, call: ToolCall, *, key: str) -> ToolOutcome | None:
        found: ToolOutcome | None = await self._toolbox.find(call, key=key, constraints=self._constraints)
        return found


class ToolHands(Hands):
    """A tool of this process that no router has, such as one that `tool_of` makes. It is given no way out."""

    def __init__(self, tool: Tool, *, grants: GrantBook, policy: ToolPolicy | None = None) -> None:
        """`grants` are the ledger's; `policy` is what the user says of it, whatever it says of itself."""
        self._tool = tool
        self._grants = grants
        self._policy = policy or ToolPolicy()
        self.name = tool.spec.name
        self.digest = digest(tool, connector=_HERE, version="")
        self.classified = classified(tool, self._policy, connector=_HERE)
        self.needs_grant = self._policy.requires(self.classified.effect)
        self.can_find = isinstance(tool, FindingTool)

    async def ask_for(self, call: ToolCall, *, run: str, step: str) -> ApprovalRequest:
        preview = None
        if isinstance(self._tool, PreviewingTool):
            preview = await self._tool.preview(PreviewCall(call=call))
        return asking(
            self._tool,
            call,
            self._policy,
            connector=_HERE,
            version="",
            preview=preview,
            run=run,
            step=step,
        )

    async def run(self, sending: Sending) -> ToolOutcome:
        if self.needs_grant or sending.grant is not None:
            asked = await self.ask_for(sending.call, run=sending.run, step=sending.step)
            await admit(asked, sending.grant, self._grants)
        given = ToolRun(call=sending.call, key=sending.key, grant=sending.grant, deadline=sending.deadline)
        try:
            return await self._tool.run(given)
        except InterlockError as error:
            # Whatever it says, it was run, and nobody knows how far.
            return ToolOutcome(outcome="unknown", content=error.message, error=error)

    async def find(self, call: ToolCall, *, key: str) -> ToolOutcome | None:
        if isinstance(self._tool, FindingTool):
            return await self._tool.find(FindCall(call=call, key=key))
        return ToolOutcome(outcome="unknown", content=f"{self.name} cannot say whether it was run")
