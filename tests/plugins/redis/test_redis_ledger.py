"""Budgets of several processes in one real server."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import product
from typing import Any

import pytest
from redis import Redis

import spending_races
from interlock import StoreError
from interlock.types.ledgers import (
    AccountTally,
    Hold,
    LedgerCall,
    LedgerPlace,
    Look,
    Settlement,
    SharedAccount,
)
from interlock.types.windows import window
from interlock_redis import RedisLedgers

HOUR = SharedAccount(name="hourly", per="hour", requests=2)


def test_three_processes_spend_what_there_is_and_no_more(server: Any) -> None:
    spending_races.race(server.url)


def test_what_is_held_ahead_is_spent_to_the_last_attempt(server: Any) -> None:
    spending_races.flow(server.url)


def test_a_server_that_is_silent_or_down_refuses_and_is_used_again_within_five_seconds(server: Any) -> None:
    spending_races.outages(
        server.url,
        (lambda: os.kill(server.pid, signal.SIGSTOP), lambda: os.kill(server.pid, signal.SIGCONT), True),
        (server.stop, server.start, False),
    )


def take(url: str, *steps: Any) -> Any:
    async def main() -> Any:
        ledger = RedisLedgers().open(LedgerPlace(url=url))
        try:
            return await ledger.exchange(LedgerCall(steps=steps))
        finally:
            await ledger.aclose()

    return asyncio.run(main())


def hold(name: str) -> Hold:
    return Hold(id=name, accounts=(HOUR,), tokens=5, money=3)


def turned(client: "Redis[bytes]", key: str) -> None:
    """As if the window had been the one before."""
    start = float(client.hget(key, "start") or 0)
    client.hset(key, mapping={"start": start - 3600, "end": start})
    for held in client.keys("*:hold:*"):
        if client.hexists(held, key):
            client.hset(held, key, int(start) - 3600)


def test_a_window_that_is_over_begins_anew_and_late_settlements_leave_it_alone(server: Any) -> None:
    take(server.url, hold("one"), hold("two"))
    assert take(server.url, hold("three")).refused == {"three"}
    with Redis(port=server.port) as client:
        turned(client, "{interlock:ledger}:account:hourly")
    (found,) = take(server.url, Look(accounts=(HOUR,))).tallies.values()
    assert (found.requests, (found.start, found.end)) == (0, window("hour", found.start))
    reply = take(
        server.url,
        hold("four"),
        Settlement(id="one", accounts=(HOUR,), requests=1, tokens=900, money=900),
    )
    (found,) = reply.tallies.values()
    assert found == AccountTally(
        start=found.start, end=found.end, requests=1, tokens=5, money=3, held_tokens=5, held_money=3
    )


def test_everything_is_forgotten_soon_after_its_window(server: Any) -> None:
    take(
        server.url,
        hold("one"),
        hold("two"),
        Settlement(id="two", accounts=(HOUR,), requests=1, tokens=1, money=1),
    )
    with Redis(port=server.port) as client:
        left = {key.decode(): client.ttl(key) for key in client.scan_iter()}
    assert set(left) == {
        "{interlock:ledger}:account:hourly",
        "{interlock:ledger}:hold:one",
        "{interlock:ledger}:hold:two",
    }
    assert all(0 < seconds <= 3600 + 61 for seconds in left.values())
    assert left["{interlock:ledger}:hold:two"] <= 60


def test_its_months_are_those_of_the_calendar(server: Any) -> None:
    script = files("interlock_redis").joinpath("ledger.lua").read_text("utf-8")
    # The clock is the one thing that is replaced.
    script = script.replace("local clock = redis.call('TIME')", "local clock = {ARGV[3], '0'}")
    assert "ARGV[3]" in script
    asked = '{"accounts":[{"per":"month"}],"steps":[]}'
    with Redis(port=server.port) as client:
        for year, month in product(range(1999, 2105), range(1, 13)):
            first = datetime(year, month, 1, tzinfo=UTC)
            for moment in (first, first - timedelta(seconds=1), first + timedelta(days=27, hours=5)):
                now = int(moment.timestamp())
                _, (found,) = client.eval(script, 1, "some-account", 1, asked, now)
                assert (int(found[0]), int(found[1])) == window("month", now)


def test_prefixes_keep_ledgers_apart(server: Any) -> None:
    for prefix in ("one", "two"):
        assert not take(f"{server.url}?prefix={prefix}", hold("a"), hold("b")).refused


def test_an_error_shows_neither_the_password_nor_what_was_asked(serve: Any) -> None:
    server = serve(password="secret-of-all")
    wrong = server.url.replace("secret-of-all", "another-secret")
    with pytest.raises(StoreError) as caught:
        take(wrong, hold("one"))
    assert str(caught.value) == f"127.0.0.1:{server.port} cannot be used for the ledger (AuthenticationError)"
    assert not take(server.url, hold("one")).refused
