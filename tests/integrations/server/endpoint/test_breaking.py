"""A stream that breaks never ends as a whole one does, and one that waits says that it does."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from interlock.testing import End, Reply, Upstream
from interlock_server.endpoint import connection as connections
from interlock_server.endpoint import watching
from interlock_server.endpoint.running import endpoint_of
from interlock_server.endpoint.watching import Heartbeat
from server_stage import CALLS, END, opened, piece, said, serving, stage

BREAKS = {
    "reset": Reply.events(piece("One "), End.RESET),
    "cut": Reply.events(piece("One "), End.CUT),
    "ended without a finish": Reply.events(piece("One ")),
    "done without a finish": Reply.events(piece("One "), "[DONE]"),
    "no json": Reply.events(piece("One "), "{", END, "[DONE]"),
    "an error inside": Reply.events(piece("One "), {"error": {"message": "what the vendor quotes"}}),
    "silent": Reply.events(piece("One "), End.SILENCE),
    "an event that is no utf-8": Reply.events(piece("One "), 0.05, b"data: \xff\xfe\n\n", END),
}
# What a client of a dialect takes for the end of a whole answer.
ENDS = (
    '"finish_reason": "stop"',
    '"finish_reason":"stop"',
    "[DONE]",
    "message_stop",
    "response.completed",
    "response.incomplete",
)


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_stream_never_ends_cleanly(path, how):
    with Upstream(always=BREAKS[how]) as upstream:
        short = {"between_tokens": 0.2}
        with stage(upstream, retries={"max": 0}, timeouts=short) as client:
            answer = client.post(path, CALLS[path] | {"stream": True})
    assert answer.status == 200
    assert "One " in answer.text
    assert not answer.whole
    assert not [end for end in ENDS if end in answer.text]
    assert "error" in answer.text
    assert "the vendor quotes" not in answer.text


@pytest.mark.parametrize("path", CALLS)
def test_what_breaks_before_the_first_chunk_has_a_status(path):
    with Upstream(always=Reply.events(End.RESET)) as upstream, stage(upstream, retries={"max": 0}) as client:
        answer = client.post(path, CALLS[path] | {"stream": True})
    assert answer.status == 502
    assert answer.whole
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", CALLS)
def test_a_break_is_mended_by_the_next_deployment(path):
    broken = Upstream(always=Reply.events(piece("One "), End.CUT))
    second = Upstream(always=Reply.events(piece("One "), piece("two."), END, "[DONE]"))
    with broken, second, stage(broken, second, retries={"max": 0}) as client:
        answer = client.post(path, CALLS[path] | {"stream": True})
    assert answer.whole
    assert answer.text.count('"One "') == 1
    assert "error" not in answer.text.replace('"error":null', "")


def test_a_configured_restart_is_a_replay_and_nobody_may_ask_for_one():
    broken = Upstream(always=Reply.events(piece("Something else "), End.CUT))
    second = Upstream(always=Reply.events(piece("One "), piece("two."), END, "[DONE]"))
    with broken, second, stage(broken, second, retries={"max": 0}, rescue="restart") as client:
        answer = client.chat(stream=True)
        assert not answer.whole
        assert "One " not in answer.text
        refused = client.chat(interlock={"rescue": "restart"})
        assert (refused.status, refused.json()["error"]["param"]) == (400, "interlock.rescue")


def test_a_stream_that_waits_says_so(monkeypatch):
    monkeypatch.setattr(watching, "_QUIET", 0.05)
    monkeypatch.setattr(watching, "_LOOK", 0.01)
    reply = Reply.events(piece("One "), 0.4, piece("two."), END, "[DONE]")
    with Upstream(always=reply) as upstream, stage(upstream) as client:
        answer = client.chat(stream=True)
    assert answer.whole
    assert answer.text.count("\n\n: ") + answer.text.count("\n\n:\n") >= 3
    assert (
        "".join(e["choices"][0]["delta"].get("content") or "" for e in answer.events[:-1] if e["choices"])
        == "One two."
    )


def test_whoever_takes_nothing_is_left(monkeypatch):
    monkeypatch.setattr(watching, "_STALLED", 0.2)
    monkeypatch.setattr(watching, "_QUIET", 0.1)
    monkeypatch.setattr(watching, "_LOOK", 0.05)
    flood = Reply.events(*[piece("word " * 20_000) for _ in range(100)], END, "[DONE]")
    with Upstream(always=flood) as upstream:
        served = opened(upstream)
        endpoint = endpoint_of(served)
        with serving(endpoint) as client:
            with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
                body = json.dumps(CALLS["/v1/chat/completions"] | {"stream": True}).encode()
                head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)
                end = time.monotonic() + 10
                while not served.router.records:
                    assert time.monotonic() < end
                    time.sleep(0.01)
                # Nothing is kept for a client that takes nothing, its connection included.
                while client.server.server_state.connections:
                    assert time.monotonic() < end
                    time.sleep(0.01)
            (record,) = served.router.records
    assert record.outcome == "left"


_ASKED = json.dumps(CALLS["/v1/chat/completions"]).encode()
_POST = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n%b\r\n%b"
)


@contextmanager
def answered(head: bytes, times: int = 1) -> Iterator[tuple[socket.socket, Any]]:
    """A connection on which a long answer waits to be taken, and the server's own connections."""
    with (
        Upstream(always=said("word " * 2_000_000)) as upstream,
        stage(upstream) as client,
        socket.socket() as connection,
    ):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        connection.connect(("127.0.0.1", client.port))
        connection.sendall(_POST % (len(_ASKED), head, _ASKED) * times)
        connection.settimeout(10)
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        yield connection, client.server.server_state.connections


@pytest.mark.parametrize(("head", "times"), [(b"", 1), (b"Connection: close\r\n", 1), (b"", 3)])
def test_whoever_does_not_take_a_plain_answer_is_left(monkeypatch, head, times):
    monkeypatch.setattr(connections, "STALLED", 0.2)
    with answered(head, times) as (_, open_now):
        end = time.monotonic() + 10
        while open_now:
            assert time.monotonic() < end
            time.sleep(0.01)


async def test_a_heart_that_has_stopped_beats_no_more(monkeypatch):
    monkeypatch.setattr(watching, "_QUIET", 0.01)
    monkeypatch.setattr(watching, "_LOOK", 0.01)
    beats = []

    async def beat():
        beats.append(1)

    async with Heartbeat(beat, lambda: None):
        await asyncio.sleep(0.1)
    told = len(beats)
    assert told >= 2
    await asyncio.sleep(0.05)
    assert len(beats) == told
