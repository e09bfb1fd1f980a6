"""A server's process: how it is started, with which environment, and how it and its children are ended."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from interlock import ConnectionFailed
from interlock.types.models import Secret

_INHERITED = ("PATH", "HOME")
# Without these, few programs start there.
_ON_WINDOWS = (
    "PATH",
    "PATHEXT",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "TEMP",
)
_PATIENCE = 2.0  # seconds, for a server to end by itself, and once more after it was told to
_STEP = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What is started, and where. `name` is the connector's id, for errors."""

    name: str
    command: str
    args: tuple[str | Secret, ...] = field(default=(), repr=False)
    env: Mapping[str, str | Secret] = field(default_factory=dict, repr=False)
    cwd: Path | None = None

    def start(self) -> "subprocess.Popen[bytes]":
        """The process, in a group of its own. It blocks. Raises ConnectionFailed, which says what to do."""
        env = self._environment()
        program = shutil.which(self.command, path=env.get("PATH"))
        if program is None:
            raise self._failed(f"there is no program {self.command!r} on the PATH that it is given")
        try:
            return subprocess.Popen(  # noqa: S603 - it is the user who names what is started
                # Whole, for a folder of its own would be where a relative one begins.
                [os.path.abspath(program), *map(_plain, self.args)],  # noqa: PTH100 - keeps links as they are
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=env,
                cwd=self.cwd,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise self._failed(getattr(error, "strerror", None) or "its arguments cannot be given") from None

    def _environment(self) -> dict[str, str]:
        names = _ON_WINDOWS if sys.platform == "win32" else _INHERITED
        inherited = {name: os.environ[name] for name in names if name in os.environ}
        return inherited | {name: _plain(value) for name, value in self.env.items()}

    def _failed(self, why: str) -> ConnectionFailed:
        return unsent(ConnectionFailed(f"the server {self.name!r} cannot be started: {why}"))


def unsent(error: ConnectionFailed) -> ConnectionFailed:
    """The error as one before which nothing was sent."""
    error.unsent = True
    return error


def end(process: "subprocess.Popen[bytes]", *, gently: bool) -> int | None:
    """End a process and whatever it has started; its exit code, None where it will not end. It blocks.

    `gently`, its input is closed first, as MCP has it, and it is told before it is killed: at most four
    seconds. Its output must be read meanwhile, or be of no interest.
    """
    with suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
    if gently and not _ended(process, _PATIENCE):
        _signal(process, signal.SIGTERM)
        _ended(process, _PATIENCE)
    # The group may outlive the process that has led it.
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    _ended(process, _PATIENCE)
    return process.returncode


def _ended(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    # No `wait` with a timeout: two threads may end one process, and would wait for each other.
    until = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() >= until:
            return False
        time.sleep(_STEP)
    return True


def _signal(process: "subprocess.Popen[bytes]", number: int) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, number)


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value
