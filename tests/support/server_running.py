"""The endpoint as `interlock serve` runs it: in this process, on the loop of a test, or as a program."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import yaml

from interlock_server.operation.lines import Lines
from interlock_server.operation.listening import listen
from interlock_server.operation.process import Process
from interlock_server.operation.router_service import RouterService
from server_stage import Client

PATIENCE = 60.0
# What the endpoint can do without, and what takes long to load.
NEEDLESS = (
    *("agents", "anthropic", "audit", "bedrock", "dbos", "drill", "embeddings", "evaluation", "github"),
    *("google", "governance", "guardrails", "jira", "judge", "local", "mcp", "openapi", "panels"),
    *("presidio", "privacy", "salesforce", "sap", "slack"),
)


class Running:
    """A server on the loop of whoever runs it. `ask` runs a client's calls beside it."""

    def __init__(self, config: Path, **given: Any) -> None:
        self.config = config
        self._path = config.with_name(f"lines-{time.time_ns()}")
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY)
        self.lines = Lines(self._descriptor, as_json=True)
        self.service = RouterService(str(config), host="127.0.0.1", lines=self.lines, **given)
        self.process = Process(self.service, self.lines)
        self._listening = listen("127.0.0.1", 0)
        self.client = Client(self._listening.getsockname()[1])
        self._task: asyncio.Task[Any] | None = None

    async def start(self) -> None:
        ready = asyncio.Event()
        self._task = asyncio.ensure_future(self.process.alone(self._listening, ready.set))
        async with asyncio.timeout(PATIENCE):
            await ready.wait()

    async def stop(self) -> None:
        assert self._task is not None
        if not self._task.done():
            os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            await self._task
        self.lines.close()
        os.close(self._descriptor)

    async def ask(self, what: Any, *arguments: Any, **named: Any) -> Any:
        return await asyncio.to_thread(what, *arguments, **named)

    async def written(self, many: int = 0) -> list[dict[str, Any]]:
        """The lines so far, once there are so many."""
        due = time.monotonic() + 10
        while True:
            found = [json.loads(line) for line in self._path.read_text("utf-8").splitlines()]
            if len(found) >= many:
                return found
            assert time.monotonic() < due, found
            await asyncio.sleep(0.02)


@asynccontextmanager
async def run_in_process(config: Path, **given: Any) -> AsyncIterator[Running]:
    running = Running(config, **given)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


def write(folder: Path, configuration: dict[str, Any]) -> Path:
    """A configuration's file, replaced at once."""
    path, beside = folder / "interlock.yaml", folder / "interlock.new"
    beside.write_text(yaml.safe_dump(configuration), "utf-8")
    beside.replace(path)
    return path


class Program:
    """`interlock serve`, with what it printed."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self.process, self._folder = process, folder
        self.url = ""

    @property
    def client(self) -> Client:
        return Client(int(self.url.rpartition(":")[2]))

    @property
    def errors(self) -> str:
        return (self._folder / "stderr").read_text("utf-8")

    def ended(self) -> int:
        return self.process.wait(PATIENCE)


@contextmanager
def program(folder: Path, *arguments: str, **environ: str) -> Iterator[Program]:
    """It runs in `folder`, without plugins that the endpoint does not need; `url` is what it printed."""
    command = [sys.executable, "-c", "from interlock.cli import main; main()", "serve", *arguments]
    with (folder / "stderr").open("w") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "INTERLOCK_DISABLED_PLUGINS": ",".join(NEEDLESS), **environ},
            start_new_session=True,
        )
        found = Program(process, folder)
        try:
            assert process.stdout is not None
            found.url = process.stdout.readline().strip()
            yield found
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()
                process.stdout.close()
