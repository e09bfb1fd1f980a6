"""Which start of which machine this is, and which process of it: within them, times and leases compare."""

import os
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@cache
def boot() -> str:
    """The same for all processes since the machine was started; empty where the system does not say."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def process() -> str:
    """Names this process among all that this machine ever runs; empty where the system does not say."""
    return _named(os.getpid())


def has_ended(name: str) -> bool:
    """Whether the process of that name has ended, for certain. One of another machine or another container
    may be alive, for all that anybody knows here.
    """
    where, _, rest = name.rpartition(" pid ")
    pid, _, began = rest.partition(" ")
    if not where or where != _where(os.getpid()) or not (pid.isdecimal() and began.isdecimal()):
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # somebody else's, or no process's number
        return False
    return _began(int(pid)) not in (began, "")


@cache
def _named(pid: int) -> str:
    """By when it began, too: numbers of processes are used again."""
    where, began = _where(pid), _began(pid)
    return f"{where} pid {pid} {began}" if where and began else ""


@cache
def _where(pid: int) -> str:
    """The machine of this process, and what numbers its processes."""
    try:
        return f"{boot()} {(_PROC / str(pid) / 'ns/pid').readlink()}" if boot() else ""
    except OSError:
        return ""


def _began(pid: int) -> str:
    """In ticks since the machine was started; empty where that cannot be seen."""
    try:
        state, *rest = (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        # What was killed and not yet waited for does nothing any more.
        return "ended" if state in {"Z", "X"} else rest[18]
    except (OSError, ValueError, IndexError):
        return ""
