"""Which guardrails stand on either side of a call, and in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Literal, Self

from interlock.protocols import GUARDRAIL_TIMEOUT, Guardrail

OUT = frozenset({"request", "tool_result"})
OnError = Literal["block", "pass"]
BACK = frozenset({"answer", "tool_arguments"})


class Side:
    """Those of one side: first those that rewrite, each given what the last one has left, then those that
    only look, the quick ones before those that are awaited.
    """

    def __init__(self, guardrails: Iterable[Guardrail], phases: frozenset[str]) -> None:
        mine = [each for each in guardrails if each.phases & phases]
        self.rewriting: Sequence[Guardrail] = [each for each in mine if rewrites(each)]
        looking = [each for each in mine if not rewrites(each)]
        self.looking: Sequence[Guardrail] = [each for each in looking if not awaited(each)]
        self.awaited: Sequence[Guardrail] = [each for each in looking if awaited(each)]

        self.asks = any(awaited(each) for each in mine)

    def __bool__(self) -> bool:
        return bool(self.rewriting or self.looking or self.awaited)


def rewrites(guardrail: Guardrail) -> bool:
    return bool(getattr(guardrail, "rewrites", False))


def awaited(guardrail: Guardrail) -> bool:
    return iscoroutinefunction(guardrail.inspect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a guardrail is asked: for so many seconds, if it is awaited, and what follows where it fails."""

    timeout: float
    on_error: OnError

    @classmethod
    def of(cls, guardrail: Guardrail, timeout: float | None = None, on_error: OnError | None = None) -> Self:
        """What is given, else as the guardrail has it."""
        own: OnError = "pass" if getattr(guardrail, "on_error", "block") == "pass" else "block"
        seconds = getattr(guardrail, "timeout", GUARDRAIL_TIMEOUT)
        return cls(timeout=seconds if timeout is None else timeout, on_error=on_error or own)
