"""Kept connections: no call is given what was not said to it, and one that was closed is no failure."""

import asyncio
import itertools
import logging
import select
import socket
import sys

import pytest
import yarl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock import Router
from interlock.errors import ConnectionFailed, ProtocolError
from interlock.http import HttpClient, connection, sending
from interlock.types.models import Network
from interlock.types.records import RESENT

CALLS = 3
WITH, AFTER, IDLE, LATE = range(4)  # when bytes come, from the end of one answer to the next request


def framed(text: bytes, *, chunked: bool) -> bytes:
    if not chunked:
        return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text)
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + (b"%x\r\n%s\r\n" % (len(text), text) if text else b"") + b"0\r\n\r\n"


STRANGE = st.one_of(
    st.builds(framed, st.sampled_from([b"for a stranger", b"", b"x" * 5000]), chunked=st.booleans()),
    st.sampled_from(
        [
            b"HTTP/1.1 500 Oh\r\ncontent-length: 14\r\n\r\nfor a stranger",
            b"HTTP/1.1 204 None\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\r\nfor a stranger",
            b"\r\n",
            b"0\r\n\r\n",
            b"HTTP/1.1 2",
            b"\0",
        ]
    ),
    st.binary(min_size=1, max_size=30),
)


class Chatty:
    """Answers every request by its body; after one of them it also says what nobody asked for."""

    def __init__(self, strange: bytes, *, after: int, cut: int, times: tuple[int, int], answer) -> None:
        self.parts = dict.fromkeys(range(4), b"")
        self.parts[times[0]] += strange[:cut]
        self.parts[times[1]] += strange[cut:]
        self.after = after
        self.answer = answer
        self.asked = 0
        self.speaker = None
        self.trusted = False  # whether a request has come over the connection of what nobody asked for

    async def __call__(self, connection) -> None:
        while (seen := await connection.request()) is not None:
            self.asked += 1
            self.trusted |= connection.writer is self.speaker
            whole = self.answer(b"for " + seen.body)
            if self.asked != self.after:
                await connection.send(whole)
                continue
            self.speaker = connection.writer
            *early, last = (whole[:-9], whole[-9:])
            await connection.send(*early)
            await asyncio.sleep(0)
            self.speaker.write(last + self.parts[WITH])
            await asyncio.sleep(0)
            self.say(AFTER)

    def say(self, moment: int) -> None:
        if self.asked == self.after and self.parts[moment] and not self.speaker.is_closing():
            self.speaker.write(self.parts[moment])


async def ask(kit, url: str, body: bytes, streamed: bool, network: Network) -> bytes:
    if not streamed:
        return (await kit.send(url, body=body, network=network)).body
    async with kit.stream(url, body=body, network=network) as reply:
        return (await reply.read()).body


async def converse(kit, url: str, chatty: Chatty, network: Network, *, streamed: bool, pause: bool) -> None:
    """Make some calls; each must be given its own answer, and none over the connection that said more."""
    # Called within a call, just before its request goes out: the loop has no turn in between.
    kit.client = HttpClient(added=lambda _: chatty.say(LATE) or {})
    try:
        for number in range(1, CALLS + 1):
            body = b"%d" % number
            try:
                assert await ask(kit, url, body, streamed, network) == b"for " + body
            except ProtocolError:
                # With garbage behind it an answer is no HTTP, and nobody can tell which of two was meant.
                assert number == chatty.after
            chatty.say(IDLE)
            if pause:
                await asyncio.sleep(0.001)
    finally:
        await kit.client.aclose()
    assert chatty.asked == CALLS
    assert not chatty.trusted


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_call_is_given_what_was_not_said_to_it(kit, serve, server_tls, bundle, data):
    strange = data.draw(STRANGE, "strange")
    chunked = data.draw(st.booleans(), "chunked")
    chatty = Chatty(
        strange,
        after=data.draw(st.integers(1, CALLS - 1), "after"),
        cut=data.draw(st.integers(0, len(strange)), "cut"),
        times=data.draw(st.tuples(*[st.integers(WITH, LATE)] * 2).map(sorted), "times"),
        answer=lambda text: framed(text, chunked=chunked),
    )
    tls = data.draw(st.booleans(), "tls")
    upstream = await serve(chatty, server_tls if tls else None)
    network = Network(ca_bundle=bundle) if tls else Network()
    streamed, pause = data.draw(st.booleans(), "streamed"), data.draw(st.booleans(), "pause")
    await converse(kit, upstream.url, chatty, network, streamed=streamed, pause=pause)


