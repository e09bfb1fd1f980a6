"""What looks at the texts of a call on their way out and back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from interlock.types.passages import Passage
from interlock.types.request import Request
from interlock.types.response import Answer
from interlock.types.verdicts import Verdict

GUARDRAIL_TIMEOUT = 0.3
"""Seconds that an awaited guardrail has, unless it says `timeout`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardCall:
    """What passes, as the guardrails before this one have left it.

    Attributes:
        passages: the texts of the guardrail's own phases.
        request: the whole request; with an `answer`, the one that was answered.
        answer: as the model gave it, nothing restored; None on the way out.
        kept: what this guardrail has kept aside for the call so far.
        ask: asks a model of the call's own shortlist, for a guardrail that is awaited. What is asked is
            sealed by the guardrails that need not be awaited, and the answer stays so.
    """

    passages: tuple[Passage, ...]
    request: Request
    answer: Answer | None = None
    kept: Any = None
    ask: Callable[[Request], Awaitable[Answer]] | None = None


@runtime_checkable
class Guardrail(Protocol):
    """Looks at what leaves and at what comes back; may rewrite it, stop it, or have it noted.

    `phases` says what it is shown: `request` and `tool_result` on the way out, once a call; `answer` and
    `tool_arguments` on the way back, for every answer that came whole.

    It may also have, in so many words:
        rewrites = True: it may rewrite. Those that do are asked first, one after another.
        timeout: seconds, for an `inspect` that is awaited; 0.3 by default.
        on_error = "pass": where it fails or takes too long, the call goes on without it, and the record
            says so. Otherwise the call ends.
        listed = True: it is asked only where the configuration has a section of its name. The others are
            asked as soon as they are installed.
    """

    api: int
    name: str
    phases: frozenset[str]

    def inspect(self, call: GuardCall) -> Verdict | Awaitable[Verdict]:
        """The verdict; an `async def` is awaited. It may be asked more than once in a call."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreCall:
    """A text of an answer; `kept` is what this guardrail's `inspect` kept aside. Of `reasoning`, a vendor may
    want back every word.
    """

    text: str
    kept: Any = None
    kind: Literal["text", "reasoning"] = "text"


@runtime_checkable
class RestoringGuardrail(Guardrail, Protocol):
    """A guardrail that puts back in the answer what it has sealed in the request."""

    def restore(self, call: RestoreCall) -> str:
        """The text as the caller is to have it. Asked for an answer's text as a whole, for its reasoning as a
        whole, and for each text in a tool call's arguments; more than once, and changes nothing.
        """
        ...


@runtime_checkable
class SensingGuardrail(Guardrail, Protocol):
    """A guardrail that says what kinds of personal data texts hold, before it is decided where they may go.

    Both are synchronous and say the same of the same. They are asked where the configuration's policies want
    to know; of long texts in a thread and in pieces that overlap. Whatever one
    raises counts as everything found and nothing sealable.

    It may also have `kinds`, a frozenset of all that it can find: a configuration that names another is
    refused.
    """

    def kinds_of(self, passages: tuple[Passage, ...]) -> frozenset[str]:
        """The names of the kinds, such as `email`; never what was found."""
        ...

    def sealable(self, kinds: frozenset[str]) -> bool:
        """Whether its `inspect` seals all that `kinds_of` finds of all these kinds, where it may rewrite."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCall:
    """The text of one kind that has come and has not left yet. `final` says that there is no more of it.

    `carried` is what the guardrail's last Release of the same text carried, and None at its beginning.
    """

    text: str
    kind: Literal["text", "reasoning"] = "text"
    final: bool = False
    kept: Any = None
    carried: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The first `upto` characters may leave: as `text`, or as they are. A `verdict` may stop the answer.

    What is `carried` is given back with the next piece of the same text, such as a count of what has left.
    """

    upto: int
    text: str | None = None
    verdict: Verdict | None = None
    carried: Any = field(default=None, repr=False)


@runtime_checkable
class StreamingGuardrail(Guardrail, Protocol):
    """A guardrail that lets an answer leave while it is still coming."""

    def release(self, call: ReleaseCall) -> Release:
        """How much may leave now. What leaves, put together, is what the guardrail makes of the whole: what
        `restore` gives, what `inspect` rewrites. All of it leaves when the text is `final`.
        """
        ...
