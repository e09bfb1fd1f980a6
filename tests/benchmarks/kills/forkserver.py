"""Processes that are born with everything imported, live one life of a run, and are killed.

    python forkserver.py <module>      imports the module once; each line of its input is one life

A life is JSON, given to the module's `live` in a fork of this process; its exit code is what `live` returns.
A module's `prepare`, where it has one, is given it before the fork.
Two keys are for the one who forks: `kill_after` kills it so many seconds later, `log` is the file that its
output goes to. A life that stops itself is reported as stopped, and goes on at the next line.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

FAILED = 70
HERE = Path(__file__).parent


class Ended(NamedTuple):
    """How a life went: its exit code, or that it was killed, or that it has stopped itself and may go on."""

    code: int
    killed: bool
    stopped: bool


class ForkServer:
    """One life at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def live(self, life: Mapping[str, Any]) -> Ended:
        """Live a life to its end, or until it stops itself."""
        self.begin(life)
        return self.end()

    def begin(self, life: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(dict(life)) + "\n")
        self._process.stdin.flush()

    def end(self) -> Ended:
        return Ended(**json.loads(self._read()))

    def go_on(self) -> Ended:
        """Let a life that has stopped itself go on, to its end."""
        return self.live({})

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the fork server ended with {self._process.wait(10)}")
        return line


@contextmanager
def fork_server(
    module: str, *, python: Sequence[str] = (sys.executable,), env: Mapping[str, str] | None = None
) -> Iterator[ForkServer]:
    """A fork server for `live` of a module beside this one. `python` is the command that runs a script."""
    command = [*python, str(Path(__file__)), module]
    given = {**os.environ, **(env or {})}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=given)
    with process:
        assert process.stdin is not None
        try:
            yield ForkServer(process)
        finally:
            process.stdin.close()
            process.wait(30)


def serve(module: str) -> None:
    driver = importlib.import_module(module)
    prepare = getattr(driver, "prepare", None)
    stopped = 0
    for line in sys.stdin:
        life = json.loads(line)
        if stopped:
            os.kill(stopped, signal.SIGCONT)
        elif prepare is not None:
            prepare(life)
        pid = stopped or _born(driver.live, life)
        after = life.get("kill_after")
        if after is not None:
            _kill_after(pid, after)
        _, status = os.waitpid(pid, os.WUNTRACED)
        stopped = pid if os.WIFSTOPPED(status) else 0
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1
        print(json.dumps({"code": code, "killed": killed, "stopped": bool(stopped)}), flush=True)
    if stopped:
        os.kill(stopped, signal.SIGKILL)
    os._exit(0)


def _kill_after(pid: int, seconds: float) -> None:
    """Kill it then, or see it end or stop before. Nobody else waits for it, so the pid stays its own."""
    due = time.monotonic() + seconds
    while time.monotonic() < due:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)


def _born(live: Any, life: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = FAILED
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        log = os.open(life["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for old, new in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(old, new)
        code = live(life)
    except BaseException:  # noqa: BLE001 - it is told, and this process ends here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE / "baselines"))
    serve(sys.argv[1])
