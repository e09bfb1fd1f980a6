"""Several processes on one socket, real ones."""

import asyncio
import collections
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

import server_toys
from interlock import RequestError
from interlock_server.operation.listening import Places, listen
from interlock_server.operation.supervisor import Supervisor
from server_toys import Client, asked, until

COMMAND = [sys.executable, "-P", server_toys.__file__]


class Several:
    def __init__(self, file, count=2, command=COMMAND):
        self.places = Places("127.0.0.1", 0, count)
        self.address = ("127.0.0.1", int(self.places.url.rpartition(":")[2]))
        self.said = []
        self.ready = asyncio.Event()
        self.supervisor = Supervisor(
            command,
            {"file": str(file)},
            self.places,
            count=count,
            say=self.said.append,
        )
        self.task = asyncio.ensure_future(self.supervisor.run(self.ready.set))

    async def pids(self, many=40):
        """Of those who answer."""
        return {int(await asked(self.address, "/pid")) for _ in range(many)}

    async def ended(self):
        async with asyncio.timeout(15):
            return await self.task


def children_of(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def lives(pid):
    return Path("/proc", pid).exists()


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if "tests" in path))
    found = tmp_path / "says.txt"
    found.write_text("one")
    return found


@pytest.fixture
async def several(file):
    found = Several(file)
    async with asyncio.timeout(20):
        await found.ready.wait()
    yield found
    if not found.task.done():
        found.supervisor.stop()
        assert await found.ended() == 0
    Client.close_all()


async def test_all_of_them_answer_and_end_without_breaking_what_is_under_way(several):
    assert len(await several.pids()) == 2
    clients = [await Client.to(several.address) for _ in range(6)]
    for each in clients:
        await each.ask("/pieces?6")
        await each.head()
    several.supervisor.stop()
    answers = await asyncio.gather(*(each._reader.read() for each in clients))
    assert await several.ended() == 0
    assert all(each.endswith(b"one\r\n0\r\n\r\n") for each in answers)
    with pytest.raises(OSError):
        await Client.to(several.address)


async def test_connections_that_come_at_once_are_dealt_out(several):
    """Were they taken from one socket, whoever wakes first would have nearly all of them, for good."""
    clients = await asyncio.gather(*(Client.to(several.address) for _ in range(64)))
    taken = collections.Counter([await each.get("/pid") for each in clients])
    assert len(taken) == 2
    assert min(taken.values()) >= 12, taken


def test_a_port_that_others_serve_is_taken_even_where_they_would_share_it():
    others = Places("127.0.0.1", 0, 2)
    port = int(others.url.rpartition(":")[2])
    for again in (lambda: Places("127.0.0.1", port, 2), lambda: listen("127.0.0.1", port)):
        with pytest.raises(RequestError, match="--port"):
            again()
    others.close()


async def test_one_that_dies_is_replaced(several):
    before = await several.pids()
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        await asked(several.address, "/kill")

    async def another():
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            now = await several.pids(10)
            return len(now) == 2 and now != before
        return False

    await until(another)
    assert any("ended with -9 and is replaced" in each for each in several.said)


async def test_a_file_that_changes_is_loaded_by_all(several, file):
    file.write_text("two")

    async def all_say_two():
        return {await asked(several.address, "/") for _ in range(20)} == {"two"}

    await until(all_say_two)


async def test_what_the_first_one_refuses_no_other_is_asked_to_take(several, file):
    before = await several.pids()
    file.write_text("bad")
    assert not await several.supervisor.reload()
    assert {await asked(several.address, "/") for _ in range(20)} == {"one"}
    assert await several.pids() == before
    await asyncio.sleep(0.3)
    assert file.with_name("lines").read_text().count("this is bad") == 1
    file.write_text("three")
    assert await several.supervisor.reload()
    assert {await asked(several.address, "/") for _ in range(20)} == {"three"}


async def test_one_that_cannot_begin_ends_the_whole_with_its_code_and_one_complaint(file, capfd):
    file.write_text("bad")
    found = Several(file, count=3)
    assert await found.ended() == 2
    assert capfd.readouterr().err.count("this is bad") == 1


async def test_none_is_left_when_the_first_process_is_killed(file, tmp_path):
    """Workers hear the end of their pipe."""
    program = tmp_path / "first.py"
    program.write_text(
        "import asyncio\n"
        "from interlock_server.operation.listening import Places\n"
        "from interlock_server.operation.supervisor import Supervisor\n"
        "places = Places('127.0.0.1', 0, 2)\n"
        f"command = {COMMAND!r}\n"
        f"settings = {{'file': {str(file)!r}}}\n"
        "async def main():\n"
        "    await Supervisor(command, settings, places, count=2, say=print).run(\n"
        "        lambda: print('ready', flush=True))\n"
        "asyncio.run(main())\n"
    )
    first = await asyncio.create_subprocess_exec(sys.executable, program, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(20):
        assert await first.stdout.readline() == b"ready\n"
    workers = children_of(first.pid)
    assert len(workers) == 2
    os.kill(first.pid, signal.SIGKILL)
    await first.wait()
    await until(lambda: not any(map(lives, workers)))
