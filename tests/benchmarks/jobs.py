"""What jobs promise, tried with real processes: `python tests/benchmarks/jobs.py WHAT…`.

boundaries: runs by each engine, killed at every boundary and gone on with. gone: a machine that never comes
back. restart: PostgreSQL is killed and started anew while tasks are adopted. scale: four workers beside one,
calls of a second. overhead: what a task costs beside its call. limits: the starts in any second. many: 10,000
tasks.
"""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import psycopg

from interlock_dbos.jobs.places import place_of
from interlock_dbos.jobs.store import JobStore
from jobs_stage import (
    BOTH,
    JOBS,
    Told,
    ask,
    ask_in_a_process,
    ended,
    kept,
    kill_and_go_on,
    preload,
    vendor,
    work_in_a_process,
)
from postgresql import _binaries, _wait


class Server:
    """A PostgreSQL that can be killed and started anew, as one that syncs what is committed."""

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="interlock-jobs-pg-"))
        self.user = {}
        if os.geteuid() == 0:
            self.user = {"user": "nobody"}
            os.chown(self.home, pwd.getpwnam("nobody").pw_uid, -1)
        initdb = [_binaries() / "initdb", "-D", self.home / "data", "-U", "postgres", "--auth=trust"]
        subprocess.run(
            [*initdb, "--encoding=utf8", "--locale=C"],
            check=True,
            cwd=self.home,
            stdout=subprocess.DEVNULL,
            **self.user,
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()
        self.numbers = 0

    def start(self):
        where = ["-D", self.home / "data", "-h", "127.0.0.1", "-p", str(self.port), "-k", self.home]
        with (self.home / "log").open("a") as log:
            self.process = subprocess.Popen(
                [_binaries() / "postgres", *where], cwd=self.home, stderr=log, **self.user
            )
        _wait(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", self.process, self.home / "log")

    def die(self):
        self.process.send_signal(signal.SIGQUIT)  # at once, as in a crash: it recovers when it is started
        self.process.wait(60)

    def database(self):
        self.numbers += 1
        where = f"postgresql://postgres@127.0.0.1:{self.port}"
        with psycopg.connect(f"{where}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE jobs{self.numbers}")
        return f"dbos+{where}/jobs{self.numbers}"

    def close(self):
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.home)


def boundaries(server, folder):
    for name, url, points in (
        ("sqlite", "sqlite:///plain.db", BOTH),
        ("dbos+sqlite", "dbos+sqlite:///jobs.db", BOTH | JOBS),
        ("dbos+postgresql", server.database(), BOTH | JOBS),
    ):
        again = 0
        for at in points:
            again += kill_and_go_on(Told(vendor="", url=url, folder=folder), at).again
        print(f"{name}: {len(points)} kills, 0 results lost or doubled, {again} calls made again", flush=True)


def gone(server, folder):
    with vendor(delay=600.0) as (asked, address):
        told = Told(vendor=address, url=server.database(), folder=folder, count=8, at_once=8)
        dead = ask_in_a_process(replace(told, machine="another"))
        until(lambda: asked.calls.total() == 8)
        survivor = work_in_a_process(told)
        time.sleep(10)
        asked.delay = 0.0
        dead.kill()
        killed = time.monotonic()
        until(lambda: asked.calls.total() == 16)
        took = time.monotonic() - killed
        ended(ask_in_a_process(told))
        stop(survivor)
    found = asyncio.run(kept(told))
    print(
        f"gone: its 8 tasks were begun elsewhere after {took:.1f} s; {len(found.results)} results, "
        f"{found.again} again"
    )


def restart(server, folder):
    with vendor(delay=600.0) as (asked, address):
        told = Told(vendor=address, url=server.database(), folder=folder, count=40, at_once=16, lease=5.0)
        dead = ask_in_a_process(replace(told, machine="another"))
        until(lambda: asked.calls.total() == 16)
        dead.kill()
        asked.delay = 0.2
        workers = [work_in_a_process(told, 4) for _ in range(2)]
        asyncio.run(workers_there(told, 2))
        for _ in range(3):
            time.sleep(4)
            server.die()
            time.sleep(1)
            server.start()
        code = ended(ask_in_a_process(told))
        for each in workers:
            stop(each)
    found = asyncio.run(kept(told))
    print(
        f"restart: three crashes of PostgreSQL; exit {code}, {len(found.results)} of 40 results, "
        f"{found.again} again"
    )


def scale(server, folder):
    took = {}
    for count in (1, 4):
        with vendor(delay=1.0) as (_, address):
            told = Told(
                vendor=address, url=server.database(), folder=folder, count=160, at_once=1000, detach=True
            )
            workers = [work_in_a_process(told, 4) for _ in range(count)]
            asyncio.run(workers_there(told, count))
            took[count] = asyncio.run(timed(told))
            for each in workers:
                stop(each)
    print(
        f"scale: 160 calls of 1 s, 4 at a time each: 1 worker {took[1]:.1f} s, 4 {took[4]:.1f} s, "
        f"{took[1] / took[4]:.2f} times"
    )


def overhead(server, folder):
    for name, url in (
        ("dbos+postgresql", server.database()),
        ("dbos+sqlite", "dbos+sqlite:///over.db"),
        ("sqlite", "sqlite:///over0.db"),
    ):
        with vendor() as (_, address):
            told = Told(
                vendor=address, url=url, folder=folder, count=500, at_once=16, detach=name != "sqlite"
            )
            if name == "sqlite":
                begun = time.monotonic()
                asyncio.run(ask(told))
                took = time.monotonic() - begun
            else:
                worker = work_in_a_process(told, 16)
                asyncio.run(workers_there(told, 1))
                took = asyncio.run(timed(told))
                stop(worker)
        print(
            f"overhead: {name}: 500 tasks of 0 s, 16 at a time, in {took:.1f} s: {2 * took:.1f} ms a task",
            flush=True,
        )


def limits(server, folder):
    with vendor() as (asked, address):
        told = Told(
            vendor=address, url=server.database(), folder=folder, count=300, at_once=1000, detach=True
        )
        asyncio.run(limited(told, 20))
        workers = [work_in_a_process(told, 16) for _ in range(3)]
        asyncio.run(workers_there(told, 3))
        asyncio.run(timed(told))
        for each in workers:
            stop(each)
    times = sorted(asked.times)
    most = max(sum(at <= each < at + 1 for each in times) for at in times)
    used = (len(times) - 1) / (times[-1] - times[0]) / 20
    print(f"limits: 20 a second over 3 workers: {most} at most in any second, {used:.0%} used")


def many(server, folder):
    with vendor() as (_, address):
        told = Told(vendor=address, url=server.database(), folder=folder, count=10_000, at_once=64)
        begun = time.monotonic()
        assert ended(ask_in_a_process(told), 1_800.0) == 0
        took = time.monotonic() - begun
    print(f"many: 10,000 tasks in {took:.0f} s, {took / 10:.1f} ms each, {(folder / 'memory').read_text()}")


async def workers_there(told, count):
    store = JobStore(place_of(told.url, told.folder).address)
    try:
        while len([each for each in await store.everybody() if each.alive]) < count:  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.1)
        await asyncio.sleep(3)  # their threads
    finally:
        await store.aclose()


async def limited(told, per_second):
    store = JobStore(place_of(told.url, told.folder).address)
    try:
        await store.limit("openai-compatible", None, per_second)
    finally:
        await store.aclose()


async def timed(told):
    """Seconds from when the job is submitted until its end."""
    store = JobStore(place_of(told.url, told.folder).address)
    try:
        begun = time.monotonic()
        await ask(told)
        while (job := await store.get(f"eval:{told.run}")).state in ("waiting", "running"):  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.1)
        assert job.state == "done", job
        return time.monotonic() - begun
    finally:
        await store.aclose()


def until(condition, seconds=120.0):
    due = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < due
        time.sleep(0.05)


def stop(process):
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGTERM)
    process.join(60)
    if process.exitcode is None:
        process.kill()


if __name__ == "__main__":
    preload()
    parts = {each.__name__: each for each in (boundaries, gone, restart, scale, overhead, limits, many)}
    server = Server()
    try:
        for name in sys.argv[1:] or parts:
            with tempfile.TemporaryDirectory() as folder:
                parts[name](server, Path(folder))
    finally:
        server.close()
