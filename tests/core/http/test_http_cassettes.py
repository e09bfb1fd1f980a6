"""What a user's recorder (vcrpy) keeps of a call is played back to the next one."""

import gzip

import pytest
import vcr

from interlock import ProviderError, Router
from interlock.http import HttpClient

SPOKEN = b'{"choices": [{"index": 0, "message": {"content": "hello"}, "finish_reason": "stop"}]}'


def recorder(path, **more):
    return vcr.use_cassette(str(path), match_on=("method", "path", "body"), **more)


async def test_a_recorded_reply_is_played_back_as_it_came(kit, serve, tmp_path):
    sent = kit.reply(b'{"a": 1}', status="201 Made", headers="X-Request-ID: r1\r\nX-Two: a\r\nx-two: b\r\n")
    upstream = await serve(sent)
    replies = []
    for mode in ("once", "none"):
        with recorder(tmp_path / "one.yaml", record_mode=mode):
            replies.append(await kit.send(upstream.url, body=b'{"q": 1}'))
    recorded, played = replies
    assert len(upstream.seen) == 1
    assert (played.status, played.body) == (recorded.status, recorded.body) == (201, b'{"a": 1}')
    for reply in replies:
        assert (reply.headers["x-request-id"], reply.headers["x-two"]) == ("r1", "a, b")


async def test_a_recorded_stream_is_played_back_whole(kit, serve, tmp_path):
    async def script(connection):
        await connection.request()
        pieces = (kit.chunk(b"data: one\n\n"), kit.chunk(b"data: two\n\n"), b"0\r\n\r\n")
        await connection.send(kit.chunked, *pieces)

    upstream = await serve(script)
    told = []
    for mode in ("once", "none"):
        with recorder(tmp_path / "stream.yaml", record_mode=mode):
            async with kit.stream(upstream.url) as reply:
                told.append((await reply.read()).body)
    assert told == [b"data: one\n\ndata: two\n\n"] * 2
    assert upstream.connections == 1


async def test_a_compressed_reply_is_played_back_plain(kit, serve, tmp_path):
    upstream = await serve(kit.reply(gzip.compress(b"plain"), headers="content-encoding: gzip\r\n"))
    for mode in ("once", "none"):
        with recorder(tmp_path / "gzip.yaml", record_mode=mode):
            assert (await kit.send(upstream.url)).body == b"plain"


async def test_a_router_s_call_is_recorded_and_played_back_without_its_server(kit, serve, tmp_path):
    """As a user's own test does it: nothing is said about transports, and no key is written down."""
    upstream = await serve(kit.reply(SPOKEN, headers="content-type: application/json\r\n"))
    deployment = {
        "id": "a",
        "model": "openai/gpt-5.5",
        "provider": "openai-compatible",
        "base_url": upstream.url.removesuffix("/chat/completions"),
        "region": "eu",
        "api_key": "sk-secret",
    }
    path = tmp_path / "call.yaml"
    for mode in ("once", "none"):
        with recorder(path, record_mode=mode, filter_headers=["authorization"]):
            async with Router.from_config({"deployments": [deployment]}) as router:
                assert (await router.complete("hi")).text == "hello"
    assert len(upstream.seen) == 1
    assert "sk-secret" not in path.read_text()


async def test_what_was_not_recorded_is_an_error_and_goes_nowhere(serve, kit, tmp_path):
    upstream = await serve(kit.reply())
    client = HttpClient()
    with recorder(tmp_path / "none.yaml", record_mode="none"), pytest.raises(ProviderError):
        await client.send(*kit.call(upstream.url))
    await client.aclose()
    assert not upstream.seen
