"""Who is told that something waits, by which URL, and what they are told."""

import http.server
import json
import logging
import sys
import threading
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import InterlockError, RequestError, StoreError
from interlock_agents.approvals import ApprovalRules, Notice, NotifierCall, Requests, notifiers_of
from interlock_agents.approvals.notifying import configured
from interlock_agents.store import Store
from waiting import asked


class Hook(http.server.BaseHTTPRequestHandler):
    got: list[tuple[str, dict[str, str], Any]]
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((self.path, dict(self.headers.items()), json.loads(body)))
        self.send_response(self.status)
        self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


class Answering:
    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], Any]] = []
        self.hook = type("Each", (Hook,), {"got": self.got})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.hook)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook/s3cret"


@pytest.fixture
def hook() -> Iterator[Answering]:
    answering = Answering()
    thread = threading.Thread(target=answering.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield answering
    answering.server.shutdown()
    thread.join()
    answering.server.server_close()


def notice(**given: Any) -> Notice:
    told: dict[str, Any] = {
        "kind": "approval",
        "id": "1",
        "tool": "send",
        "does": "write",
        "effect": "r/n/0/0",
    }
    return Notice(**told | given)


async def test_a_webhook_is_sent_ids_and_no_arguments(hook: Answering, tmp_path: Path) -> None:
    store = Store.open("sqlite:///n.db", tmp_path)
    rules = ApprovalRules(page="https://x.example")
    requests = Requests(store=store, rules=rules, notifiers=notifiers_of([hook.url]))
    waits = await requests.put(asked({"path": "private.txt"}))
    await requests.put(asked({"path": "private.txt"}))
    [(path, headers, body)] = hook.got
    assert path == "/hook/s3cret"
    assert headers["content-type"] == "application/json"
    assert body == {
        "kind": "approval",
        "id": waits.id,
        "tool": "delete_file",
        "does": "destructive",
        "effect": "run-1/tidy/0/0",
        "run": "run-1",
        "step": "tidy/0/0",
        "asked_at": waits.asked_at,
        "until": waits.times_out,
        "link": f"https://x.example/requests/{waits.id}",
    }
    await store.aclose()


async def test_a_webhook_is_sent_arguments_where_that_was_asked_for(hook: Answering, tmp_path: Path) -> None:
    store = Store.open("sqlite:///n.db", tmp_path)
    requests = Requests(store=store, notifiers=notifiers_of([f"arguments+{hook.url}"]))
    await requests.put(asked({"path": "a.txt"}))
    assert hook.got[0][2]["arguments"] == '{"path": "a.txt"}'
    await store.aclose()


@pytest.mark.parametrize("status", [302, 400, 500])
async def test_a_webhook_that_fails_says_so_without_its_address(
    hook: Answering, status: int, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    hook.hook.status = status
    [webhook] = notifiers_of([hook.url])
    with pytest.raises(StoreError) as caught:
        await webhook.notify(notice())
    assert "s3cret" not in str(caught.value) + repr(webhook) + webhook.name
    assert len(hook.got) == 1, "no redirect is followed"
    store = Store.open("sqlite:///n.db", tmp_path)
    with caplog.at_level(logging.WARNING):
        waits = await Requests(store=store, notifiers=[webhook]).put(asked())
    assert waits.open, "and keeps nobody from being asked"
    assert "webhook 127.0.0.1" in caplog.text
    assert "s3cret" not in caplog.text
    await store.aclose()


async def test_nobody_there_is_an_error_of_ours() -> None:
    [webhook] = notifiers_of(["http://127.0.0.1:1/s3cret"])
    with pytest.raises(StoreError, match="webhook 127"):
        await webhook.notify(notice())


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_a_line_tells_it_and_nothing_breaks_it(stream: str, capsys: pytest.CaptureFixture[str]) -> None:
    [plain, full] = notifiers_of([f"{stream}:", f"arguments+{stream}:"])
    told = notice(tool="send\n\x1b[2Jrm", until=0.0, link="https://x.example/1")
    await plain.notify(told)
    await full.notify(notice(shown='{"to": "ada"}'))
    lines = getattr(capsys.readouterr(), stream[3:]).splitlines()
    assert lines == [
        r"send\n\u001b[2Jrm (write) of r/n/0/0 waits for approval: 1, until 1970-01-01 00:00:00 UTC, https://x.example/1",
        'send (write) of r/n/0/0 waits for approval: 1 {"to": "ada"}',
    ]
    assert (plain.arguments, full.arguments) == (False, True)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("stdrr:", "did you mean stderr"),
        ("slack://x", "there are"),
        ("", "there are"),
        ("https:", "such as https://host/path"),
        ("https://[x/", "such as https://host/path"),
        ("https://host:port/", "such as https://host/path"),
        ("http://hooks.example/s3cret", "takes https"),
        ("http://localhost.example/s3cret", "takes https"),
    ],
)
def test_what_notifies_nobody_is_refused_without_its_address(url: str, words: str) -> None:
    with pytest.raises(RequestError, match=words) as caught:
        notifiers_of([url])
    assert "s3cret" not in str(caught.value)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_configured_is_a_notifier_or_an_error_of_ours(url: str) -> None:
    try:
        found = notifiers_of([url])
    except InterlockError:
        return
    assert len(found) == 1


class Broken:
    def __init__(self) -> None:
        raise RuntimeError("not today")


def test_a_broken_plugin_keeps_nobody_from_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    acme = ModuleType("acme_broken")
    vars(acme).update(Broken=Broken, Path=Path)
    monkeypatch.setitem(sys.modules, "acme_broken", acme)
    real = configured.entry_points(group=configured.GROUP)
    values = ("acme_broken:Broken", "acme_broken:Path", "no_such_module:Kind")
    ours = [EntryPoint(name="x", value=value, group=configured.GROUP) for value in values]
    monkeypatch.setattr(configured, "entry_points", lambda **_: [*ours, *real])
    with caplog.at_level(logging.WARNING):
        assert len(notifiers_of(["stderr:"])) == 1
    assert "acme_broken:Broken cannot be loaded: RuntimeError" in caplog.text
    assert "acme_broken:Path offers what is no NotifierKind" in caplog.text
    assert "no_such_module:Kind cannot be loaded: ModuleNotFoundError" in caplog.text


class Rude:
    api = 1
    name = "rude"
    arguments = False

    async def notify(self, notice: Notice) -> None:
        raise ValueError(notice)


async def test_whatever_a_plugin_raises_keeps_nobody_from_being_asked_or_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store.open("sqlite:///n.db", tmp_path)
    requests = Requests(store=store, notifiers=[Rude(), *notifiers_of(["stderr:"])])
    waits = await requests.put(asked())
    assert waits.open
    assert waits.id in capsys.readouterr().err
    await store.aclose()


def test_a_call_and_a_notice_print_no_secret() -> None:
    assert "s3cret" not in repr(NotifierCall(url="https://host/s3cret"))
    assert "s3cret" not in repr(notice(shown="s3cret"))