@pytest.mark.parametrize("moment", [WITH, AFTER, IDLE, LATE])
@pytest.mark.parametrize("strange", [b"H", b"\r\n", b"HTTP/1.1 2", framed(b"for a stranger", chunked=True)])
@pytest.mark.parametrize("after", [1, 2])
async def test_a_connection_that_said_anything_more_is_not_used_again(kit, serve, moment, strange, after):
    def answer(text):
        return framed(text, chunked=False)

    chatty = Chatty(strange, after=after, cut=0, times=(moment, moment), answer=answer)
    upstream = await serve(chatty)
    await converse(kit, upstream.url, chatty, Network(), streamed=False, pause=True)


class Open(asyncio.Transport):
    """The transport of a connection that leads nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open = True

    def is_closing(self) -> bool:
        return not self.open

    def abort(self) -> None:
        self.open = False

    close = abort

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading


ANSWERS = {
    "length": b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n\r\n\r\n0\n0\r\n",
    "nothing": b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    "no body": b"HTTP/1.1 204 None\r\n\r\n",
    "line feeds": b"HTTP/1.1 200 OK\nContent-Length: 4\n\n\n\r\n0",
    "chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\ndata: 0\n\ndata:1\n\r\n0\r\n\r\n",
    "a trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n0\r\n1\r\n\n\r\n000;x=y\r\na: b\r\n\r\n"
    ),
    "after others": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Wait\r\n\r\nHTTP/1.1 204 None\r\n\r\n",
    "late": b"\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\n",
}


def heard(answer: bytes, strange: bytes, cuts: list[int]) -> tuple[bool, bool]:
    """Whether a connection goes on after an answer that came in pieces with something behind it, and whether
    its host is still trusted.
    """
    loop, distrusted, transport = asyncio.get_running_loop(), set(), Open()
    told = connection.Connection(loop, distrusted)
    told.connection_made(transport)
    told.set_response_params(auto_decompress=False)
    told.prepare(yarl.URL("http://vendor.example/"))
    assert told.ask() is None
    whole = answer + strange
    ends = sorted({*(cut for cut in cuts if 0 < cut < len(whole)), len(whole)})
    for start, end in itertools.pairwise([0, *ends]):
        if transport.open:
            told.data_received(whole[start:end])
    return transport.open, not distrusted


@pytest.mark.parametrize("kind", ANSWERS)
async def test_what_follows_an_answer_is_seen_however_it_comes(kind):
    answer = ANSWERS[kind]
    followers = [b"\n", b"\r\n", b"\r\n\r\n", b"0", b"0\r\n\r\n", b"HTTP/1.1 2", b"\n\n\r\nH"]
    followers.append(framed(b"x", chunked=False))
    size = len(answer) + max(map(len, followers))
    cuts = [[], range(size), *([cut] for cut in range(size))]
    cuts += [[cut, len(answer)] for cut in range(size)] + [[cut, cut + 1] for cut in range(size)]
    for cut in cuts:
        assert heard(answer, b"", list(cut)) == (True, True)
        for strange in followers:
            assert not heard(answer, strange, list(cut))[0], (strange, cut)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [0, 1, 2, 5, 300_000])
@pytest.mark.parametrize("tls", [False, True])
async def test_a_quiet_connection_is_used_again(kit, serve, server_tls, bundle, *, chunked, size, tls):
    upstream = await serve(framed(b"x" * size, chunked=chunked), server_tls if tls else None)
    network = Network(ca_bundle=bundle) if tls else Network()
    for streamed in (False, True, False, True):
        assert await ask(kit, upstream.url, b"{}", streamed, network) == b"x" * size
    assert upstream.connections == 1


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_reader_that_is_slower_than_the_server_gets_everything(kit, serve, *, chunked):
    text = bytes(range(256)) * 8_000
    upstream = await serve(framed(text, chunked=chunked))
    for _ in range(2):
        async with kit.stream(upstream.url) as reply:
            await asyncio.sleep(0.05)
            assert (await reply.read()).body == text


async def test_a_host_that_said_what_nobody_asked_for_gets_a_connection_for_each_request(kit, serve, caplog):
    upstream = await serve(kit.reply() + b"HTTP/1.1 200 OK\r\n")
    with caplog.at_level(logging.WARNING, "interlock.http"):
        for _ in range(4):
            assert (await kit.send(upstream.url)).body == b"ok"
    assert upstream.connections == 4
    assert [seen.headers.get("connection") for seen in upstream.seen] == [None, "close", "close", "close"]
    [line] = caplog.messages
    assert upstream.origin.removeprefix("http://") in line


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what has been acknowledged")
@pytest.mark.parametrize(("status", "believed"), [("200 OK", False), ("413 Too Large", True)])
async def test_an_answer_to_a_request_that_has_not_arrived_is_none(kit, serve, status, believed):
    async def early(connection):
        await connection.request()
        await connection.send(kit.reply())
        await connection.reader.readuntil(b"\r\n\r\n")
        await connection.send(kit.reply(b"early", status=status))
        await asyncio.sleep(0.2)
        connection.reset()

    upstream = await serve(early)
    await kit.send(upstream.url)
    if believed:
        assert (await kit.send(upstream.url, body=b"x" * 30_000_000)).status == 413
    else:
        with pytest.raises(ProtocolError, match="cannot be the answer"):
            await kit.send(upstream.url, body=b"x" * 30_000_000)
    assert upstream.connections == 1


async def test_it_is_looked_at_where_the_system_has_no_poll(kit, serve, monkeypatch):
    monkeypatch.delattr(select, "poll")
    upstream = await serve(kit.reply())
    for _ in range(3):
        await kit.send(upstream.url)
    assert upstream.connections == 1
    closing = Closing(kit, "before", answers=2)
    upstream = await serve(closing)
    kit.client = HttpClient(added=lambda _: closing.close_now() or {})
    for number in range(4):
        assert (await kit.send(upstream.url, body=b"%d" % number)).body == b"%d" % number
    await kit.client.aclose()
    assert closing.answered == [b"0", b"1", b"2", b"3"]


class Closing:
    """Answers a connection's first requests and then closes it in the given way, just as it is used again."""

    def __init__(self, kit, how: str, *, answers: int = 1) -> None:
        self.reply, self.how, self.answers = kit.reply, how, answers
        self.answered: list[bytes] = []
        self.open: list[socket.socket] = []

    async def __call__(self, connection) -> None:
        for _ in range(self.answers):
            if (seen := await connection.request()) is None:
                return
            self.answered.append(seen.body)
            self.open = [connection.writer.get_extra_info("socket")]
            await connection.send(self.reply(seen.body))
        if self.how == "before":
            await connection.gone()
            return
        if await connection.request() is not None and self.how == "reset":
            connection.reset()

    def close_now(self) -> None:
        while self.how == "before" and self.open:
            self.open.pop().shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("how", ["close", "reset", "before"])
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("answers", [1, 3])
async def test_a_connection_that_was_closed_meanwhile_is_no_failure(kit, serve, how, streamed, answers):
    closing = Closing(kit, how, answers=answers)
    upstream = await serve(closing)
    kit.client = HttpClient(added=lambda _: closing.close_now() or {})
    bodies = [b"%d" % number for number in range(12)]
    for body in bodies:
        assert await ask(kit, upstream.url, body, streamed, Network()) == body
    await kit.client.aclose()
    assert closing.answered == bodies


