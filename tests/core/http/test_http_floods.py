"""Whatever a server sends, other tasks have their turn, and no more of it is kept than was asked for."""

import asyncio
import gzip
import json
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from interlock.errors import AnswerTooLarge, ProtocolError

GZIP = "content-encoding: gzip\r\n"
COMMENTS = b": keepalive\n\n" * 150_000


class Turns:
    """Counts how often another task has its turn."""

    def __init__(self):
        self.count = 0

    async def __aenter__(self):
        self._task = asyncio.create_task(self._take())
        return self

    async def __aexit__(self, *error):
        self._task.cancel()

    async def _take(self):
        while True:
            await asyncio.sleep(0)
            self.count += 1


async def drained(reply):
    return sum([len(piece) async for piece in reply])


@pytest.mark.parametrize("encoded", [True, False], ids=["gzip", "plain"])
async def test_other_tasks_have_their_turn_while_a_stream_is_there_to_be_read(kit, serve, encoded):
    body = gzip.compress(COMMENTS) if encoded else COMMENTS
    upstream = await serve(kit.reply(body, headers=GZIP if encoded else ""))
    async with kit.stream(upstream.url) as reply, Turns() as turns:
        first = await anext(reply)
        before = turns.count
        assert len(first) + await drained(reply) == len(COMMENTS)
    assert turns.count - before >= len(COMMENTS) // 50_000


async def test_pieces_are_small_however_much_comes_at_once(kit, serve):
    upstream = await serve(kit.reply(b"x" * 1_000_000))
    async with kit.stream(upstream.url) as reply:
        assert max([len(piece) async for piece in reply]) <= 16 * 1024


async def test_a_timer_fires_in_the_middle_of_a_flood(kit, serve):
    async def endless(connection):
        await connection.request()
        head = f"HTTP/1.1 200 OK\r\n{GZIP}transfer-encoding: chunked\r\n\r\n".encode()
        await connection.send(head)
        deflate = zlib.compressobj(wbits=31)
        while True:
            await connection.send(kit.chunk(deflate.compress(b"data: {}\n\n" * 2_000) + deflate.flush(2)))
            await asyncio.sleep(0)

    upstream = await serve(endless)
    async with kit.stream(upstream.url) as reply:
        with pytest.raises((TimeoutError, ProtocolError)):
            async with asyncio.timeout(0.2):
                await drained(reply)


async def test_what_swells_without_end_is_refused(kit, serve):
    upstream = await serve(kit.reply(gzip.compress(b"\n" * 20_000_000), headers=GZIP))
    async with kit.stream(upstream.url) as reply:
        with pytest.raises(ProtocolError, match="swells to more than 100 times"):
            await drained(reply)


async def test_members_without_a_byte_are_no_way_round_that(kit, serve):
    upstream = await serve(kit.reply(gzip.compress(b"") * 20_000 + gzip.compress(b"end"), headers=GZIP))
    async with kit.stream(upstream.url) as reply, Turns() as turns:
        assert await drained(reply) == 3
    assert turns.count > 20


@pytest.mark.parametrize("encoded", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("status", ["400 Bad", "503 Down"])
async def test_of_an_errors_body_the_beginning_is_enough(kit, serve, status, encoded):
    body = json.dumps({"error": {"message": "x" * 3_000_000}}).encode()
    upstream = await serve(
        kit.reply(gzip.compress(body) if encoded else body, status=status, headers=GZIP if encoded else "")
    )
    reply = await kit.send(upstream.url, largest=1_000)
    assert reply.body == body[: 64 * 1024]
    async with kit.stream(upstream.url, largest=1_000) as streamed:
        assert (await streamed.read()).body == body[: 64 * 1024]


async def test_an_answer_is_read_up_to_its_limit(kit, serve):
    upstream = await serve(kit.reply(b"x" * 100_000))
    assert len((await kit.send(upstream.url, largest=100_000)).body) == 100_000
    with pytest.raises(AnswerTooLarge) as caught:
        await kit.send(upstream.url, largest=99_999)
    assert caught.value.limit == 99_999


class Counting(ThreadPoolExecutor):
    """Counts the work that is done beside the loop."""

    count = 0

    def submit(self, *work, **named):
        self.count += 1
        return super().submit(*work, **named)


@pytest.mark.parametrize(("size", "beside"), [(200_000, 0), (3_000_000, 1)])
async def test_a_large_body_is_put_together_beside_the_loop(kit, serve, size, beside):
    upstream = await serve(kit.reply(b"x" * size))
    with Counting(1) as threads:
        async with kit.stream(upstream.url) as reply:
            asyncio.get_running_loop().set_default_executor(threads)
            body = (await reply.read()).body
    assert body == b"x" * size
    assert threads.count == beside
