"""`interlock serve`, as a program."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from browsing import Browser
from interlock.testing import Reply, Upstream
from receiver import receiver
from server_running import NEEDLESS, program, write
from server_stage import END, SECRET, Client, configuration, either, piece, said

KEY = "ilk_" + "k" * 43
MARKED = "the-word-of-the-prompt"
ANSWERED = "the-word-of-the-answer"


@pytest.fixture(scope="module")
def upstream():
    with Upstream(always=either("Good day.")) as found:
        yield found


def test_it_says_where_it_serves_answers_and_ends_quietly(tmp_path, upstream):
    write(tmp_path, configuration(upstream))
    with program(tmp_path, "--port", "0") as server:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", server.url)
        assert server.client.chat().status == 200
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.ended() == 130
        told, *_, asked = server.errors.splitlines()
        assert told.endswith(
            f"Serving at {server.url}; 1 deployment for this machine alone, without keys; Ctrl-C stops it."
        )
        assert " POST /v1/chat/completions 200 " in asked
        assert server.process.stdout.read() == ""


def test_several_processes_serve_reload_and_drain_as_one(tmp_path, upstream):
    slow = Upstream(always=Reply.events(piece("one "), 3.0, piece("two"), END, "[DONE]"))
    with slow:
        write(tmp_path, configuration(upstream))
        with program(tmp_path, "--port", "0", "--workers", "2", "--json") as server:
            client = server.client
            for _ in range(8):
                assert client.chat().status == 200
            write(tmp_path, configuration(slow, server={"aliases": {"newest": "a"}}))
            server.process.send_signal(signal.SIGHUP)
            due = time.monotonic() + 20
            while server.errors.count('"reloaded"') < 2:
                assert time.monotonic() < due, server.errors
                time.sleep(0.05)
            with subprocess.Popen(
                [sys.executable, "-c", STREAM, str(client.port)], stdout=subprocess.PIPE, text=True
            ) as streaming:
                assert streaming.stdout.readline() == "begun\n"
                while not all(b"newest" in page for page in pages_of(server.url)):
                    assert time.monotonic() < due, "some process does not list the call"
                    time.sleep(0.1)
                server.process.send_signal(signal.SIGTERM)
                assert streaming.stdout.read().endswith("data: [DONE]\n\n\n")
            assert server.ended() == 0
        events = [json.loads(line) for line in server.errors.splitlines()]
        assert events[0]["event"] == "listening"
        assert events[0]["processes"] == 2
        calls = [each for each in events if each.get("method") == "POST"]
        assert [each["status"] for each in calls] == [200] * 9


def pages_of(url: str) -> list[bytes]:
    """The page of what goes on, over connections that are dealt out among the processes."""
    pages = []
    for _ in range(8):
        with urllib.request.urlopen(f"{url}/pages/") as page:
            pages.append(page.read())
    return pages


STREAM = """
import http.client, json, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
body = {"model": "newest", "stream": True, "messages": [{"role": "user", "content": "Hello."}]}
connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
answer = connection.getresponse()
first = answer.read1()
print("begun", flush=True)
print((first + answer.read()).decode())
"""


def test_what_is_wrong_is_said_once_and_nothing_is_served(tmp_path):
    (tmp_path / "interlock.yaml").write_text("deployments:\n  - {id: a, regoin: eu}\n")
    with program(tmp_path, "--port", "0", "--workers", "2") as server:
        assert server.ended() == 2
        assert server.url == ""
        assert server.errors.count("regoin") == 1
        assert "Traceback" not in server.errors


def test_a_check_says_what_would_be_served_and_binds_nothing(tmp_path, upstream):
    write(tmp_path, configuration(upstream))
    command = [sys.executable, "-c", "from interlock.cli import main; main()", "serve", "--check", "--json"]
    environ = {**os.environ, "INTERLOCK_DISABLED_PLUGINS": ",".join(NEEDLESS)}
    ended = subprocess.run(command, check=False, cwd=tmp_path, env=environ, capture_output=True)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert json.loads(ended.stdout) == {
        "config": str(tmp_path / "interlock.yaml"),
        "deployments": ["a"],
        "keys": "none: this machine alone is served",
        "grace": 30.0,
        "metrics": "keyed",
    }


def test_a_check_is_told_in_words_to_people(tmp_path, upstream):
    write(tmp_path, configuration(upstream))
    command = [sys.executable, "-c", "from interlock.cli import main; main()", "serve", "--check"]
    environ = {**os.environ, "INTERLOCK_DISABLED_PLUGINS": ",".join(NEEDLESS), "COLUMNS": "120"}
    ended = subprocess.run(command, check=False, cwd=tmp_path, env=environ, capture_output=True, text=True)
    told = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert {"deployments a", "grace 30 seconds"} <= set(told)
    assert not {"[", "None", "{"} & set(ended.stdout)


def test_a_trace_goes_through_from_the_client_to_the_vendor_and_tells_no_secret(tmp_path):
    """One server, asked well and badly, and every word that it leaves anywhere."""
    quoting = Reply.json({"error": {"message": f"no: {MARKED}, {SECRET}"}}, status=500)
    upstream = Upstream(said(ANSWERED), quoting, quoting, always=quoting)
    folder = tmp_path / "traces"
    folder.mkdir()
    with receiver(folder) as traces, upstream:
        write(tmp_path, configuration(upstream, tracing={"propagate": True}, retries={"max": 0}))
        environ = {"INTERLOCK_KEYS": f"team-a={KEY}", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": traces.endpoint}
        with program(tmp_path, "--port", "0", "--json", "-vv", **environ) as server:
            stranger = server.client
            client = Client(stranger.port, {"Authorization": f"Bearer {KEY}"})
            parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            body = {"model": "auto", "messages": [{"role": "user", "content": MARKED}]}
            answers = [
                client.post("/v1/chat/completions", body, Traceparent=parent),
                client.post("/v1/chat/completions", body),
                client.post("/v1/chat/completions", {**body, "stream": True}),
                client.post("/v1/chat/completions", {**body, "nonsense": MARKED}),
                stranger.post("/v1/chat/completions", body, Authorization=f"Bearer {KEY[:-1]}x"),
                client.get(f"/v1/{KEY}"),
                client.get("/readyz"),
                client.get("/metrics"),
            ]
            assert [each.status for each in answers] == [200, 502, 502, 400, 401, 404, 200, 403]
            server.process.send_signal(signal.SIGTERM)
            assert server.ended() == 0
            lines = server.errors
        spans = traces.spans(12)
    told = [lines, json.dumps(spans), *(str(each.headers) + each.text for each in answers[1:])]
    for text in (*told, str(answers[0].headers)):
        for secret in (KEY, KEY[8:], SECRET, MARKED, ANSWERED):
            assert secret not in text
    assert ANSWERED in answers[0].text
    assert '"key": "team-a"' in lines

    ours = [each for each in spans if each["trace_id"] == parent.split("-")[1]]
    server_span = next(each for each in ours if each["parent_span_id"] == parent.split("-")[2])
    call = next(each for each in ours if each["parent_span_id"] == server_span["id"])
    attempt = next(each for each in ours if each["parent_span_id"] == call["id"])
    sent = upstream.requests[0].headers["traceparent"].split("-")
    assert sent[1:3] == [parent.split("-")[1], attempt["id"]]
    assert server_span["metadata"]["http.route"] == "/v1/chat/completions"
    assert server_span["metadata"]["interlock.server.key"] == "team-a"


def test_who_has_signed_in_at_one_process_may_look_at_what_every_other_shows(tmp_path, upstream):
    keyed = configuration(upstream, server={"keys": "keys.yaml"})
    write(tmp_path, keyed)
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    (tmp_path / "keys.yaml").write_text(f"ops: {{sha256: {digest}, sees: true}}\n", "utf-8")
    with program(tmp_path, "--port", "0", "--workers", "2", "--json") as server:
        browser = Browser(server.url)
        browser.get("/pages/login")
        assert browser.submit("/pages/login", key=KEY).status == 303
        for _ in range(12):
            assert "Nothing is under way" in browser.get("/pages/").text
        assert KEY not in server.errors
