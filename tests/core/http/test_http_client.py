"""What a call over HTTP gives back, and what it sends."""

import asyncio
import gzip
import zlib
from dataclasses import replace

import pytest

from interlock.errors import AnswerTooLarge, ConnectionFailed, InvalidRequest, PermitError, ProtocolError
from interlock.http import Permit


async def test_a_reply_comes_back_whole_with_lower_case_headers(kit, serve):
    upstream = await serve(kit.reply(b'{"a": 1}', headers="X-Request-ID: r1\r\nX-Two: a\r\nx-two: b\r\n"))
    reply = await kit.send(upstream.url, body=b'{"q": 1}')
    assert (reply.status, reply.body) == (200, b'{"a": 1}')
    assert reply.headers["x-request-id"] == "r1"
    assert reply.headers["x-two"] == "a, b"
    assert upstream.seen[0].line == "POST /v1/chat/completions HTTP/1.1"
    assert upstream.seen[0].body == b'{"q": 1}'


async def test_header_values_that_are_no_ascii_come_back_byte_for_byte(kit, serve):
    said = "grün ".encode() + b"\xff\xe9"
    upstream = await serve(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-said: " + said + b"\r\n\r\n")
    headers = (await kit.send(upstream.url)).headers
    assert headers["x-said"].encode("latin-1") == said


async def test_the_host_is_said_first_and_a_destination_may_say_another(kit, serve):
    upstream = await serve(kit.reply())
    await kit.send(upstream.url, headers={"x-a": "b"})
    await kit.send(upstream.url, extra={"Host": "gateway.example"})
    first, second = (seen.headers for seen in upstream.seen)
    assert next(iter(first.items())) == ("host", upstream.origin.removeprefix("http://"))
    assert second["host"] == "gateway.example"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_a_body_only_what_would_have_one_states_its_length(kit, serve, method):
    upstream = await serve(kit.reply())
    request, *rest = kit.call(upstream.url, body=b"")
    await kit.client.send(replace(request, method=method), *rest)
    assert upstream.seen[0].line.startswith(method)
    assert upstream.seen[0].headers.get("content-length") == ("0" if method == "POST" else None)
    assert "content-type" not in upstream.seen[0].headers


async def test_an_error_status_is_a_reply_like_any_other(kit, serve):
    upstream = await serve(kit.reply(b"no", status="429 Slow Down"))
    reply = await kit.send(upstream.url)
    assert (reply.status, reply.body) == (429, b"no")


async def test_the_deployment_s_headers_win_whatever_their_case(kit, serve):
    upstream = await serve(kit.reply())
    await kit.send(
        upstream.url,
        headers={"Authorization": "Bearer ours", "content-type": "application/json", "Content-Length": "999"},
        extra={"AUTHORIZATION": "Bearer theirs", "X-Tenant": "t1"},
    )
    headers = upstream.seen[0].headers
    assert headers["authorization"] == "Bearer theirs"
    assert headers["content-type"] == "application/json"
    assert headers["x-tenant"] == "t1"
    assert headers["content-length"] == "2"
    assert headers["user-agent"] == "interlock"


@pytest.mark.parametrize("value", ["line\r\nx-evil: 1", "nul\0", "schlüssel"])
async def test_a_header_that_http_cannot_carry_is_refused_without_showing_it(kit, serve, value):
    upstream = await serve(kit.reply())
    with pytest.raises(InvalidRequest, match="x-key") as caught:
        await kit.send(upstream.url, headers={"X-Key": value})
    assert value not in str(caught.value)
    assert not upstream.seen


async def test_one_connection_serves_one_call_after_another(kit, serve):
    upstream = await serve(kit.reply())
    for _ in range(3):
        await kit.send(upstream.url)
    async with kit.stream(upstream.url) as reply:
        assert [piece async for piece in reply] == [b"ok"]
    await kit.send(upstream.url)
    assert upstream.connections == 1


async def test_a_connection_closed_between_calls_is_replaced(kit, serve):
    async def once(connection):
        await connection.request()
        await connection.send(kit.reply())

    upstream = await serve(once)
    for _ in range(2):
        assert (await kit.send(upstream.url)).body == b"ok"
        await asyncio.sleep(0.02)
    assert upstream.connections == 2


async def test_many_calls_at_once_wait_for_no_connection(kit, serve):
    waiting = 0
    everyone = asyncio.Event()

    async def meet(connection):
        nonlocal waiting
        await connection.request()
        waiting += 1
        if waiting == 150:
            everyone.set()
        await everyone.wait()
        await connection.send(kit.reply())

    upstream = await serve(meet)
    replies = await asyncio.gather(*(kit.send(upstream.url, connect=30) for _ in range(150)))
    assert {reply.body for reply in replies} == {b"ok"}


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),
        ("GZIP", lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:])),
        ("identity", bytes),
    ],
    ids=["gzip", "deflate", "raw-deflate", "two-gzip-members", "identity"],
)
async def test_a_compressed_body_arrives_plain(kit, serve, encoding, compress):
    text = "Grüße, Welt. ".encode() * 20_000
    upstream = await serve(kit.reply(compress(text), headers=f"content-encoding: {encoding}\r\n"))
    assert (await kit.send(upstream.url)).body == text
    assert upstream.seen[0].headers["accept-encoding"] == "gzip, deflate"
    async with kit.stream(upstream.url) as reply:
        assert b"".join([piece async for piece in reply]) == text
    assert upstream.seen[1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"x" * 1000, mtime=0)[:-9]),
        ("gzip", b"plain text"),
        ("br", b"\x0b\x02\x80"),
        ("deflate", b"\xff" * 9),
    ],
)
async def test_a_compressed_body_that_cannot_be_read_is_a_protocol_error(kit, serve, encoding, body):
    upstream = await serve(kit.reply(body, headers=f"content-encoding: {encoding}\r\n"))
    with pytest.raises(ProtocolError):
        await kit.send(upstream.url)


