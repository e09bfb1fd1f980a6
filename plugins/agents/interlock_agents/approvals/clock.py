"""What time it is, in a way that setting the clock back does not stretch."""

from dataclasses import dataclass

from interlock.types.clocks import elapsed
from interlock_agents.boots import boot


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time, on two clocks.

    Attributes:
        wall: seconds since the epoch, which whoever runs the machine may set.
        boot: which start of which machine `elapsed` belongs to; empty where the system does not say.
        elapsed: seconds since that start, which nobody sets.
    """

    wall: float
    boot: str = ""
    elapsed: float = 0.0

    def since(self, then: "Moment") -> float:
        """Seconds that have passed, by whichever clock says more; below 0 only where both do."""
        by_wall = self.wall - then.wall
        if self.boot and self.boot == then.boot:
            return max(by_wall, self.elapsed - then.elapsed)
        return by_wall


def moment(wall: float) -> Moment:
    """Now, which is `wall` in seconds since the epoch by the store's clock."""
    return Moment(wall=wall, boot=boot(), elapsed=elapsed())
