"""What a client writes beside whole requests: it is not waited for, not kept, and mixed with no answer."""

import asyncio
import contextlib

import pytest

from interlock_server.operation import heads
from server_toys import Client

_CHUNKED = b"POST /heard HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
_SIZED = b"POST /heard HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n"


async def connected(run) -> Client:
    return await Client.to(run.address)


async def written(client, data: bytes) -> None:
    client._writer.write(data)
    await client._writer.drain()


async def everything(client) -> bytes:
    async with asyncio.timeout(10):
        return await client._reader.read()


@pytest.mark.parametrize(
    "offer",
    [
        b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n",
        b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n",
        b"upgrade: TLS/1.0\r\nconnection: keep-alive\r\nconnection: upgrade\r\n",
    ],
)
@pytest.mark.parametrize("apart", [True, False])
async def test_an_offer_to_go_on_in_another_protocol_is_passed_over(run, offer, apart):
    client = await connected(run)
    for _ in range(2):
        await written(client, _SIZED + offer + b"\r\n" + (b"" if apart else b"Hello"))
        if apart:
            await asyncio.sleep(0.05)
            await written(client, b"Hello")
        names, _, body = (await client.answer()).partition(" ")
        assert body == "Hello"
        assert "upgrade" not in names.split(",")
        assert "content-length" in names


async def test_the_body_of_a_request_with_an_offer_is_no_request(run):
    body = b"GET /pid HTTP/1.1\r\nhost: a\r\n\r\n"
    offer = b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: %d\r\n\r\n" % len(body)
    client = await connected(run)
    await written(client, b"POST / HTTP/1.1\r\nhost: a\r\n" + offer)
    assert await client.answer() == "one"
    await written(client, body + b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    assert (await everything(client)).count(b"HTTP/1.1 200") == 1


async def test_requests_with_offers_wait_their_turn(run):
    offered = _SIZED + b"connection: upgrade\r\nupgrade: h2c\r\n\r\nHello"
    client = await connected(run)
    await written(client, offered * 3)
    assert [(await client.answer()).endswith(" Hello") for _ in range(3)] == [True] * 3


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"])
async def test_a_tunnel_is_refused(run, before):
    client = await connected(run)
    await written(client, before + b"CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n")
    statuses = (await everything(client)).split(b"HTTP/1.1 ")[1:]
    assert [each[:3] for each in statuses] == ([b"200"] if before else [b"400"])


async def test_headers_behind_a_body_are_not_heard(run):
    client = await connected(run)
    for _ in range(2):
        await written(client, _CHUNKED + b"5\r\nHello\r\n0\r\nx-api-key: a\r\norigin: b\r\n\r\n")
        assert await client.answer() == "host,transfer-encoding Hello"


@pytest.mark.parametrize("path", [b"/heard", b"/"])
@pytest.mark.parametrize(
    "endless",
    [b"5\r\nHello\r\n0\r\n" + b"a: b\r\n" * 50_000, b"0\r\na: " + b"b" * 300_000, b"5;" + b"a" * 300_000],
    ids=["many", "long", "extended"],
)
async def test_what_stands_behind_a_body_may_not_be_endless(run, path, endless):
    client = await connected(run)
    await written(client, _CHUNKED.replace(b"/heard", path))
    if path == b"/":
        assert await client.answer() == "one"  # it is answered before its body has come
    # The system may tell of the end before all is written.
    with contextlib.suppress(ConnectionError):
        await written(client, endless)
        await everything(client)
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            assert await client.closed()


async def test_a_body_may_be_long_and_come_in_large_pieces(run):
    client = await connected(run)
    for _ in range(2):
        await written(client, _CHUNKED + b"30d40\r\n%b\r\n" % (b"x" * 200_000) * 2 + b"0\r\n\r\n")
        assert len((await client.answer()).partition(" ")[2]) == 400_000


@pytest.mark.parametrize("rest", [b"\r\n", b"Hel"])
async def test_an_answered_connection_on_which_nothing_begins_is_closed(run, monkeypatch, rest):
    monkeypatch.setattr(heads, "SLOWEST", 0.3)
    client = await connected(run)
    await written(client, _SIZED.replace(b"/heard", b"/") + b"\r\n" + (b"Hello" if rest == b"\r\n" else b""))
    assert await client.answer() == "one"
    await written(client, rest)
    async with asyncio.timeout(5):
        assert await client.closed()


async def test_blanks_between_requests_are_no_hurry(run, monkeypatch):
    monkeypatch.setattr(heads, "SLOWEST", 0.3)
    client = await connected(run)
    await written(client, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
    assert await client.answer() == "one"
    await written(client, b"\r\nGET /slow?0.5 HTTP/1.1\r\nhost: a\r\n\r\n")
    assert await client.answer() == "one"


@pytest.mark.parametrize("noise", [b"\0\1\2\r\n\r\n", b"GET /" + b"a" * 100_000])
async def test_noise_behind_a_request_is_mixed_with_no_answer(run, noise):
    client = await connected(run)
    await written(client, b"GET /pieces?3 HTTP/1.1\r\nhost: a\r\n\r\n")
    await client.head()
    with contextlib.suppress(ConnectionError):
        await written(client, noise)
    with contextlib.suppress(ConnectionError):
        assert b"HTTP/1.1" not in await everything(client)


async def test_what_is_no_request_is_refused_where_nothing_is_owed(run):
    for before in (b"", _CHUNKED):
        client = await connected(run)
        await written(client, before + b"zz\0\r\n\r\n")
        assert (await everything(client)).count(b"HTTP/1.1 400 ") == 1
