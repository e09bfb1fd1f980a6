"""A pull request that an agent reviews: its files are read and checked, and a review posted, with consent."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from repository import TOKEN

from fault_proxy import Fault
from interlock.testing import End, Reply

HERE = Path(__file__).parent
SUPPORT = HERE.parents[1] / "support"
ORDERS = "import os\n\n\ndef total(orders):\n    return sum(ordr.price for order in orders)\n"
FOUND = {("shop/orders.py", "F401"), ("shop/orders.py", "F821")}


@pytest.fixture
def process(tmp_path, proxy):
    """Starts a process that works on the review of a pull request."""

    def start(number):
        environ = {**os.environ, "PYTHONPATH": str(SUPPORT)}
        command = [sys.executable, str(HERE / "reviewing.py"), str(tmp_path), proxy.url, TOKEN, str(number)]
        return subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start


def told(process):
    said, wrong = process.communicate(timeout=60)
    assert process.returncode == 0, wrong
    return json.loads(said)


def test_a_review_is_posted_once_with_consent_though_its_process_dies(process, proxy, account, tmp_path):
    number = account.pull({"shop/orders.py": ORDERS})["number"]
    waits = told(process(number))
    assert (waits["state"], len(waits["waiting"])) == ("needs_person", 1), waits
    assert account.reviews(number) == []

    (tmp_path / "agrees").touch()
    dies = process(number)

    def dying(reply):
        os.kill(dies.pid, signal.SIGKILL)
        return Reply(status=None, pieces=(End.RESET,))

    proxy.fail(Fault(name="is not heard by a process that dies", after=dying), at="POST ")
    dies.communicate(timeout=60)
    assert dies.returncode == -signal.SIGKILL
    assert len(account.reviews(number)) == 1

    assert told(process(number))["state"] == "done"
    (review,) = account.reviews(number)
    assert review["state"] == "CHANGES_REQUESTED"
    assert "@ada" not in review["body"]
    comments = account.at("GET", f"pulls/{number}/comments")
    assert {(each["path"], each["body"].partition(":")[0]) for each in comments} == FOUND
    assert len(proxy.reached("/reviews")) >= 2
    assert [each.request.method for each in proxy.reached("/reviews")].count("POST") == 1
