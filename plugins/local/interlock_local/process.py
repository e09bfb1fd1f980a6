"""One model server for this process and model file: started when first asked for, gone when this process is.

llama.cpp runs in a child process. Inside this one it works until something goes wrong: its threads do not
survive a fork, its teardown waits for running generations, and leaving the interpreter while it generates
crashes. A child can be ended at once, and the worst that can happen to it does not happen to the
application.
"""

import atexit
import json
import os
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from interlock import Unavailable

CONTEXT = 4096
SLOTS = 2
_PROGRAM = Path(__file__).with_name("serve.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """`address` is `http://127.0.0.1:<port>`; every request needs `key`, so that no other user gets in."""

    address: str
    key: str
    process: "subprocess.Popen[str]"

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self._close()

    def disown(self) -> None:
        """After a fork: the server is the parent's.

        Without this, our copy of the pipe would keep it alive.
        """
        self.process.returncode = 0
        self._close()

    def _close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class Servers:
    """The servers of this process, by model file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Path, Server] = {}

    def get(self, path: Path, name: str) -> Server:
        """The server for this file; blocks for about a second when it has to be started.

        Raises Unavailable.
        """
        with self._lock:
            server = self._running.get(path)
            if server is None or not server.alive:
                if server is not None:
                    server.stop()
                server = self._running[path] = start(path, name)
            return server

    def stop(self) -> None:
        with self._lock:
            running, self._running = self._running, {}
        for server in running.values():
            server.stop()

    def forked(self) -> None:
        """In the child: a lock that a thread of the parent may have held will never be released here."""
        self._lock = threading.Lock()
        running, self._running = self._running, {}
        for server in running.values():
            server.disown()


def start(path: Path, name: str) -> Server:
    key = secrets.token_urlsafe(24)
    order = {
        "path": str(path),
        "name": name,
        "key": key,
        "context": CONTEXT,
        "slots": SLOTS,
        "threads": threads(),
        "import_path": sys.path,
    }
    process = _spawn()
    reply = _exchange(process, json.dumps(order))
    if "address" not in reply:
        process.kill()
        code = process.wait()
        Server(address="", key="", process=process).stop()
        why = reply.get("error") or f"the server ended with code {code}"
        raise Unavailable(f"the local model {path.name} could not be loaded: {why}", code="local_model")
    return Server(address=reply["address"], key=key, process=process)


def _spawn() -> "subprocess.Popen[str]":
    try:
        # Its own session, so that Ctrl-C ends what the user runs and not the model under it.
        return subprocess.Popen(  # noqa: S603 - our own program, by its path
            [sys.executable, str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
    except OSError as error:
        why = f"{sys.executable or 'the interpreter'} cannot be started: {error.strerror}"
        raise Unavailable(f"the local model's server needs a Python process, and {why}") from error


def _exchange(process: "subprocess.Popen[str]", order: str) -> dict[str, str]:
    if process.stdin is None or process.stdout is None:
        raise AssertionError("both pipes were asked for")
    try:
        process.stdin.write(order + "\n")
        process.stdin.flush()
        reply = json.loads(process.stdout.readline())
    except (OSError, ValueError):
        return {}
    return reply if isinstance(reply, dict) else {}


def threads() -> int:
    """One less than there are processors, for the application's sake; one in CI, where they are shared."""
    if os.environ.get("CI"):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


SERVERS = Servers()
atexit.register(SERVERS.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SERVERS.forked)
