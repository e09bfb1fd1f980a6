"""What is served is exchanged as a whole, and closed when nobody needs it any more."""

import asyncio
import threading
from functools import partial

import pytest

from interlock.testing import Reply, Upstream
from interlock_server.endpoint import Live, Served
from interlock_server.endpoint.running import endpoint_of
from server_stage import END, either, opened, piece, serving


class Closed:
    """Goes on beside a router, and tells when that is closed."""

    def __init__(self) -> None:
        self.started = self.closed = 0

    async def start(self) -> None:
        self.started += 1

    async def aclose(self) -> None:
        self.closed += 1


class Routed:
    """As far as a router is closed."""

    def __init__(self, *, fails: bool = False) -> None:
        self.closed, self._fails = 0, fails

    async def warm(self, *, classifiers: bool) -> None:
        """There is nothing to load, and what classifiers load waits for a request that wants it."""
        assert not classifiers

    async def aclose(self) -> None:
        self.closed += 1
        if self._fails:
            raise OSError("no")


def some(*, fails: bool = False) -> Served:
    return Served(router=Routed(fails=fails), names=None, identities=None, beside=(Closed(),))


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_whoever_has_begun_goes_on_with_what_they_began_with():
    first, second = some(), some()
    live = Live(first)
    one = live.take()
    live.swap(second)
    two = live.take()
    assert (one, two) == (first, second)
    live.give(two)
    await settled()
    assert first.router.closed == second.router.closed == 0
    live.give(one)
    await settled()
    assert (first.router.closed, first.beside[0].closed) == (1, 1)
    assert second.router.closed == 0
    await live.aclose()
    assert second.router.closed == 1


async def test_what_nobody_uses_is_closed_at_once():
    first, second = some(), some()
    live = Live(first)
    live.swap(second)
    live.swap(second)
    await settled()
    assert (first.router.closed, second.router.closed) == (1, 0)


async def test_what_is_put_back_is_not_closed_under_its_users():
    first, second = some(), some()
    live = Live(first)
    taken = live.take()
    live.swap(second)
    live.swap(first)
    live.give(taken)
    await settled()
    assert (first.router.closed, second.router.closed) == (0, 1)


async def test_a_router_that_cannot_be_closed_is_told_of_and_nobody_fails(caplog):
    first, second = some(fails=True), some()
    live = Live(first)
    live.swap(second)
    await settled()
    assert first.beside[0].closed == 1
    assert "a router could not be closed" in caplog.text


async def test_what_goes_on_beside_a_router_is_started_with_it():
    served = some()
    live = Live(served)
    await live.start()
    assert served.beside[0].started == 1


def test_a_stream_ends_on_the_router_that_began_it():
    held = Upstream(always=Reply.events(piece("One "), 0.3, piece("two."), END, "[DONE]"))
    other = Upstream(always=Reply.events(piece("Other."), END, "[DONE]"))
    with held, other:
        before, after = opened(held), opened(other)
        endpoint = endpoint_of(before)
        with serving(endpoint) as client:
            found = []
            asking = threading.Thread(target=lambda: found.append(client.chat(stream=True)))
            asking.start()
            held.wait_for_requests(1)
            client.on_loop(partial(endpoint.live.swap, after))
            assert "Other." in client.chat(stream=True).text
            asking.join(10)
    (answer,) = found
    assert answer.whole
    assert answer.events[-1] == "[DONE]"
    assert "two." in answer.text


@pytest.mark.parametrize("stream", [False, True])
def test_nothing_fails_while_what_is_served_is_exchanged(stream):
    with Upstream(always=either()) as upstream:
        endpoint = endpoint_of(opened(upstream))
        with serving(endpoint) as client:
            statuses = []

            def ask():
                for _ in range(15):
                    answer = client.chat(stream=stream)
                    statuses.append((answer.status, answer.whole))

            asking = [threading.Thread(target=ask) for _ in range(4)]
            for each in asking:
                each.start()
            for _ in range(3):
                another = opened(upstream)
                client.on_loop(partial(endpoint.live.swap, another))
            for each in asking:
                each.join(20)
    assert statuses == [(200, True)] * 60
