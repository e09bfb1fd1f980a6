"""The programs that stand in for services, and the proxy in front of them."""

import json
import os
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from emulators import Refused, running, skip_without
from emulators.node import missing, node_program
from fault_proxy import AFTER, BEFORE, REFUSED, FaultProxy, csrf_lost, delayed, limits
from interlock.testing import Reply, Upstream

SUPPORT = Path(__file__).parents[1] / "support"
HERE = Path(__file__).parents[1] / "emulators"

SERVER = """
import http.server, sys
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
server.serve_forever()
"""


def serves(port):
    return [sys.executable, "-I", "-c", SERVER, str(port)]


def asked(url, method="GET", path="/", body=None):
    """Status, headers and body; the name of what went wrong in place of them."""
    there = urlsplit(url)
    connection = HTTPConnection(str(there.hostname), int(there.port or 0), timeout=5)
    try:
        connection.request(method, path, body=body)
        got = connection.getresponse()
        return got.status, dict(got.getheaders()), got.read()
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


def gone(url):
    due = time.monotonic() + 10
    while time.monotonic() < due:
        if isinstance(asked(url), str):
            return True
        time.sleep(0.05)
    return False


def test_a_program_serves_until_the_end_of_its_block():
    with running(serves) as program:
        assert asked(program.url)[0] == 200
    assert gone(program.url)


def test_a_program_ends_with_whoever_started_it_even_when_that_is_killed(tmp_path):
    starter = tmp_path / "starter.py"
    starter.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {str(SUPPORT)!r})\n"
        "from emulators.running import running\n"
        f"command = lambda port: [sys.executable, '-I', '-c', {SERVER!r}, str(port)]\n"
        "with running(command) as program:\n"
        "    print(program.url, flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, starter], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert asked(url)[0] == 200
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert gone(url)


@pytest.mark.parametrize(
    "listen",
    [
        "server.listen(port)",
        "server.listen(String(port), () => {})",
        "server.listen(port, '0.0.0.0')",
        "server.listen({ port })",
    ],
)
def test_what_node_serves_it_serves_to_this_machine_alone(tmp_path, listen):
    script = tmp_path / "serve.js"
    script.write_text(
        "const answer = (_, reply) => reply.end(server.address().address);\n"
        "const server = require('node:http').createServer(answer);\n"
        f"const port = Number(process.argv[2]);\n{listen};\n"
    )
    with running(lambda port: node_program("emulate", str(script), str(port))) as program:
        assert asked(program.url)[2] == b"127.0.0.1"


def test_a_program_that_ends_at_once_is_told_with_what_it_said():
    with (
        pytest.raises(Refused, match="no licence today"),
        running(lambda port: [sys.executable, "-c", "raise SystemExit('no licence today')"]),
    ):
        pass


def test_versions_are_exact_and_no_lock_file_is_kept():
    told = json.loads((HERE / "package.json").read_text("utf-8"))
    assert all(version[0].isdigit() for version in told["dependencies"].values())
    assert not (HERE / "package-lock.json").exists()


def test_a_package_in_another_version_counts_as_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("emulators.node.HERE", tmp_path)
    monkeypatch.setattr("emulators.node.PACKAGES", tmp_path / "node_modules")
    (tmp_path / "package.json").write_text('{"dependencies": {"a": "1.0.0", "@b/c": "2.0.0", "d": "3.0.0"}}')
    for name, version in (("a", "1.0.0"), ("@b/c", "1.9.9")):
        (tmp_path / "node_modules" / name).mkdir(parents=True)
        (tmp_path / "node_modules" / name / "package.json").write_text(f'{{"version": "{version}"}}')
    assert missing() == ["@b/c", "d"]
    assert missing("a") == []
    with pytest.raises(pytest.skip.Exception, match=r"@b/c, d is not installed: .*install\.py"):
        skip_without("a", "@b/c", "d")


@pytest.fixture
def counted():
    """A service that counts what it has done, and the proxy in front of it."""
    with Upstream() as service:
        done = []

        def act(request):
            done.append(request.path)
            return Reply.json({"done": len(done), "next": f"{service.url}/more"}, headers={"etag": "1"})

        service.always = act
        with FaultProxy(service.url) as proxy:
            yield proxy, done


def test_what_no_fault_meets_passes_and_links_lead_back_through_the_proxy(counted):
    proxy, done = counted
    status, headers, body = asked(proxy.url, "POST", "/things?a=1", b"{}")
    assert (status, headers["etag"]) == (200, "1")
    assert json.loads(body) == {"done": 1, "next": f"{proxy.url}/more"}
    assert done == ["/things?a=1"]
    assert [each.reply.status for each in proxy.reached("POST /things")] == [200]


@pytest.mark.parametrize("fault", [*BEFORE, *REFUSED, *limits(), csrf_lost()], ids=str)
def test_of_a_fault_before_it_the_service_sees_nothing(counted, fault):
    proxy, done = counted
    proxy.fail(fault)
    got = asked(proxy.url, "POST", "/things", b"{}")
    assert isinstance(got, str) or got[0] >= 400
    assert (done, len(proxy.requests), proxy.met) == ([], 1, [fault])
    assert asked(proxy.url, "POST", "/things", b"{}")[0] == 200


@pytest.mark.parametrize("fault", [*AFTER, delayed(0.01)], ids=str)
def test_of_a_fault_after_it_the_service_has_acted_once(counted, fault):
    proxy, done = counted
    proxy.fail(fault)
    asked(proxy.url, "POST", "/things", b"{}")
    assert done == ["/things"]
    assert [each.reply.status for each in proxy.exchanges] == [200]


def test_a_fault_waits_for_the_request_that_it_is_meant_for(counted):
    proxy, done = counted
    proxy.fail(BEFORE[0], at="POST /things")
    assert asked(proxy.url, "GET", "/things")[0] == 200
    assert asked(proxy.url, "POST", "/things", b"{}")[0] == 500
    assert done == ["/things"]
