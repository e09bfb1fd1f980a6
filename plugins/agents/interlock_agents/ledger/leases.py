"""How long an effect is somebody's, on two clocks: the store's, and one that nobody sets.

The second is compared on the same machine alone. There no clock that is set forward lets anybody take over
what its owner may still send; and whose process has ended sends nothing any more.
"""

from dataclasses import dataclass
from typing import Any

from interlock_agents.boots import has_ended
from interlock_agents.ledger.effects import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """A moment.

    Attributes:
        at: seconds since the epoch, by the store's clock.
        boot: which start of which machine `elapsed` belongs to; empty where nobody knows.
        elapsed: seconds on the ledger's own clock, which nobody sets.
        process: which process this is, where all who share the store are on one machine; else empty.
    """

    at: float
    boot: str
    elapsed: float
    process: str = ""

    def lease(self, seconds: float) -> dict[str, Any]:
        """What an effect is changed to that is somebody's for so many seconds from now on."""
        return {
            "lease": self.at + seconds,
            "lease_boot": self.boot,
            "lease_elapsed": self.elapsed + seconds,
            "lease_process": self.process,
        }

    def left(self, effect: Effect) -> float:
        """Seconds for which the effect is still somebody's; 0 or less when it is not."""
        left = effect.lease - self.at
        if self.boot and self.boot == effect.lease_boot:
            left = max(left, effect.lease_elapsed - self.elapsed)
        if left > 0 and self.process and effect.lease_process and has_ended(effect.lease_process):
            return 0.0
        return left
