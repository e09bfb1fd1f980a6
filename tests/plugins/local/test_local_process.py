"""The model server comes and goes with the process that asked for it, and is not heard."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, os, sys, time
from interlock_local import CARD, LocalProvider
from interlock_local.process import SERVERS
from interlock.http import HttpClient, Permit
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment
from interlock.types.request import Request, Settings

provider, http = LocalProvider(), HttpClient()

def call(tokens):
    return ProviderCall(
        request=Request("Tell a long story about a train.", settings=Settings(max_tokens=tokens)),
        deployment=Deployment(id="d", card=CARD, provider="local", region="local", name="smollm2-135m"),
        permit=Permit(deployment="d", origin=None),
        http=http,
    )

async def first_words(tokens=2000):
    async for delta in provider.stream(call(tokens)):
        if delta.text:
            break

def pids():
    return [server.process.pid for server in SERVERS._running.values()]
"""


def run(code: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def gone(pid: int) -> bool:
    """Whether the process ended, within a few seconds."""
    for _ in range(80):
        status = Path(f"/proc/{pid}/stat")
        try:
            if status.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.1)
    return False


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc")


@needs_proc
def test_it_says_nothing_and_is_gone_with_its_process_even_in_the_middle_of_an_answer() -> None:
    process = run("asyncio.run(first_words())\nprint(*pids())")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    [pid] = out.split()
    assert gone(int(pid))


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_both_at_once(number: signal.Signals) -> None:
    code = """
async def main():
    await first_words()
    print(*pids(), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    process = run(code)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode != 0
    assert gone(pid)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_gets_a_server_of_its_own_and_leaves_its_parents_alone() -> None:
    process = run(
        """
asyncio.run(first_words(8))
[mine] = pids()
child = os.fork()
if child == 0:
    assert pids() == []
    asyncio.run(first_words(8))
    assert pids() != [mine]
    sys.exit(7)
status = os.waitpid(child, 0)[1]
asyncio.run(first_words(8))
print(os.waitstatus_to_exitcode(status), pids() == [mine])
"""
    )
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.split(), err) == (0, ["7", "True"], "")


def test_many_calls_at_once_share_one_server() -> None:
    process = run(
        """
async def main():
    await asyncio.gather(*(first_words(4) for _ in range(6)))
    print(len(pids()))
asyncio.run(main())
"""
    )
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.strip(), err) == (0, "1", "")
