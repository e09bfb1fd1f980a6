"""Upstream, over plain sockets: what arrives is what the script says."""

import http.client
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from interlock.testing import End, Received, Reply, Upstream


def post(
    upstream: Upstream, path: str = "/v1/chat", body: bytes = b"{}"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=5)
    try:
        connection.request("POST", path, body, {"X-Test": "1"})
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read()
    finally:
        connection.close()


def raw(upstream: Upstream) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", upstream.port), timeout=5)
    client.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    return client


def drain(client: socket.socket) -> bytes:
    received = b""
    while piece := client.recv(65_536):
        received += piece
    return received


def test_replies_come_in_order_and_requests_are_kept() -> None:
    with Upstream(
        Reply.json({"n": 1}), Reply.json({"n": 2}, status=429, headers={"retry-after": "3"})
    ) as upstream:
        assert json.loads(post(upstream, body=b'{"a": 1}')[2]) == {"n": 1}
        status, headers, _ = post(upstream, "/v1/chat?x=1")
    assert (status, headers["retry-after"], headers["content-type"]) == (429, "3", "application/json")
    first, second = upstream.requests
    assert (first.method, first.path, first.headers["x-test"], first.json()) == (
        "POST",
        "/v1/chat",
        "1",
        {"a": 1},
    )
    assert second.path == "/v1/chat?x=1"
    upstream.assert_done()


def test_a_connection_serves_several_requests() -> None:
    with Upstream(always=Reply.json([])) as upstream:
        connection = http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=5)
        for _ in range(3):
            connection.request("POST", "/", iter([b"in ", b"chunks"]))
            assert connection.getresponse().read() == b"[]"
        connection.close()
    assert [request.body for request in upstream.requests] == [b"in chunks"] * 3


def test_events_are_sent_as_server_sent_events_with_pauses() -> None:
    reply = Reply.events({"a": 1}, 0.01, "two\nlines", b": raw\n\n", [3])
    with Upstream(reply) as upstream:
        status, headers, body = post(upstream)
    assert (status, headers["content-type"]) == (200, "text/event-stream")
    assert body == reply.body == b'data: {"a": 1}\n\ndata: two\ndata: lines\n\n: raw\n\ndata: [3]\n\n'


def test_lines_and_raw_bodies_are_sent_as_they_are() -> None:
    assert Reply.lines({"a": 1}, {"a": 2}).pieces == (b'{"a": 1}\n', b'{"a": 2}\n')
    assert Reply.lines().headers["content-type"] == "application/x-ndjson"
    said = Reply.raw(b"<a>", b"</a>", kind="text/xml", status=201)
    assert (said.status, said.headers["content-type"], said.body) == (201, "text/xml", b"<a></a>")


def test_a_callable_answers_by_what_was_asked() -> None:
    def echo(received: Received) -> Reply:
        return Reply.json(received.json())

    with Upstream(always=echo) as upstream:
        assert post(upstream, body=b'{"said": "back"}')[2] == b'{"said": "back"}'


def test_a_mistake_in_a_callable_reaches_the_test() -> None:
    def wrong(received: Received) -> Reply:
        raise KeyError(received.path)

    with pytest.raises(KeyError, match="/v1/chat"), Upstream(wrong) as upstream, suppress(OSError):
        post(upstream)


@pytest.mark.parametrize(
    ("pieces", "check"),
    [
        ((b"abc", End.CUT), lambda client: drain(client).endswith(b"\r\nabc\r\n")),
        ((b"abc", 0.0, End.CUT), lambda client: b"0\r\n\r\n" not in drain(client)),
    ],
)
def test_a_cut_ends_a_reply_in_the_middle(pieces: Any, check: Callable[[socket.socket], bool]) -> None:
    with Upstream(Reply(pieces=pieces)) as upstream, raw(upstream) as client:
        assert check(client)


def test_a_reset_is_seen_as_one() -> None:
    reset = Reply(status=None, pieces=(End.RESET,))
    with Upstream(reset) as upstream, raw(upstream) as client, pytest.raises(ConnectionResetError):
        drain(client)


def test_without_a_status_the_pieces_are_all_that_is_sent() -> None:
    with Upstream(Reply(status=None, pieces=(b"SSH-2.0-not-http\r\n",))) as upstream, raw(upstream) as client:
        assert drain(client) == b"SSH-2.0-not-http\r\n"


@pytest.mark.parametrize("pieces", [(End.SILENCE,), (b"some", 60.0, b"more")])
def test_silence_ends_as_soon_as_the_client_leaves(pieces: Any) -> None:
    with Upstream(Reply(pieces=pieces)) as upstream:
        with raw(upstream):
            upstream.wait_for_requests(1)
            with pytest.raises(AssertionError, match="every client has its answer or has left"):
                upstream.wait_until_idle(timeout=0.05)
        upstream.wait_until_idle()


def test_leaving_the_block_does_not_wait_for_silent_replies() -> None:
    with Upstream(always=Reply(pieces=(End.SILENCE,))) as upstream:
        client = raw(upstream)
        upstream.wait_for_requests(1)
    with client:
        assert drain(client).startswith(b"HTTP/1.1 200")


def test_a_request_without_a_reply_and_a_reply_without_a_request_are_complained_about() -> None:
    with Upstream() as upstream:
        assert post(upstream)[0] == 501
    with pytest.raises(AssertionError, match="0 scripted replies were not asked for, 1 of 1 requests"):
        upstream.assert_done()
    with Upstream(Reply.json({})) as upstream:
        pass
    with pytest.raises(AssertionError, match="1 scripted replies were not asked for, 0 of 0"):
        upstream.assert_done()


def test_it_listens_on_the_loopback_alone() -> None:
    with Upstream() as upstream:
        assert upstream.url == f"http://127.0.0.1:{upstream.port}"
        assert upstream._socket is not None
        assert upstream._socket.getsockname()[0] == "127.0.0.1"
