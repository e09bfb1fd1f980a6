"""A ticket that an agent completes: it is found, read, answered in a comment, and moved with consent."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from jira_places import CloudAccount, free_name

from fault_proxy import Fault
from interlock.testing import End, Reply

HERE = Path(__file__).parent
SUPPORT = HERE.parents[1] / "support"
EXAMPLE = HERE.parents[2] / "docs" / "examples" / "agents" / "ticket"
ORDERED = ("HOSE-4: 2", "PUMP-7: 4")


@pytest.fixture(scope="module")
def service():
    sys.path.append(str(EXAMPLE))
    import jira_here

    yield jira_here
    sys.path.remove(str(EXAMPLE))
    del sys.modules["jira_here"]


@pytest.fixture
def ticket(service, proxy, there):
    """One that somebody works on, under a label of its own."""
    label = free_name()
    return service.ticket(proxy.url, there.hosting, label), label


@pytest.fixture
def process(tmp_path, service, proxy, there, ticket):
    """Starts a process that works on it."""

    def start():
        config = json.dumps(service.configured(proxy.url, there.hosting))
        jql = f"project = SHOP AND labels = {ticket[1]} AND statusCategory != Done ORDER BY created"
        command = [sys.executable, str(HERE / "completing.py"), str(tmp_path), config, jql]
        environ = {**os.environ, "PYTHONPATH": str(SUPPORT)}
        return subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start


def told(process):
    said, wrong = process.communicate(timeout=60)
    assert process.returncode == 0, wrong
    return json.loads(said)


def killed(process, proxy, at):
    """Killed once Jira has acted on a request to that path, and before the process heard of it."""
    dies = process()

    def dying(reply):
        os.kill(dies.pid, signal.SIGKILL)
        return Reply(status=None, pieces=(End.RESET,))

    proxy.fail(Fault(name="is not heard by a process that dies", after=dying), at=at)
    _, wrong = dies.communicate(timeout=60)
    assert dies.returncode == -signal.SIGKILL, wrong


def posted(proxy, what):
    return [each for each in proxy.reached(what) if each.request.method == "POST"]


def test_a_ticket_is_completed_once_with_consent_though_its_process_dies_twice(
    process, proxy, there, ticket, tmp_path
):
    key, _ = ticket
    before, moved = len(posted(proxy, "/comment")), len(posted(proxy, "/transitions"))
    (tmp_path / "agrees").touch()
    root = "/rest/api/3" if isinstance(there, CloudAccount) else "/rest/api/2"
    killed(process, proxy, at=f"POST {root}/issue/{key}/comment")
    assert there.fields(key)["status"]["name"] == "In Progress"
    killed(process, proxy, at="POST ")
    assert there.fields(key)["status"]["name"] == "Done"
    done = told(process())
    assert done["state"] == "done", done
    said = [each for each in there.comments(key) if "To be ordered" in each]
    assert len(said) == 1
    assert all(each in said[0] for each in ORDERED)
    assert there.moves(key) == ["In Progress", "Done"]
    assert len(posted(proxy, "/comment")) - before == 1
    assert len(posted(proxy, "/transitions")) - moved == 1


@pytest.fixture
def take_back(service, proxy, there, ticket):
    """Moves it back to where it was before anybody worked on it, as somebody else."""
    cloud = isinstance(there, CloudAccount)
    path, number = ("/rest/api/3/issue", "31") if cloud else ("/rest/api/2/issue", "11")
    return lambda: service.ask(proxy.url, f"{path}/{ticket[0]}/transitions", {"transition": {"id": number}})


@pytest.mark.parametrize("there", ["cloud"], indirect=True)
def test_a_ticket_that_somebody_has_taken_back_meanwhile_is_not_moved(
    process, there, ticket, take_back, tmp_path
):
    assert told(process())["state"] == "needs_person"
    take_back()
    (tmp_path / "agrees").touch()
    ended = told(process())
    assert ended["state"] in ("failed", "needs_person"), ended  # the latter where its lease was over by then
    assert there.moves(ticket[0]) == ["In Progress", there.first]
