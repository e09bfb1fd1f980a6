"""An agent that opens a case and logs a call, and whose process dies while Salesforce has acted."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fault_proxy import Fault
from interlock.testing import End, Reply
from salesforce_org import KEY, SECRET

SCRIPT = Path(__file__).parent / "casework.py"


@pytest.fixture
def process(tmp_path, proxy):
    """Starts a process that works on the case."""

    def start():
        command = [sys.executable, str(SCRIPT), str(tmp_path), proxy.url, f"{KEY}:{SECRET}"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return start


def test_a_case_and_a_call_are_there_once_though_the_process_dies(process, proxy, org):
    acme = org.make("Account", {"Name": "O'Neill & Co"})
    dies = []

    def dying(reply):
        os.kill(dies[0].pid, signal.SIGKILL)
        return Reply(status=None, pieces=(End.RESET,))

    proxy.fail(Fault(name="is not heard by a process that dies", after=dying), at="POST /services/data")
    dies.append(process())
    dies[0].communicate(timeout=60)
    assert dies[0].returncode == -signal.SIGKILL

    said, wrong = process().communicate(timeout=60)
    assert json.loads(said or "{}").get("state") == "done", (said, wrong)
    (case,) = org.all("Case")
    (call,) = org.all("Task")
    assert (case["AccountId"], call["WhatId"]) == (acme, case["Id"])
    assert [len(proxy.reached(each)) for each in ("PATCH ", "POST /services/data")] == [1, 1]
