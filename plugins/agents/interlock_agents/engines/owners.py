"""Who works on a run: a name that another process of the same machine can tell to be gone."""

import os
import uuid
from functools import cache
from pathlib import Path

_SEPARATOR = "|"
_STARTED = 18  # the place of the time of its start in /proc/<pid>/stat, counted from behind the state


def new_owner() -> str:
    """A name of its own for each execution, which says in which process of which machine it goes on."""
    return _SEPARATOR.join((*_here(), str(os.getpid()), _started(os.getpid()), uuid.uuid4().hex))


def surely_gone(owner: str) -> bool:
    """Whether that process has run on this machine and runs no more. If nobody can tell, it is not gone."""
    parts = owner.split(_SEPARATOR)
    if tuple(parts[:2]) != _here() or not all(parts[:4]) or not parts[2:3] or not parts[2].isdecimal():
        return False
    found = _started(int(parts[2]))
    return found not in {parts[3], "hidden"}


@cache
def _here() -> tuple[str, str]:
    """This boot of the machine, and the numbering of its processes; empty where the system does not say."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return boot, str(Path("/proc/self/ns/pid").readlink())
    except (OSError, ValueError):
        return "", ""


def _started(pid: int) -> str:
    """When that process began, in ticks since the boot: numbers are given again. Empty if there is none."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "hidden" if _there(pid) else ""
    state, *rest = told.rpartition(")")[2].split()
    # What was killed and not yet waited for does nothing any more.
    return "" if state in {"Z", "X"} else rest[_STARTED]


def _there(pid: int) -> bool:
    """Of a process that others may not see, too."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
