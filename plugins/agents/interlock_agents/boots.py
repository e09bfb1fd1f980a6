"""Which start of which machine this is: times on its monotonic clock are compared within one alone."""

from functools import cache
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot() -> str:
    """The same for all processes since the machine was started; empty where the system does not say."""
    try:
        return _BOOT.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
