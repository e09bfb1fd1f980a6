"""What a tool does to the world, how a run of it may be repeated, and what came of one."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from math import isfinite
from typing import Any, Literal, get_args

from interlock.errors import InterlockError, RequestError
from interlock.types.canonical import digest_of, plainly
from interlock.types.messages import Audio, Document, Image, Text, ToolCall, ToolResult

ToolEffect = Literal["read", "write", "destructive", "irreversible"]
"""What a run does outside: nothing; something that adds or changes; something that takes away; something that
nobody can take back, or of which nobody knows what it is. Each is stronger than the one before.
"""

EFFECTS: tuple[ToolEffect, ...] = get_args(ToolEffect)

RepeatWay = Literal["key", "natural", "read", "none"]
WAYS: tuple[RepeatWay, ...] = get_args(RepeatWay)

ToolEnd = Literal["done", "refused", "unknown"]
RefusedBecause = Literal["refused", "not_sent", "limited", "conflict"]

_DAY = 24 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class Repeat:
    """What may follow a run of which nobody knows whether it has happened.

    Attributes:
        way: `key`: run it again with the same key, which the service heeds. `natural`: run it again, for
            twice is as good as once (a read, a PUT, a delete by id). `read`: look for its effect with `find`,
            and run it again when none is there. `none`: a person has to look.
        retention: of `key`, the seconds for which the service remembers one; a day where nobody says.

    Raises:
        RequestError: there is no such way, or a retention that is no time or that the way has none of.
    """

    way: RepeatWay
    _: KW_ONLY
    retention: float | None = None

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise RequestError(f"{self.way!r} is no way; use one of {', '.join(WAYS)}", key="repeat.way")
        if self.way == "key" and self.retention is None:
            object.__setattr__(self, "retention", _DAY)
        if self.retention is None:
            return
        if self.way != "key":
            raise RequestError(f"goes with the way key, not with {self.way}", key="repeat.retention")
        if not (isfinite(self.retention) and self.retention > 0):
            raise RequestError(f"expected seconds above 0, not {self.retention}", key="repeat.retention")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutcome:
    """What came of a run.

    A 5xx, a timeout, and a connection that broke after the first byte are `unknown` and never `refused`; so
    is a conflict over a key whose first request may be under way.

    Attributes:
        outcome: `done`: it happened, or what was asked for is in `content`. `refused`: it is certain that
            nothing happened and that nothing of this run will. `unknown`: anything else.
        content: for the model: what it asked for, or what went wrong and what to change.
        reason: of `refused`: `refused` by the tool or its service; `not_sent`, nothing has left; `limited`,
            too much was asked for in too short a time; `conflict`, somebody else had changed it.
        retry_after: seconds to wait before another run, as the service asked.
        receipt: a JSON object that names what was done, for `find`, `undo` and whoever looks for it later.
        seen: of what `find` found, how often the effect is there; more than once is an incident.
        truncated: `content` is not all of what there was; the model is told.
        more: what to ask for to get the rest, e.g. "cursor=abc"; the model is told.
        error: what the tool raised in place of an outcome, if it did; filled in by the toolbox.

    Raises:
        RequestError: there is no such outcome or reason, or the receipt is no JSON object.
    """

    outcome: ToolEnd
    content: str | tuple[Text | Image | Document | Audio, ...] = ""
    reason: RefusedBecause | None = None
    retry_after: float | None = None
    receipt: Mapping[str, Any] | None = None
    seen: int = 1
    truncated: bool = False
    more: str | None = None
    error: InterlockError | None = None

    def __post_init__(self) -> None:
        if self.outcome not in (ends := get_args(ToolEnd)):
            raise RequestError(f"{self.outcome!r} is none of {', '.join(ends)}", key="outcome")
        if not isinstance(self.content, str):
            object.__setattr__(self, "content", tuple(self.content))
        if self.reason is None and self.outcome == "refused":
            object.__setattr__(self, "reason", "refused")
        if self.reason is not None:
            self._check_reason(self.reason)
        if self.receipt is not None:
            if not isinstance(self.receipt, Mapping):
                raise RequestError(f"expected a mapping, not {type(self.receipt).__name__}", key="receipt")
            object.__setattr__(self, "receipt", plainly(self.receipt, key="receipt"))

    def result(self, call: ToolCall) -> ToolResult:
        """What the model is told of its call."""
        told: list[Any] = [self.content] if isinstance(self.content, str) else [*self.content]
        if self.truncated or self.more:
            rest = f"ask again with {self.more}" if self.more else "there is no way to the rest"
            told.append(f"\n[This is not all: {rest}.]")
        if self.outcome == "refused" and self.retry_after is not None:
            told.append(f"\n[Nothing was done. Ask again in {self.retry_after:g} s at the earliest.]")
        if self.outcome == "unknown":
            told.append("\n[Nobody knows whether this has happened. Do not ask for it again.]")
        failed = self.outcome != "done"
        if all(isinstance(part, str) for part in told):
            return ToolResult(id=call.id, name=call.name, content="".join(map(str, told)), error=failed)
        parts = tuple(Text(part) if isinstance(part, str) else part for part in told)
        return ToolResult(id=call.id, name=call.name, content=parts, error=failed)

    def _check_reason(self, reason: str) -> None:
        if reason not in (reasons := get_args(RefusedBecause)):
            raise RequestError(f"{reason!r} is none of {', '.join(reasons)}", key="reason")
        if self.outcome != "refused":
            raise RequestError(f"{reason!r} goes with the outcome refused, not {self.outcome}", key="reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a run would do.

    It holds the same for as long as the run would do the same: no time of day, no id that is made anew.

    Attributes:
        text: for the person who is to agree.
        changes: the same as JSON: what would be added, changed and taken away.
    """

    text: str
    changes: Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", plainly(self.changes, key="changes"))

    @property
    def digest(self) -> str:
        """Of text and changes: the same as long as the run would do the same."""
        return digest_of("preview", {"text": self.text, "changes": self.changes}, key="preview")
