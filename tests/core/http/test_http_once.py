"""What must not happen twice, and what is known of a request that failed."""

import asyncio
from dataclasses import replace
from math import inf

import pytest

from interlock.errors import ConnectionFailed, ConnectTimeout, ProtocolError, ProviderError
from interlock.http import HttpRequest, Permit, origin_of
from interlock.types import permit as permits
from interlock.types.clocks import elapsed
from interlock.types.models import Destination

HERE = Destination(id="here", region="eu")


def asked(url: str, permit: Permit, *, once: bool = True, body: bytes = b"{}") -> tuple:
    return HttpRequest(url=url, body=body, once=once), permit, HERE


@pytest.mark.parametrize("once", [True, False])
async def test_a_request_that_must_not_happen_twice_is_sent_once(kit, serve, once):
    """The server takes the second request of a kept connection and hangs up without a word."""
    taken = []

    async def hangs_up(connection):
        while (seen := await connection.request()) is not None:
            taken.append(seen.body)
            if len(taken) == 2:
                connection.reset()
                return
            await connection.send(kit.reply(b"ok"))

    upstream = await serve(hangs_up)
    permit = Permit(deployment="here", origin=upstream.origin)
    await kit.client.send(*asked(upstream.url, permit, once=once, body=b"1"))
    if once:
        with pytest.raises(ConnectionFailed) as caught:
            await kit.client.send(*asked(upstream.url, permit, body=b"2"))
        assert not caught.value.unsent
    else:
        assert (await kit.client.send(*asked(upstream.url, permit, once=False, body=b"2"))).body == b"ok"
    assert taken == ([b"1", b"2"] if once else [b"1", b"2", b"2"])
    assert permit.resent is not once


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
@pytest.mark.parametrize("size", [0, 2, 20_000])
@pytest.mark.parametrize("reset", [True, False])
async def test_what_a_new_connection_lost_is_not_sent_again_whatever_its_method(
    kit, serve, method, size, reset
):
    async def hangs_up(connection):
        taken.append((await connection.request()).body)
        if reset:
            connection.reset()

    taken = []
    upstream = await serve(hangs_up)
    permit = Permit(deployment="here", origin=upstream.origin)
    request, *rest = asked(upstream.url, permit, body=b"x" * size)
    with pytest.raises(ConnectionFailed) as caught:
        await kit.client.send(replace(request, method=method), *rest)
    assert taken == [b"x" * size]
    assert not caught.value.unsent


async def test_what_is_sent_once_more_has_its_own_headers_whatever_else_its_permit_covers(kit, serve):
    """The server hangs up on two kept connections as a request reaches each."""
    taken, both = [], asyncio.Barrier(2)

    async def hangs_up_twice(connection):
        kept = upstream.connections <= 2
        while (seen := await connection.request()) is not None:
            said = seen.headers["x-of"].encode() + seen.body
            if kept and said in (b"33", b"44"):
                taken.append(said)
                return
            if kept:
                await both.wait()
            await connection.send(kit.reply(said))

    upstream = await serve(hangs_up_twice)
    permit = Permit(deployment="here", origin=upstream.origin)

    async def send(number):
        request = HttpRequest(url=upstream.url, body=b"%d" % number, headers={"x-of": f"{number}"})
        return (await kit.client.send(request, permit, HERE)).body

    await asyncio.gather(send(1), send(2))
    assert await asyncio.gather(send(3), send(4)) == [b"33", b"44"]
    assert sorted(taken) == [b"33", b"44"]
    assert permit.resent


async def test_a_kept_connection_that_was_closed_while_it_was_idle_is_no_reason_not_to_send(kit, serve):
    async def once(connection):
        await connection.request()
        await connection.send(kit.reply(b"ok"))

    upstream = await serve(once)
    permit = Permit(deployment="here", origin=upstream.origin)
    for _ in range(3):
        assert (await kit.client.send(*asked(upstream.url, permit))).body == b"ok"
    assert not permit.resent


async def test_it_is_known_that_nothing_left_where_nobody_listens(kit, nobody):
    permit = Permit(deployment="here", origin=origin_of(nobody))
    with pytest.raises(ConnectionFailed) as caught:
        await kit.client.send(*asked(nobody, permit))
    assert caught.value.unsent
    assert permit.used == 0


@pytest.mark.parametrize("ends", ["reset", "silence", "garbage", "cut"])
async def test_what_was_sent_may_have_happened_however_its_answer_fails(kit, serve, ends):
    async def fails(connection):
        await connection.request()
        if ends == "reset":
            connection.reset()
        elif ends == "garbage":
            await connection.send(b"what?\r\n\r\n")
        elif ends == "cut":
            await connection.send(b"HTTP/1.1 201 Created\r\ncontent-length: 90\r\n\r\n{")

    upstream = await serve(fails)
    permit = Permit(deployment="here", origin=upstream.origin)
    with pytest.raises((ConnectionFailed, ProtocolError)) as caught:
        await kit.client.send(*asked(upstream.url, permit))
    assert isinstance(caught.value, ProviderError)
    assert not caught.value.unsent
    assert permit.used == 1


async def test_one_failed_connection_does_not_hide_what_was_sent_before(kit, serve, nobody):
    upstream = await serve(kit.reply(b"ok"))
    permit = Permit(deployment="here", origin=upstream.origin)
    await kit.client.send(*asked(upstream.url, permit))
    permit.origin = origin_of(nobody)
    with pytest.raises(ConnectionFailed):
        await kit.client.send(*asked(nobody, permit))
    assert permit.used == 1


class TestAfterItsDeadline:
    """A process that is stopped, and goes on when others have taken over, sends nothing."""

    @pytest.mark.parametrize("body", [b"{}", b""])
    @pytest.mark.parametrize("kept", [False, True])
    async def test_nothing_is_written(self, kit, serve, monkeypatch, body, kept):
        upstream = await serve(kit.reply(b"ok"))
        now = [0.0]
        monkeypatch.setattr(permits, "elapsed", lambda: now[0])
        permit = Permit(deployment="here", origin=upstream.origin, deadline=5.0)
        if kept:
            await kit.client.send(*asked(upstream.url, permit, body=body))
        now[0] = 5.0
        with pytest.raises(ConnectTimeout, match=r"nothing was sent to \S+: the time") as caught:
            await kit.client.send(*asked(upstream.url, permit, body=body))
        assert caught.value.unsent
        assert (permit.used, len(upstream.seen)) == ((1, 1) if kept else (0, 0))

    async def test_the_time_that_connecting_takes_counts(self, kit, serve, monkeypatch):
        upstream = await serve(kit.reply(b"ok"))
        monkeypatch.setattr(permits, "elapsed", lambda: 9.0 if upstream.connections else 0.0)
        permit = Permit(deployment="here", origin=upstream.origin, deadline=5.0)
        with pytest.raises(ConnectTimeout):
            await kit.client.send(*asked(upstream.url, permit))
        assert (upstream.connections, permit.used, upstream.seen) == (1, 0, [])

    async def test_another_permit_has_a_time_of_its_own(self, kit, serve):
        upstream = await serve(kit.reply(b"ok"))
        late = Permit(deployment="here", origin=upstream.origin, deadline=0.0)
        with pytest.raises(ConnectTimeout):
            await kit.client.send(*asked(upstream.url, late))
        for deadline in (inf, elapsed() + 60):
            permit = Permit(deployment="here", origin=upstream.origin, deadline=deadline)
            assert (await kit.client.send(*asked(upstream.url, permit))).body == b"ok"
