"""A process of the server that a test runs within its own."""

import asyncio
import os
import signal
import socket

import pytest

from interlock_server.operation import process as processes
from interlock_server.operation.lines import Lines
from interlock_server.operation.process import Process
from server_toys import Client, Toy


class Run:
    """A process of the server within this one, on a loop that it shares with the test."""

    def __init__(self, toy, lines):
        self.toy, self.lines = toy, lines
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = self.listening.getsockname()
        self.process = Process(toy, lines)
        self.ready = asyncio.Event()
        self.task = asyncio.ensure_future(self.process.alone(self.listening, self.ready.set))

    def signal(self, which=signal.SIGTERM):
        os.kill(os.getpid(), which)

    async def ended(self, within=10.0):
        async with asyncio.timeout(within):
            return await self.task


@pytest.fixture
def said(tmp_path):
    """A descriptor for lines, and what was written there."""
    path = tmp_path / "lines"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    yield descriptor, path.read_text
    os.close(descriptor)


@pytest.fixture
async def run(tmp_path, said, monkeypatch):
    monkeypatch.setattr(processes, "LOOKING", 0.05)
    file = tmp_path / "says.txt"
    file.write_text("one")
    lines = Lines(said[0])
    found = Run(Toy(file), lines)
    await found.ready.wait()
    yield found
    if not found.task.done():
        found.signal()
        await found.ended()
    lines.close()
    Client.close_all()
