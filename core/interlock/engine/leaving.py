"""What ends an attempt that nobody waits for any more. In the engine alone: nobody is told."""

from interlock.errors import InterlockError
from interlock.types.records import LEFT


class Cancelled(InterlockError):
    """The attempt was cancelled: nothing is wrong with it, or with whom it asked."""


class LostRace(Cancelled):
    """It was cancelled because its race was over."""


def left() -> Cancelled:
    """The caller has left: its task was cancelled, or its stream was not read to the end."""
    return Cancelled(LEFT)