async def test_calls_at_once_outlive_connections_that_were_closed_meanwhile(kit, serve):
    closing = Closing(kit, "close")
    upstream = await serve(closing)
    for wave in range(5):
        bodies = [b"%d-%d" % (wave, number) for number in range(10)]
        replies = await asyncio.gather(*(kit.send(upstream.url, body=body) for body in bodies))
        assert [reply.body for reply in replies] == bodies
    assert sorted(closing.answered) == sorted(set(closing.answered))
    assert len(closing.answered) == 50


async def test_it_is_no_failed_attempt_and_the_record_says_that_the_request_was_sent_twice(kit, serve):
    spoken = b'{"choices": [{"index": 0, "message": {"content": "hello"}, "finish_reason": "stop"}]}'

    async def once(connection):
        if await connection.request() is not None:
            await connection.send(kit.reply(spoken, headers="content-type: application/json\r\n"))
            await connection.request()

    upstream = await serve(once)
    deployment = {
        "id": "a",
        "model": "openai/gpt-5.5",
        "provider": "openai-compatible",
        "base_url": upstream.url.removesuffix("/chat/completions"),
        "region": "eu",
        "api_key": "sk-secret",
    }
    async with Router.from_config({"deployments": [deployment], "retries": {"max": 0}}) as router:
        for number in range(20):
            response = await router.complete("hi")
            assert response.text == "hello"
            (attempt,) = response.record.attempts
            assert attempt.error is None
            # Every other call finds a connection that is kept.
            assert attempt.adjusted == ((RESENT,) if number % 2 else ())


