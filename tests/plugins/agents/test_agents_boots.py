"""Whose process has ended is followed at once; who may be alive is waited for."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from effect_world import Time, World, WorldHands, call
from interlock_agents import boots
from interlock_agents.errors import LedgerBusy
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import Store

SUPPORT = Path(__file__).parents[2] / "support"
DYING = """
    import asyncio, os, signal, sys
    sys.path.insert(0, sys.argv[1])
    from effect_world import Time, World, WorldHands, call
    from interlock_agents import Ledger, Place, Store

    def at(boundary):
        if boundary == "parsed":
            print("sent", flush=True)
            os.kill(os.getpid(), getattr(signal, sys.argv[3]))

    ledger = Ledger(Store.open(sys.argv[2]), at=at)
    hands = WorldHands(World("keyed", Time()))
    asyncio.run(ledger.perform(Place(run="r", node="n"), call(), hands))
"""


def started(url: str, signal_: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(DYING), str(SUPPORT), url, signal_]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "sent\n"
    return process


@pytest.mark.skipif(not boots.process(), reason="the system does not say which process is which")
async def test_on_one_machine_a_dead_process_is_followed_at_once_and_a_stopped_one_is_not(
    tmp_path: Path,
) -> None:
    for number, (name, ended) in enumerate([("SIGKILL", True), ("SIGSTOP", False)]):
        url = f"sqlite:///{tmp_path}/agents{number}.db"
        process = started(url, name)
        if ended:
            process.wait(30)
        store = Store.open(url)
        work = Ledger(store).perform(Place(run="r", node="n"), call(), WorldHands(World("keyed", Time())))
        if ended:
            assert (await work).tries == 2
        else:
            with pytest.raises(LedgerBusy):
                await work
        await store.aclose()
        process.kill()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.skipif(not boots.process(), reason="the system does not say which process is which")
def test_only_what_is_known_here_has_ended() -> None:
    mine = boots.process()
    where, _, rest = mine.rpartition(" pid ")
    assert not boots.has_ended(mine)
    assert boots.has_ended(f"{where} pid {os.getpid()} 1"), "its number is used again"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(30)
    assert boots.has_ended(f"{where} pid {ended.pid} 1")
    for other in ("", "nobody", f"another pid {rest}", f"{where} pid x y", f"{where} pid -1 1", rest):
        assert not boots.has_ended(other)


@pytest.mark.skipif(not boots.process(), reason="the system does not say which process is which")
def test_what_was_killed_and_nobody_has_waited_for_has_ended() -> None:
    where = boots.process().rpartition(" pid ")[0]
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        began = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[19]
        name = f"{where} pid {child.pid} {began}"
        assert not boots.has_ended(name)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert boots.has_ended(name)
    assert not boots.has_ended(f"{where} pid {10**30} 1")
