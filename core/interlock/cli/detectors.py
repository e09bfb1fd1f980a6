"""Whether the detectors that guardrails ask can look for anything."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from interlock.logs import redact
from interlock.plugins.running import attempt, cause

if TYPE_CHECKING:
    from interlock.assembly import Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorState:
    """What is known of one detector. `next_step` says what is missing, and is empty when it is ready."""

    name: str
    kinds: tuple[str, ...]
    next_step: str = ""

    @property
    def ready(self) -> bool:
        return not self.next_step


def examine_detectors(wiring: "Wiring") -> list[DetectorState]:
    """Those that some guardrail names, in that order; nothing is loaded."""
    from interlock.assembly.detectors import in_use

    return [
        DetectorState(name=name, kinds=tuple(sorted(each.kinds)), next_step=_lacks(each))
        for name, each in in_use(wiring.offers).items()
    ]


def _lacks(detector: object) -> str:
    ask = getattr(detector, "lacks", None)
    if ask is None:
        return ""
    said, raised = attempt(lambda: str(ask() or ""))
    return f"asked what it lacks, it raised {cause(raised)}" if raised is not None else redact(said or "")
