"""What is tried when a way of doing a node has failed: each rung once, none while an effect is open."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from interlock_agents.running.diagnosing import Diagnosis, Fault

Rung = Literal["repair", "wait", "other_endpoint", "other_tool", "other_model", "split", "person"]
RUNGS: tuple[Rung, ...] = (
    "repair",
    "wait",
    "other_endpoint",
    "other_tool",
    "other_model",
    "split",
    "person",
)
LONGEST_WAIT = 60.0
"""Seconds; who asks for more patience is left for another endpoint."""
_FIRST_WAIT = 1.0

_SETTLED: tuple[Fault, ...] = ("declined", "stopped")
"""Whoever decides about it has decided."""

_BY_FAULT: Mapping[Fault, tuple[Rung, ...]] = {
    "input": ("repair",),
    "limited": ("wait", "other_endpoint", "other_model"),
    "tool": ("other_tool", "other_model"),
    "content": ("other_model", "other_tool"),
    "large": ("split", "other_model"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What there is for a node.

    Attributes:
        calls_tool: it is one call of a tool, and not a model's affair.
        reads: that tool only reads.
        alternatives: tools with the same output that have not been tried.
        models: other deployments of the shortlist that have not been tried.
        divides: what it works on can be cut into parts.
        repairs: there is a model that may put arguments into another form.
        asks: a person is asked at the end.
    """

    calls_tool: bool
    reads: bool = True
    alternatives: int = 0
    models: int = 0
    divides: bool = False
    repairs: bool = True
    asks: bool = False


def next_rung(
    diagnosis: Diagnosis, ways: Ways, used: Collection[str], *, blocked: bool, tries_left: bool = True
) -> Rung | None:
    """The next rung; None when the node has failed for good.

    `used` are the rungs that the node has stood on, whatever for. While `blocked`, an effect of the node may
    still happen, and nothing else is tried.
    """
    if blocked or diagnosis.fault in _SETTLED:
        return None
    rungs = _BY_FAULT.get(diagnosis.fault, ()) if tries_left else ()
    for rung in (*rungs, "person"):
        if rung not in used and _possible(rung, diagnosis, ways):
            return rung
    return None


def wait_for(diagnosis: Diagnosis) -> float:
    """Seconds to wait before the same is tried again."""
    return _FIRST_WAIT if diagnosis.retry_after is None else max(0.0, diagnosis.retry_after)


def _possible(rung: str, diagnosis: Diagnosis, ways: Ways) -> bool:
    possible = {
        "repair": ways.repairs or not ways.calls_tool,
        "wait": wait_for(diagnosis) <= LONGEST_WAIT,
        "other_endpoint": ways.calls_tool and ways.reads and ways.alternatives > 0,
        "other_tool": ways.calls_tool and ways.alternatives > 0,
        "other_model": not ways.calls_tool and ways.models > 0,
        "split": not ways.calls_tool and ways.divides,
        "person": ways.asks,
    }
    return possible[rung]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """One way of doing a node, kept before it begins.

    Attributes:
        number: from 1; part of every place.
        rung: how it differs from the one before; None of the first.
        why: what was wrong with the one before.
        wait: seconds before it begins.
        tool: in place of the node's.
        arguments: in place of the node's, as they were refused.
        avoid: deployments that are not asked.
    """

    number: int = 1
    rung: Rung | None = None
    why: str = ""
    wait: float = 0.0
    tool: str | None = None
    arguments: Mapping[str, Any] | None = None
    avoid: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "number": self.number,
            "rung": self.rung,
            "why": self.why,
            "wait": self.wait,
            "tool": self.tool,
            "arguments": None if self.arguments is None else dict(self.arguments),
            "avoid": list(self.avoid),
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Approach":
        """Out of what `plain` gave."""
        return cls(**{**plain, "avoid": tuple(plain.get("avoid", ()))})
