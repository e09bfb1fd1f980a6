"""The clock on which deadlines of effects stand."""

import time


def elapsed() -> float:
    """Seconds on a clock that nobody sets, and that goes on while the process is stopped.

    It goes on while the machine sleeps, too, where the system has such a clock: what was to be sent before
    the lid was closed is not sent after it is opened. It is not to be compared with `time.monotonic`.
    """
    return _elapsed()


_AWAKE_OR_NOT = getattr(time, "CLOCK_BOOTTIME", None)


def _asleep_too() -> float:
    return time.clock_gettime(_AWAKE_OR_NOT)  # type: ignore[arg-type]  # used where there is one


_elapsed = time.monotonic if _AWAKE_OR_NOT is None else _asleep_too
