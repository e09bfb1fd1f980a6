"""A process may fork at any moment: parent and children keep every record of theirs."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

# Prints how many records are due.
CALLS = """
import os, sys, threading, time
from interlock.engine import writer
from interlock.testing import scripted_router

writer.PATIENCE = 100  # what closing gives up on, on a busy machine, no fork has lost
CHILDREN, CALLS = 3, 4
router = scripted_router({"a": ["x"] * 100_000}, records="sqlite:///records.db")
"""
FORKS = """
done = 1
router.complete_sync("before")
while not router.wiring.writer._place or router.wiring.writer._waiting:
    time.sleep(0.005)
"""
MID_WRITE = """
stop, done = threading.Event(), 0

def go_on():
    global done
    while not stop.is_set():
        router.complete_sync("all the time")
        done += 1
        time.sleep(0.001)

busy = threading.Thread(target=go_on)
busy.start()
time.sleep(0.2)
"""
CHILDREN = """
children = []
for _ in range(CHILDREN):
    child = os.fork()
    if child == 0:
        for _ in range(CALLS):
            router.complete_sync("in a child")
        router.close_sync()
        os._exit(router.wiring.writer.lost + bool(router.wiring.writer.problem))
    children.append(child)
    time.sleep(0.02)
lost = [os.waitpid(child, 0)[1] for child in children]
"""
END = """
if "stop" in globals():
    stop.set()
    busy.join()
router.complete_sync("after")
router.close_sync()
print(done + 1 + CHILDREN * CALLS, sum(lost) + router.wiring.writer.lost)
"""
GRANDCHILD = """
child = os.fork()
if child == 0:
    router.complete_sync("in a child")
    grandchild = os.fork()
    router.complete_sync("in both")
    if grandchild:
        os.waitpid(grandchild, 0)
    router.close_sync()
    os._exit(router.wiring.writer.lost)
lost, CHILDREN, CALLS = [os.waitpid(child, 0)[1]], 1, 3
"""


@pytest.mark.parametrize(
    "script",
    [MID_WRITE + CHILDREN, FORKS + GRANDCHILD],
    ids=["in the middle of writing", "a child of a child"],
)
def test_no_record_is_lost(script: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CALLS + script + END],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    due, lost = map(int, done.stdout.split())
    with sqlite3.connect(tmp_path / "records.db") as database:
        kept = database.execute("SELECT count(*), count(DISTINCT id) FROM records").fetchone()
    database.close()
    assert (lost, kept) == (0, (due, due))