@pytest.mark.parametrize("reset", [True, False])
async def test_a_new_connection_that_ends_without_an_answer_is_not_tried_again(kit, serve, reset):
    async def hang_up(connection):
        await connection.request()
        if reset:
            connection.reset()

    upstream = await serve(hang_up)
    with pytest.raises(ConnectionFailed):
        await kit.send(upstream.url)
    assert upstream.connections == 1


async def test_it_is_sent_once_more_and_no_more(kit, serve):
    async def answer_the_first(connection):
        if upstream.connections == 1:
            await connection.request()
            await connection.send(kit.reply())
        await connection.request()

    upstream = await serve(answer_the_first)
    await kit.send(upstream.url)
    with pytest.raises(ConnectionFailed):
        await kit.send(upstream.url)
    assert upstream.connections == 2


async def hang_up_late(connection):
    await connection.request()
    await connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
    await connection.request()
    await asyncio.sleep(0.01)


async def hang_up_after_a_byte(connection):
    await connection.request()
    await connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
    await connection.request()
    await connection.send(b"H")


@pytest.mark.parametrize("script", [hang_up_late, hang_up_after_a_byte])
async def test_a_server_that_had_the_request_is_not_sent_it_again(kit, serve, monkeypatch, script):
    if script is hang_up_late:
        monkeypatch.setattr(connection, "_STALE", 0.005)
    upstream = await serve(script)
    await kit.send(upstream.url)
    with pytest.raises((ConnectionFailed, ProtocolError)):
        await kit.send(upstream.url)
    assert upstream.connections == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * 20_000])
async def test_an_aiohttp_that_tells_its_replies_more_writes_every_request_itself(
    kit, serve, monkeypatch, body
):
    monkeypatch.setattr(sending, "_REPLIES_ARE_KNOWN", False)
    closing = Closing(kit, "before", answers=2)
    upstream = await serve(closing)
    kit.client = HttpClient(added=lambda _: closing.close_now() or {})
    for _ in range(3):
        assert (await kit.send(upstream.url, body=body)).body == body
    await kit.client.aclose()
    assert closing.answered == [body] * 3


async def test_a_connection_that_has_not_taken_what_was_written_before_is_not_quiet():
    told = connection.Connection(asyncio.get_running_loop(), set())
    told.connection_made(Open())
    for _ in range(2):
        told.set_response_params(auto_decompress=False)
        told.prepare(yarl.URL("http://vendor.example/"))
    told.pause_writing()
    fault = told.ask()
    assert isinstance(fault, connection.Stale)
    assert not fault.written
