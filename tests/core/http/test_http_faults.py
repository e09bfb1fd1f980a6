"""Misbehaving servers and impatient callers."""

import asyncio
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import ConnectionFailed, ConnectTimeout, ProtocolError, ProviderError


async def consume(kit, url, **how):
    async with kit.stream(url, **how) as reply:
        await reply.read()


async def both_ways(kit, url, **how):
    """The errors of a plain and of a streamed call."""
    with pytest.raises(ProviderError) as plain:
        await kit.send(url, **how)
    with pytest.raises(ProviderError) as streamed:
        await consume(kit, url, **how)
    return [plain.value, streamed.value]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_a_refused_connection_names_host_and_reason_and_nothing_else(kit):
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1/chat?api_key=hush"
    for error in await both_ways(kit, url, headers={"authorization": "Bearer hush"}, body=b"hush"):
        assert type(error) is ConnectionFailed
        assert f"127.0.0.1:{port}: connection refused" in str(error)
        assert "hush" not in str(error)
        assert error.__cause__ is None
        assert error.__context__ is None


async def test_a_name_that_does_not_resolve(kit, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    for error in await both_ways(kit, "http://no-such-host.invalid:8000/v1"):
        assert type(error) is ConnectionFailed
        assert "its name does not resolve" in str(error)


@pytest.mark.parametrize("reset", [True, False])
async def test_a_connection_that_ends_before_a_byte_is_a_failed_connection(kit, serve, reset):
    async def hang_up(connection):
        await connection.request()
        if reset:
            connection.reset()

    upstream = await serve(hang_up)
    for error in await both_ways(kit, upstream.url):
        assert type(error) is ConnectionFailed


@pytest.mark.parametrize("head", ["content-length: 50\r\n\r\n", "transfer-encoding: chunked\r\n\r\n32\r\n"])
@pytest.mark.parametrize("reset", [True, False])
async def test_a_body_that_is_cut_is_a_protocol_error(kit, serve, head, reset):
    async def cut(connection):
        await connection.request()
        await connection.send(f"HTTP/1.1 200 OK\r\n{head}".encode(), b"the first ")
        if reset:
            connection.reset()

    upstream = await serve(cut)
    for error in await both_ways(kit, upstream.url):
        assert type(error) is ProtocolError
        assert "cut the answer short" in str(error)


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\0: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx-long: " + b"x" * 300_000 + b"\r\n\r\n",
        b"<html>hello</html>\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_a_protocol_error(kit, serve, garbage):
    upstream = await serve(garbage)
    for error in await both_ways(kit, upstream.url):
        assert type(error) is ProtocolError


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_server_can_raise_what_the_engine_does_not_know(kit, serve, data):
    whole = data.draw(
        st.sampled_from([kit.reply(b"body"), kit.chunked + kit.chunk(b"data: 1\n\n") + b"0\r\n\r\n", b""])
    )
    at = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=12))
    sent = whole[:at] + noise + whole[at + data.draw(st.integers(0, 4)) :]

    async def say(connection):
        await connection.request()
        await connection.send(sent)

    upstream = await serve(say)
    for call in (kit.send, lambda url: consume(kit, url)):
        limit = asyncio.timeout(1)  # what begins and never ends is for the engine's limits of time
        try:
            async with limit:
                await call(upstream.url)
        except ProviderError:
            pass
        except TimeoutError:
            assert limit.expired()


async def test_a_stream_arrives_piece_by_piece_wherever_it_is_split(kit, serve):
    text = 'data: {"text": "Grüße"}\r\n\r\ndata: [DONE]\r\n\r\n'.encode()

    async def drip(connection):
        await connection.request()
        body = (
            kit.chunked + b"".join(kit.chunk(text[i : i + 3]) for i in range(0, len(text), 3)) + b"0\r\n\r\n"
        )
        await connection.send(*(body[i : i + 40] for i in range(0, len(body), 40)))

    upstream = await serve(drip)
    async with kit.stream(upstream.url) as reply:
        assert reply.headers["content-type"] == "text/event-stream"
        pieces = [piece async for piece in reply]
    assert b"".join(pieces) == text
    assert len(pieces) > 1


async def test_a_stream_s_first_piece_does_not_wait_for_the_second(kit, serve):
    async def pause(connection):
        await connection.request()
        await connection.send(kit.chunked + kit.chunk(b"one"))
        await connection.gone()

    upstream = await serve(pause)
    async with kit.stream(upstream.url) as reply:
        async for piece in reply:
            assert piece == b"one"
            break
    await asyncio.wait_for(upstream.gone.wait(), 2)


async def test_an_error_reply_of_a_stream_can_be_read_whole(kit, serve):
    upstream = await serve(kit.reply(b'{"error": "no"}', status="400 Bad"))
    async with kit.stream(upstream.url) as reply:
        whole = await reply.read()
    assert (whole.status, whole.body) == (400, b'{"error": "no"}')


async def silent(connection):
    await connection.request()
    await connection.gone()


async def silent_in_the_body(connection):
    await connection.request()
    await connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfirst")
    await connection.gone()


@pytest.mark.parametrize("script", [silent, silent_in_the_body])
@pytest.mark.parametrize("streamed", [False, True])
async def test_cancelling_a_call_closes_its_socket(kit, serve, script, streamed):
    upstream = await serve(script)

    call = asyncio.ensure_future(consume(kit, upstream.url) if streamed else kit.send(upstream.url))
    await asyncio.wait_for(upstream.reached.wait(), 2)
    await asyncio.sleep(0.02)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.wait_for(upstream.gone.wait(), 2)


async def test_a_caller_s_own_deadline_passes_through_as_such(kit, serve):
    upstream = await serve(silent)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await kit.send(upstream.url)
    await asyncio.wait_for(upstream.gone.wait(), 2)


async def test_a_server_that_does_not_accept_is_a_connect_timeout(kit):
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):  # the queue is full, so that a third handshake waits
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        for error in await both_ways(kit, url, connect=0.1):
            assert type(error) is ConnectTimeout
            assert "within 0.1 s" in str(error)