async def test_a_body_over_the_limit_is_refused_compressed_or_not(kit, serve):
    upstream = await serve(kit.reply(b"x" * 1001))
    with pytest.raises(AnswerTooLarge, match=r"more than 1000 bytes; content\.largest_answer") as caught:
        await kit.send(upstream.url, largest=1000)
    assert caught.value.limit == 1000
    bomb = await serve(kit.reply(gzip.compress(b"x" * 10_000_000), headers="content-encoding: gzip\r\n"))
    with pytest.raises(AnswerTooLarge, match="more than 1000 bytes"):
        await kit.send(bomb.url, largest=1000)
    exact = await serve(kit.reply(b"x" * 1000))
    assert len((await kit.send(exact.url, largest=1000)).body) == 1000
    await kit.client.aclose()


async def test_a_request_of_several_megabytes_is_sent_whole(kit, serve):
    upstream = await serve(kit.reply())
    await kit.send(upstream.url, body=b"x" * 3_000_000)
    assert len(upstream.seen[0].body) == 3_000_000


async def test_no_cookie_goes_from_one_call_to_the_next(kit, serve):
    upstream = await serve(kit.reply(headers="set-cookie: session=secret; Path=/\r\n"))
    for _ in range(2):
        await kit.send(upstream.url)
    assert "cookie" not in upstream.seen[1].headers


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "304 Not Modified", "307 Temporary", "308 Permanent"]
)
async def test_a_redirect_is_an_error_that_names_where_it_points(kit, serve, status):
    elsewhere = await serve(kit.reply())
    target = elsewhere.url.replace("127.0.0.1", "localhost") + "?key=hush"
    upstream = await serve(kit.reply(b"", status=status, headers=f"location: {target}\r\n"))
    with pytest.raises(ProtocolError, match="redirects are not followed") as caught:
        await kit.send(upstream.url)
    assert "localhost" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert caught.value.status == int(status[:3])
    with pytest.raises(ProtocolError, match="redirects are not followed"):
        async with kit.stream(upstream.url):
            pass
    assert not elsewhere.seen


async def test_nothing_is_sent_without_a_permit_that_covers_it(kit, serve):
    upstream = await serve(kit.reply())
    other = Permit(deployment="here", origin="https://api.example.com:443")
    gone = Permit(deployment="here", origin=upstream.origin)
    gone.withdraw()
    nowhere = Permit(deployment="here", origin=None)
    for permit in (other, gone, nowhere):
        with pytest.raises(PermitError):
            await kit.send(upstream.url, permit=permit)
        with pytest.raises(PermitError):
            async with kit.stream(upstream.url, permit=permit):
                pass
        assert permit.used == 0
    assert upstream.connections == 0


async def test_a_permit_withdrawn_while_the_first_connection_is_prepared_still_stops_the_send(kit, serve):
    upstream = await serve(kit.reply())
    permit = Permit(deployment="here", origin=upstream.origin)
    call = asyncio.ensure_future(kit.send(upstream.url, permit=permit))
    await asyncio.sleep(0)
    permit.withdraw()
    with pytest.raises(PermitError, match="withdrawn"):
        await call
    assert upstream.connections == 0


@pytest.mark.parametrize(
    "trick",
    ["http://127.0.0.1\\@evil.test/", "http://evil.test#@127.0.0.1/", "http:///v1", "file:///etc/passwd"],
)
async def test_a_url_that_hides_its_host_goes_nowhere(kit, trick):
    with pytest.raises((PermitError, ConnectionFailed)) as caught:
        await kit.send(trick, permit=Permit(deployment="here", origin="http://127.0.0.1:80"))
    assert isinstance(caught.value, PermitError)


async def test_credentials_in_the_url_become_basic_authorization(kit, serve):
    upstream = await serve(kit.reply())
    url = upstream.url.replace("://", "://me:p%40ss@")
    await kit.send(url)
    await kit.send(url, headers={"authorization": "Bearer key"})
    assert [seen.headers["authorization"] for seen in upstream.seen] == ["Basic bWU6cEBzcw==", "Bearer key"]
    assert "me:" not in upstream.seen[0].line + upstream.seen[0].headers["host"]


async def test_a_client_works_again_after_aclose(kit, serve):
    upstream = await serve(kit.reply())
    await kit.send(upstream.url)
    await kit.client.aclose()
    await kit.client.aclose()
    await kit.send(upstream.url)
    assert upstream.connections == 2
