"""What tells people that something waits for them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from interlock.types.tools import ToolEffect

NoticeKind = Literal["approval", "unknown"]
"""`approval`: somebody has to agree to a run of a tool. `unknown`: somebody has to find out whether one has
happened.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What waits, without what a stranger should not read. Times are seconds since the epoch.

    Attributes:
        id: of the request, or of the effect whose outcome is unknown: what `interlock agent approve` takes.
        effect: the id of the effect.
        does: what the run does outside.
        asked_at: since when it waits.
        until: of a request, when nobody's answer becomes a denial; of an effect in doubt, until when it may
            still happen. None where neither is so.
        link: where it can be answered; empty where no page is known.
        shown: the arguments as a person sees them, for notifiers that were asked to tell them; None else.
    """

    kind: NoticeKind
    id: str
    tool: str
    does: ToolEffect
    effect: str
    run: str = ""
    step: str = ""
    asked_at: float = 0.0
    until: float | None = None
    link: str = ""
    shown: str | None = field(default=None, repr=False)

    def plain(self) -> dict[str, Any]:
        """The same as JSON, without arguments that are not told."""
        told = {
            "kind": self.kind,
            "id": self.id,
            "tool": self.tool,
            "does": self.does,
            "effect": self.effect,
            "run": self.run,
            "step": self.step,
            "asked_at": self.asked_at,
            "until": self.until,
            "link": self.link,
        }
        return told if self.shown is None else told | {"arguments": self.shown}


@runtime_checkable
class Notifier(Protocol):
    """Tells somebody. Safe to use from several event loops and threads at once.

    Attributes:
        name: for whoever reads that it failed; without a secret.
        arguments: whether it is to be given the arguments, too.
    """

    api: int
    name: str
    arguments: bool

    async def notify(self, notice: Notice) -> None:
        """Tell it. The same notice may come again, after a crash.

        Raises:
            InterlockError: it could not be told; it is tried again with the next one, and nobody waits.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifierCall:
    """What a notifier is made with.

    Attributes:
        url: as it was configured; it may hold a secret.
        folder: where a relative path in it begins.
        arguments: whether it is to tell the arguments, too.
    """

    url: str = field(repr=False)
    folder: Path = field(default_factory=Path)
    arguments: bool = False


@runtime_checkable
class NotifierKind(Protocol):
    """A kind of notifier, in the entry-point group `interlock_agents.notifiers`; its scheme chooses it."""

    api: int
    name: str
    schemes: tuple[str, ...]

    def open(self, call: NotifierCall) -> Notifier:
        """The notifier; it does no I/O.

        Raises:
            RequestError: without the URL, for one that it cannot use.
        """
        ...
