"""Room that is held ahead: one exchange for many attempts, and nothing spent, lost or kept by it."""

import asyncio
from types import SimpleNamespace

import pytest

from interlock import Answer, BudgetExceeded, Router, StoreError, Text, Unavailable, Usage
from interlock.assembly import assemble
from interlock.engine.attempting import allotments
from interlock.testing.scripted import ScriptedProvider
from interlock.types.windows import window
from memory_ledger import MemoryLedgers, Place

PRICE = {"input": 0.0, "output": 100.0}  # 0.0001 USD for each output token
AMPLE = {"id": "ample", "per": "hour", "usd": 1e6, "tokens": 10**9, "requests": 10**6}
HELD = 105  # tokens that an attempt may take
NOON = 1_700_000_000.0 // 3600 * 3600


class Upstream(ScriptedProvider):
    """Answers with as many tokens as it `uses`, once it is let to; where it `fails`, every third time."""

    def __init__(self):
        super().__init__([], "a")
        self.gate = asyncio.Event()
        self.gate.set()
        self.sent = 0
        self.fails = False
        self.uses = 7

    async def complete(self, call):
        self.sent += 1
        if self.fails and self.sent % 3 == 0:
            raise Unavailable("down")
        await self.gate.wait()
        usage = Usage(input_tokens=0, output_tokens=self.uses)
        return Answer(parts=(Text("ok"),), finish_reason="stop", usage=usage)


@pytest.fixture
def ledgers():
    return MemoryLedgers()


@pytest.fixture
async def made(ledgers):
    routers = []

    def make(*budgets, **ledger):
        upstream = Upstream()
        source = {
            "deployments": [{"id": "a", "model": "scripted/a", "provider": "a", "price": PRICE}],
            "budgets": list(budgets),
            "retries": {"max": 0},
            "ledger": {"url": "memory://here"} | ledger,
        }
        routers.append(Router(assemble(source, plugins=[ledgers, upstream], environ={})))
        return SimpleNamespace(router=routers[-1], upstream=upstream)

    yield make
    for router in routers:
        await router.aclose()


def ask(one):
    return one.router.complete("Hello", settings={"max_tokens": 100})


async def answered(one, calls, at_once=8):
    """How many of so many calls had an answer, so many of them at once."""
    done = 0
    for _ in range(calls // at_once):
        ended = await asyncio.gather(*(ask(one) for _ in range(at_once)), return_exceptions=True)
        assert {type(each) for each in ended if isinstance(each, Exception)} <= {BudgetExceeded, Unavailable}
        done += sum(not isinstance(each, Exception) for each in ended)
    return done


def tally(ledgers):
    (found,) = ledgers.place.tallies.values()
    return found


async def until(true):
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


async def test_many_attempts_are_held_in_few_exchanges_and_counted_exactly(made, ledgers):
    one = made(AMPLE)
    assert await answered(one, 800) == 800
    assert ledgers.place.exchanges < 80
    (row,) = await one.router.spent()
    assert (row.requests, row.tokens, row.usd) == (800, 5_600, pytest.approx(0.56))
    assert (tally(ledgers).held_tokens, tally(ledgers).held_money) == (0, 0)


async def test_what_nobody_draws_goes_back_by_itself(made, ledgers):
    one = made(AMPLE)
    await answered(one, 80)
    assert tally(ledgers).requests > 80
    await until(lambda: tally(ledgers).requests == 80 and not tally(ledgers).held_money)


@pytest.mark.parametrize("limit", [{"requests": 700}, {"usd": 7.0}, {"tokens": 70_000}])
async def test_what_there_is_is_spent_to_the_last_attempt(made, limit):
    """Failed attempts count as requests, and give back what else they held."""
    several = [made({"id": "tight", "per": "month"} | limit) for _ in range(3)]
    several[0].upstream.fails = "requests" in limit
    for one in several:
        one.upstream.uses = 70
    done, refused = 0, 0
    while refused < 12:
        found = sum([await answered(one, 48, at_once=16) for one in several])
        done, refused = done + found, 0 if found else refused + 1
        if not found:
            await asyncio.sleep(0.2)
    (row,) = await several[0].router.spent()
    sent = sum(one.upstream.sent for one in several)
    if "requests" in limit:
        assert sent == row.requests == 700
    else:
        assert row.tokens == 70 * done
        assert 70_000 - HELD < row.tokens <= 70_000


async def test_what_is_under_way_stays_held_in_its_window_while_the_rest_goes_back(ledgers, made):
    now = [NOON + 60.0]
    ledgers.places["memory://here"] = Place(clock=lambda: now[0])
    one = made(AMPLE)
    await answered(one, 160)
    one.upstream.gate.clear()
    slow = [asyncio.ensure_future(ask(one)) for _ in range(20)]
    await until(lambda: one.upstream.sent == 180 and tally(ledgers).requests == 180)
    assert (tally(ledgers).tokens, tally(ledgers).held_tokens) == (160 * 7 + 20 * HELD, 20 * HELD)
    now[0] += 3_600
    one.upstream.gate.set()
    await asyncio.gather(*slow)
    (row,) = await one.router.spent()
    assert (row.requests, row.tokens, tally(ledgers).held_tokens) == (0, 0, 0)
    assert tally(ledgers).start == window("hour", now[0])[0]


async def test_long_attempts_do_not_keep_others_from_being_settled(made, ledgers, monkeypatch):
    monkeypatch.setattr(allotments, "_TOLD", 0.3)
    one = made(AMPLE)
    await answered(one, 80)
    one.upstream.gate.clear()
    slow = [asyncio.ensure_future(ask(one)) for _ in range(4)]
    await until(lambda: one.upstream.sent == 84)
    one.upstream.gate.set()
    one.upstream.gate = asyncio.Event()
    late = [asyncio.ensure_future(ask(one)) for _ in range(3)]
    await asyncio.gather(*slow)
    await until(lambda: tally(ledgers).tokens == 84 * 7 + 3 * HELD)
    one.upstream.gate.set()
    await asyncio.gather(*late)
    await until(lambda: tally(ledgers).tokens == 87 * 7)


async def test_without_the_ledger_nothing_is_sent_once_what_was_held_ahead_is_over(made, ledgers):
    one = made(AMPLE)
    await answered(one, 80)
    ledgers.place.trouble = "down"
    await asyncio.sleep(2 * allotments.LIFE + 0.05)
    with pytest.raises(StoreError):
        await ask(one)
    ledgers.place.trouble = None
    await asyncio.sleep(0.3)
    await ask(one)
    sent = one.upstream.sent
    await until(lambda: tally(ledgers).requests == sent and not tally(ledgers).held_tokens)


async def test_closing_gives_back_what_is_held_ahead(made, ledgers):
    one = made(AMPLE)
    await answered(one, 80)
    await one.router.aclose()
    assert (tally(ledgers).requests, tally(ledgers).held_tokens) == (80, 0)
    assert await answered(one, 80) == 80
    await until(lambda: tally(ledgers).requests == 160 and not tally(ledgers).held_tokens)


async def test_a_child_draws_nothing_from_what_its_parent_holds(made, ledgers):
    one = made(AMPLE)
    await answered(one, 80)
    ahead = one.router._wiring.budgets._ahead
    held = list(ahead._lent)
    assert held
    ahead._begin()  # as after a fork
    exchanges = ledgers.place.exchanges
    await ask(one)
    assert ledgers.place.exchanges == exchanges + 1
