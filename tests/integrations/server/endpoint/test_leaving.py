"""A client that leaves: the vendor is left as well, at once, and the record says who left."""

import json
import socket
import time

import pytest

from interlock.testing import End, Reply, Upstream
from interlock_server.endpoint.running import endpoint_of
from server_stage import CALLS, END, opened, piece, serving

SOON = 0.25
PHASES = {
    "before the first byte": (True, Reply(status=None, pieces=(End.SILENCE,))),
    "in the middle of a stream": (True, Reply.events(piece("One "), End.SILENCE)),
    "of a plain call": (False, Reply(status=None, pieces=(End.SILENCE,))),
}


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("phase", PHASES)
def test_the_vendor_is_left_at_once(path, phase):
    stream, reply = PHASES[phase]
    with Upstream(always=reply) as upstream:
        served = opened(upstream)
        endpoint = endpoint_of(served)
        with serving(endpoint) as client:
            connection = socket.create_connection(("127.0.0.1", client.port), timeout=5)
            body = json.dumps(CALLS[path] | {"stream": stream}).encode()
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            upstream.wait_for_requests(1)
            if phase == "in the middle of a stream":
                got = b""
                while b"One " not in got:
                    got += connection.recv(4096)
            assert len(endpoint.traffic.under_way) == 1
            connection.close()
            left = time.perf_counter()
            upstream.wait_until_idle()
            took = time.perf_counter() - left
            end = time.monotonic() + 5
            while endpoint.traffic.under_way or not served.router.records:
                assert time.monotonic() < end
                time.sleep(0.005)
            (record,) = served.router.records
    assert took < SOON
    assert record.outcome == "left"
    assert record.error is None
    (attempt,) = record.attempts
    assert attempt.cancelled == "left by the caller"
    assert attempt.error is None
    assert record.metadata["server.request"].startswith("req_")


def test_who_leaves_is_no_failure_of_the_deployment():
    replies = iter([Reply(status=None, pieces=(End.SILENCE,))] * 5)
    last = Reply.events(piece("Well."), END, "[DONE]")
    with Upstream(always=lambda _: next(replies, last)) as upstream:
        served = opened(upstream, retries={"max": 0})
        with serving(endpoint_of(served)) as client:
            for count in range(5):
                with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
                    body = json.dumps(CALLS["/v1/chat/completions"]).encode()
                    head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                    connection.sendall(head.encode() + body)
                    upstream.wait_for_requests(count + 1)
            upstream.wait_until_idle()
            answer = client.chat(stream=True)
            assert answer.events[-1] == "[DONE]"


def test_who_leaves_before_the_body_is_whole_is_forgotten():
    with Upstream() as upstream:
        endpoint = endpoint_of(opened(upstream))
        with serving(endpoint) as client:
            with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
                head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                head += "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
                connection.sendall(head.encode())
                end = time.monotonic() + 5
                while not endpoint.traffic.under_way:
                    assert time.monotonic() < end
                    time.sleep(0.005)
            while endpoint.traffic.under_way:
                assert time.monotonic() < end
                time.sleep(0.005)
        assert upstream.requests == []
