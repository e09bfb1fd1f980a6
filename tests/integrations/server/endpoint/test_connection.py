"""What belongs together leaves in one write, and nothing of it is kept back; who leaves ends their call."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.server import Server

from interlock.testing import End, Reply, Upstream
from interlock_server.endpoint import connection as connections
from interlock_server.endpoint.connection import Connected, Connection
from interlock_server.endpoint.exchange import ClientLeft
from interlock_server.endpoint.running import configured, endpoint_of
from interlock_server.endpoint.watching import Watch
from server_stage import either, opened, streamed

_ASKED = b'{"model": "auto", "messages": [{"role": "user", "content": "Hello."}], "stream": %b}'


class Wire(asyncio.Transport):
    """A connection that notes each write, and what becomes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.ended = ""
        self.reading = True
        self.waiting = [0]

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)}.get(name, default)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.written.append(b"".join(list_of_data))

    def get_write_buffer_size(self) -> int:
        return self.waiting.pop(0) if len(self.waiting) > 1 else self.waiting[0]

    def is_closing(self) -> bool:
        return bool(self.ended)

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = self.ended or "aborted"

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


def test_what_is_held_leaves_in_one_write_and_in_its_order():
    wire = Wire()
    transport = Connection(wire, FlowControl(wire))
    transport.write(b"0")
    transport.hold()
    transport.write(b"1")
    transport.write(b"2")
    assert wire.written == [b"0"]
    transport.release()
    transport.write(b"3")
    assert wire.written == [b"0", b"12", b"3"]
    transport.hold()
    transport.release()
    assert wire.written == [b"0", b"12", b"3"]


@pytest.mark.parametrize(("end", "written"), [("close", [b"1"]), ("abort", [])])
def test_who_closes_sends_what_waits_and_who_aborts_does_not(end: str, written: list[bytes]):
    wire = Wire()
    transport = Connection(wire, FlowControl(wire))
    transport.hold()
    transport.write(b"1")
    getattr(transport, end)()
    assert wire.written == written
    transport.release()
    assert wire.written == written


async def exchanged(head: bytes, body: bytes, upstream: Upstream) -> list[bytes]:
    """What is written to a client that asks, until it has all of an answer."""
    served = opened(upstream)
    server = Server(configured(endpoint_of(served)))
    server.config.load()
    connection, wire = Connected(server.config, server.server_state, {}), Wire()
    connection.connection_made(wire)
    connection.data_received(head + b"Host: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    await asyncio.wait(server.server_state.tasks, timeout=10)
    await served.aclose()
    return wire.written


_POST = b"POST /v1/chat/completions HTTP/1.1\r\nContent-Type: application/json\r\n"


async def test_an_answer_leaves_with_its_head():
    with Upstream(always=either("Well.")) as upstream:
        (written,) = await exchanged(_POST, _ASKED % b"false", upstream)
    assert written.startswith(b"HTTP/1.1 200 ")
    assert written.endswith(b"}")
    assert b"Well." in written


async def test_the_first_event_of_a_stream_leaves_with_its_head():
    with Upstream(always=streamed("Well", ".")) as upstream:
        first, *_ = await exchanged(_POST, _ASKED % b"true", upstream)
    assert first.startswith(b"HTTP/1.1 200 ")
    assert b"\r\n\r\n" in first.partition(b"transfer-encoding")[2]
    assert b"data: {" in first


async def test_all_that_came_together_leaves_with_the_head():
    came = streamed(*(f"word{number} " for number in range(20))).body
    with Upstream(always=Reply.raw(came, kind="text/event-stream")) as upstream:
        first, *_ = await exchanged(_POST, _ASKED % b"true", upstream)
    events = [json.loads(line[6:]) for line in first.decode().splitlines() if line.startswith("data: {")]
    texts = [event["choices"][0]["delta"].get("content", "") for event in events]
    assert "".join(texts) == "".join(f"word{number} " for number in range(20))
    assert len(texts) < 5


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
async def test_an_answer_without_a_body_leaves_all_the_same(method: bytes):
    with Upstream(always=either()) as upstream:
        (written,) = await exchanged(method + b" /healthz HTTP/1.1\r\n", b"", upstream)
    assert written.startswith(b"HTTP/1.1 200 ")
    assert written.endswith(b"\r\n\r\n") is (method == b"HEAD")


async def left(*bodies: bytes, upstream: Upstream) -> list[bytes]:
    """What is written to a client that sends these at once, and leaves while the first is answered."""
    served = opened(upstream)
    endpoint = endpoint_of(served)
    server = Server(configured(endpoint))
    server.config.load()
    connection, wire = Connected(server.config, server.server_state, {}), Wire()
    connection.connection_made(wire)
    for body in bodies:
        connection.data_received(_POST + b"Host: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    await asyncio.to_thread(upstream.wait_for_requests, 1)
    (task,) = server.server_state.tasks
    wire.abort()
    connection.connection_lost(None)
    await asyncio.wait([task], timeout=10)
    assert not endpoint.traffic.under_way
    assert [record.outcome for record in served.router.records] == ["left"]
    await served.aclose()
    return wire.written


_SILENT = Reply(status=None, pieces=(End.SILENCE,))
_LONG = _ASKED.replace(b"Hello.", b"long " * 50_000)


@pytest.mark.parametrize("body", [_ASKED % b"false", _ASKED % b"true", _LONG % b"false"])
async def test_a_call_whose_client_left_ends(body: bytes):
    with Upstream(always=_SILENT) as upstream:
        assert await left(body, upstream=upstream) == []


async def test_a_call_ends_though_its_client_asked_for_another_before_it_left():
    with Upstream(always=_SILENT) as upstream:
        await left(_ASKED % b"false", _ASKED % b"false", upstream=upstream)
        assert len(upstream.requests) == 1


@pytest.mark.parametrize(("waiting", "ended"), [([5, 4, 4, 3, 3], "aborted"), ([5, 4, 4, 3, 3, 0], "")])
async def test_who_takes_ever_less_is_waited_for_and_who_takes_nothing_is_not(monkeypatch, waiting, ended):
    monkeypatch.setattr(connections, "STALLED", 0)
    wire = Wire()
    wire.waiting = waiting
    Connection(wire, FlowControl(wire)).expect_taking()
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(wire.waiting) == 1
    assert wire.ended == ended


async def test_who_watches_hears_of_the_loss_once_and_reads_on():
    wire = Wire()
    flow = FlowControl(wire)
    connection = Connection(wire, flow)
    flow.pause_reading()
    heard: list[bool] = []
    connection.watch(lambda: heard.append(connection.lost))
    assert wire.reading
    connection.watch(None)
    connection.end()
    assert heard == []
    connection = Connection(wire, flow)
    connection.watch(lambda: heard.append(connection.lost))
    connection.end()
    assert heard == [True]


async def test_nothing_begins_for_who_has_left_already():
    wire = Wire()
    connection = Connection(wire, FlowControl(wire))
    connection.end()
    with pytest.raises(ClientLeft), Watch(connection):
        pytest.fail("it began")


async def test_what_runs_for_who_leaves_ends_as_left():
    wire = Wire()
    connection = Connection(wire, FlowControl(wire))

    async def served() -> None:
        with Watch(connection):
            await asyncio.sleep(60)

    task = asyncio.create_task(served())
    await asyncio.sleep(0)
    connection.end()
    with pytest.raises(ClientLeft):
        await task
    assert not task.cancelled()
