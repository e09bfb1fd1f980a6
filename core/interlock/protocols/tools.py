"""What a model may ask for: what does it, looks for it, shows it beforehand, takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Protocol, runtime_checkable

from interlock.errors import PermitError
from interlock.protocols.providers import Sender
from interlock.types.approvals import Grant
from interlock.types.clocks import elapsed
from interlock.types.messages import ToolCall
from interlock.types.models import Destination
from interlock.types.permit import Permit
from interlock.types.request import ToolSpec
from interlock.types.tools import Preview, Repeat, ToolEffect, ToolOutcome
from interlock.types.wire import HttpReply, HttpRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A way out, and until when.

    `http` sends to `destination` what `permit` covers, and is the one way out: neither a tool nor a connector
    brings an HTTP client of its own. What works in the process needs neither.

    Attributes:
        deadline: in seconds, on the clock of `interlock.types.clocks.elapsed`, which no pause of the process
            stops. Nothing is sent after it: `http` looks at the permit's in the step that writes the request.
        issuer: the way to the authorization server that the user names for the connector, with a permit of
            its own; None where there is none. Questions and small forms go there, nothing of a run's call.
    """

    deadline: float = inf
    http: Sender | None = None
    permit: Permit | None = None
    destination: Destination | None = None
    issuer: "Access | None" = None

    @property
    def left(self) -> float:
        """Seconds until the deadline, never below 0."""
        return max(0.0, self.deadline - elapsed())

    async def send(self, request: HttpRequest) -> HttpReply:
        """The whole reply to a request, whatever its status but 3xx.

        Raises ProviderError and PermitError alone, the latter where there is no way out, too.
        """
        if self.http is None or self.permit is None or self.destination is None:
            raise PermitError("nothing may be sent from here: it works in the process")
        return await self.http.send(request, self.permit, self.destination)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAccess(Access):
    """What a tool is given whatever it is asked to do."""

    call: ToolCall
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun(ToolAccess):
    """One run, to be done once.

    Attributes:
        key: names the effect, not the attempt: a run that is repeated has the same one. It goes out as
            the service's idempotency key, as an id that the caller may choose, or as a mark for `find`.
        grant: the consent under which it runs, checked already; None where none was needed.
    """

    key: str
    grant: Grant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindCall(ToolAccess):
    """`call` and `key` are those of the run that is looked for."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewCall(ToolAccess):
    """`call` is what would be run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoCall(ToolRun):
    """`call` and `receipt` are those of the run to take back; `key` and `grant` are the undoing's own."""

    receipt: Mapping[str, Any]


@runtime_checkable
class Tool(Protocol):
    """Something a model may ask for.

    Attributes:
        effect: what a run does outside: read, write, destructive or irreversible. The user's policy may say
            otherwise, and then it holds.
        repeat: what may follow a run of which nobody knows whether it happened.
        settles_within: seconds after which a run that was sent has happened or never will, and reads show it.
            That `find` sees nothing counts only then.
    """

    api: int
    spec: ToolSpec
    effect: ToolEffect
    repeat: Repeat
    settles_within: float

    async def run(self, run: ToolRun) -> ToolOutcome:
        """Do it, once: nothing is sent twice, by no client's retries either.

        What goes wrong is an outcome, wrong arguments too: `refused` where it is certain that nothing
        happened and nothing will, else `unknown`. Whatever it raises counts as `unknown`. Cancellation
        passes.
        """
        ...


@runtime_checkable
class FindingTool(Tool, Protocol):
    """A tool that can say whether a run of it has happened, for the way `read` or a key too old."""

    async def find(self, call: FindCall) -> ToolOutcome | None:
        """What the run with that key has come to; None when there is no sign of it.

        It is read where writes are seen at once, in a list or by the key; never in a search index.
        """
        ...


@runtime_checkable
class PreviewingTool(Tool, Protocol):
    """A tool that can say beforehand what a run would do."""

    async def preview(self, call: PreviewCall) -> Preview:
        """What it would do, as things stand. Changes nothing."""
        ...


@runtime_checkable
class UndoingTool(Tool, Protocol):
    """A tool whose runs can be taken back. To undo is an effect of its own, with a key of its own."""

    async def undo(self, call: UndoCall) -> ToolOutcome:
        """Take back the run that the call tells of."""


@runtime_checkable
class ForwardingTool(Tool, Protocol):
    """A tool by which others of its connector are asked for, such as those that are too many to be listed.

    A toolbox runs the tool that is meant, and asks the policy, the person and the log about that one. What
    this one declares holds where something runs it as it stands.
    """

    def forward(self, call: ToolCall) -> ToolCall:
        """The call of the tool that is meant, by that tool's own name. It does no I/O, and gives the same
        each time.

        Raises UnknownTool where the call does not say which, or there is none.
        """
        ...


@runtime_checkable
class GrantBook(Protocol):
    """Remembers which grants have been used."""

    async def consume(self, grant: Grant) -> bool:
        """Use it. True once for each id, whoever asks at the same time, and only while it lasts.

        Its clock never goes back: an expired grant stays expired when the machine's clock is set back.
        """
        ...
