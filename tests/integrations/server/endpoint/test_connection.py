"""Connections that never say what they want, or say it without end."""

import contextlib
import socket
import time

import pytest

from interlock.testing import Upstream
from interlock_server.endpoint import connection
from server_stage import either, stage


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setattr(connection, "_TIME", 0.2)
    with Upstream(always=either()) as upstream, stage(upstream) as client:
        yield client


def closed(client, data, *, drip=b""):
    """What comes back until the server closes the connection, which it does."""
    got = b""
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as there:
        there.sendall(data)
        end = time.monotonic() + 10
        if drip:
            there.settimeout(0.02)
        while time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                piece = there.recv(65536)
                if not piece:
                    return got
                got += piece
                continue
            there.sendall(drip)
    raise AssertionError("the connection stays open")


def test_a_connection_that_says_nothing_is_closed(client):
    assert closed(client, b"") == b""


def test_a_head_that_drips_is_not_waited_for(client):
    with contextlib.suppress(ConnectionError):
        assert closed(client, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n", drip=b"X") == b""


def test_the_head_of_a_second_request_is_not_waited_for_either(client):
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    got = closed(client, whole + b"GET /healthz HTTP/1.1\r\n")
    assert got.count(b"HTTP/1.1 200 OK") == 1


def test_a_head_without_end_is_cut_off(client):
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: %b\r\n" % (b"a" * 1000) * 300
    with contextlib.suppress(ConnectionError):
        got = closed(client, head)
        assert got.startswith(b"HTTP/1.1 431 ")


def test_what_takes_longer_than_a_head_may_is_answered_all_the_same(client):
    body = b'{"model":"auto","messages":[{"role":"user","content":"Hello."}]}'
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as there:
        there.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body))
        time.sleep(0.4)
        there.sendall(body)
        got = b""
        while b"total_tokens" not in got:
            got += there.recv(65536)
        assert got.startswith(b"HTTP/1.1 200 ")
        # An idle connection is kept for the next request.
        time.sleep(0.4)
        there.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert there.recv(65536).startswith(b"HTTP/1.1 200 ")
