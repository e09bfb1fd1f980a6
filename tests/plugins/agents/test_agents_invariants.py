"""What holds of the ledger whoever dies, is stopped, is overtaken, and wherever requests go astray."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from effect_lives import HORIZON, MARGIN, NODES, Life, Memory, Stage, lives
from effect_world import World, WorldHands, call
from interlock import ApprovalNeeded, ApprovalRequest, Grant, LogEntry
from interlock_agents.budgets import Amounts
from interlock_agents.budgets.accounts import limit
from interlock_agents.errors import EffectChanged, EffectOpen, OverBudget
from interlock_agents.ledger.effects import FINAL, Effect
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place

EXAMPLES = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_numbers = iter(range(10**9))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("lives"))
    yield made
    asyncio.run(made.store.aclose())


def ledger_of(stage: Stage, **how: Any) -> Ledger:
    return Ledger(stage.store, clock=stage.time.clock, sleep=stage.time.sleep, **how)


def counts(stage: Stage) -> list[int]:
    tables = ("agents_effects", "agents_effect_events", "agents_grants_used", "agents_holds")

    def count(connection: Connection) -> list[int]:
        return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]

    return asyncio.run(stage.store.read(count))


@EXAMPLES
@given(lives())
def test_an_effect_happens_at_most_once_and_is_what_it_is_said_to_be(stage: Stage, life: Life) -> None:
    lived = stage.play(life)
    for effect in lived.effects:
        times = lived.world.times(effect.key)
        assert times <= 1
        assert {"confirmed": times == 1, "failed": times == 0}.get(effect.state, life.kind == "blind")


@EXAMPLES
@given(lives())
def test_sent_is_durable_before_the_first_byte_and_an_intent_proves_that_nothing_left(
    stage: Stage, life: Life
) -> None:
    lived = stage.play(life)
    for sent in lived.sent:
        assert sent.row is not None
        assert (sent.row["state"], sent.row["key"]) == ("sent", sent.key)
    assert not [key for key, times in lived.intents if times]


@EXAMPLES
@given(lives(), st.sampled_from(["another", "", "one"]))
def test_there_is_one_row_at_a_place_and_another_call_is_refused(
    stage: Stage, life: Life, other: str
) -> None:
    lived = stage.play(life)
    assert [effect.place.node for effect in lived.effects] == sorted(NODES)
    before = counts(stage)
    with pytest.raises(EffectChanged):
        asyncio.run(
            ledger_of(stage).perform(
                Place(run=lived.run, node="two"), call(to=other), WorldHands(lived.world)
            )
        )
    assert counts(stage) == before


@EXAMPLES
@given(lives())
def test_who_lost_the_epoch_neither_sends_nor_settles(stage: Stage, life: Life) -> None:
    lived = stage.play(life)
    for sent in lived.sent:
        assert sent.row is not None
        assert sent.row["owner"].startswith(f"{sent.owner}:")
    for events in lived.events.values():
        epochs = [event.epoch for event in events]
        assert epochs == sorted(epochs)
        changes = [event for event in events if event.was != event.now]
        assert [event.was for event in changes] == [None, *(event.now for event in changes[:-1])]


@EXAMPLES
@given(lives())
def test_nothing_is_sent_later_than_the_lease_less_its_margin(stage: Stage, life: Life) -> None:
    for sent in stage.play(life).sent:
        assert sent.row is not None
        ends = sent.row["lease_elapsed"] - MARGIN
        assert sent.at < ends + 1e-6
        assert sent.deadline <= ends + 1e-6


@EXAMPLES
@given(lives())
def test_what_is_known_is_final_and_only_a_person_moves_what_is_unknown(stage: Stage, life: Life) -> None:
    lived = stage.play(life)
    for events in lived.events.values():
        moved = [event for event in events if event.was != event.now]
        assert not [event for event in moved if event.was in FINAL]
        assert not [event for event in moved if event.was == "unknown" and event.by is None]


@EXAMPLES
@given(lives("readable"))
def test_absence_counts_only_when_it_is_read_after_the_horizon(stage: Stage, life: Life) -> None:
    lived = stage.play(life)
    for effect in lived.effects:
        sendings = [(number, sent) for number, sent in enumerate(lived.sent) if sent.key == effect.key]
        for (_, before), (number, _) in pairwise(sendings):
            looked = [(at, seen, till) for at, key, seen, till in lived.looked if key == effect.key]
            at, seen, _ = [look for look in looked if look[2] <= number][-1]
            assert not seen
            assert at >= before.at + HORIZON


@EXAMPLES
@given(st.integers(1, 5), st.booleans())
def test_an_effect_that_is_there_more_than_once_is_an_incident(stage: Stage, times: int, cut: bool) -> None:
    world = World("readable", stage.time, script=["lost"] if cut else ["lost", "done"])
    entries: list[LogEntry] = []
    ledger = ledger_of(stage, log=Memory(entries))
    place = Place(run=f"twice{next(_numbers)}", node="n")
    key = place.key("send", call().arguments)
    for _ in range(times if cut else times - 1):
        world.happened.append((stage.time.now + (0 if cut else HORIZON + 1), key))
    effect = asyncio.run(ledger.perform(place, call(), WorldHands(world, settles_within=HORIZON)))
    assert effect.state == "confirmed"
    incidents = [entry for entry in entries if entry.kind == "agents.effect_incident"]
    assert len(incidents) == (effect.seen > 1)
    if cut:
        assert effect.seen == times
    told = asyncio.run(ledger.events(effect.id))[-1].why
    assert ("an incident" in told) == (effect.seen > 1)


@EXAMPLES
@given(
    lives(
        "keyed",
        stops=False,
        away=st.sampled_from([31.0, 60.0, 99.0, 500.0]),
        retention=st.sampled_from([40.0, 100.0, 1000.0]),
    )
)
def test_a_key_is_sent_again_only_while_the_service_remembers_it(stage: Stage, life: Life) -> None:
    lived = stage.play(life)
    for effect in lived.effects:
        sendings = lived.sent_for(effect)
        assert not [sent for sent in sendings if sent.deadline > sendings[0].at + life.retention]
        assert effect.state in ("confirmed", "unknown")


@EXAMPLES
@given(
    st.sampled_from(["done", "cut", "refused"]),
    st.sampled_from(["none", "confirmed", "failed", "abandon", "retry"]),
    st.booleans(),
)
def test_while_nobody_knows_no_other_approach_and_nothing_that_follows_acts(
    stage: Stage, what: str, decision: Any, follows: bool
) -> None:
    run = f"blocked{next(_numbers)}"
    world = World("blind", stage.time, script=[what])
    ledger = ledger_of(stage)
    first = asyncio.run(ledger.perform(Place(run=run, node="n"), call(), WorldHands(world)))
    if first.state == "unknown" and decision != "none":
        first = asyncio.run(ledger.decide(first.id, decision, by="ada", evidence="looked"))
    place = Place(run=run, node="m") if follows else Place(run=run, node="n", approach=1)
    after = ("n",) if follows else ()
    other = Place(run=run, node="o")
    assert asyncio.run(ledger.perform(other, call(), WorldHands(world))).state == "confirmed"
    if first.is_open:
        with pytest.raises(EffectOpen):
            asyncio.run(ledger.perform(place, call(), WorldHands(world), after=after))
        return
    assert asyncio.run(ledger.perform(place, call(), WorldHands(world), after=after)).state == "confirmed"
    if first.state == "intent" and not follows:
        given_up = asyncio.run(ledger.perform(first.place, call(), WorldHands(world)))
        assert (given_up.state, given_up.reason) == ("failed", "not_sent")


@EXAMPLES
@given(st.sampled_from(["nothing", "consent", "budget", "crash"]), st.booleans())
def test_intent_consent_hold_and_event_are_one_transaction_and_so_are_outcome_and_settlement(
    stage: Stage, fails: str, holds: bool
) -> None:
    place = Place(run=f"whole{next(_numbers)}", node="n")
    hands = WorldHands(World("keyed", stage.time), needs_grant=True)
    asked = asyncio.run(hands.ask_for(call(), run=place.run, step=place.step))
    grant = asked.grant(approver="ada" if fails != "consent" else "")

    def consume(connection: Connection, grant: Grant, asked: ApprovalRequest, *, effect: str) -> str | None:
        from interlock_agents.ledger.grants import use_once

        said = use_once(connection, grant, asked, effect=effect)
        if fails == "crash":
            raise OSError("the disk is gone")
        return said

    asyncio.run(stage.store.run(lambda c: limit(c, place.run, usd=0.1 if fails == "budget" else 1.0)))
    ledger = ledger_of(stage, consume=consume)
    written: list[int] = []
    run = ledger.store.run

    async def counted(work: Any) -> Any:
        done = await run(work)
        written.append(1)
        return done

    before = counts(stage)
    hold = Amounts(usd=0.5) if holds or fails == "budget" else Amounts()
    ledger.store.run = counted  # type: ignore[method-assign]  # to count commits
    try:
        if fails == "nothing":
            effect = asyncio.run(ledger.perform(place, call(), hands, grant=grant, hold=hold))
            assert (effect.state, len(written)) == ("confirmed", 2)
            assert counts(stage) == [before[0] + 1, before[1] + 3, before[2] + 1, before[3]]
        else:
            with pytest.raises((ApprovalNeeded, OverBudget, Exception)):
                asyncio.run(ledger.perform(place, call(), hands, grant=grant, hold=hold))
            assert counts(stage) == before
    finally:
        del ledger.store.run


@EXAMPLES
@given(lives(deaths=False, stops=False, cancels=False))
def test_each_sending_is_the_ledgers_own_and_nothing_repeats_it(stage: Stage, life: Life) -> None:
    lived = stage.play(life)
    for effect in lived.effects:
        assert len(lived.sent_for(effect)) == effect.tries


@EXAMPLES
@given(lives("keyed", "readable", "natural", "blind", script=("lost", "cut", "raises", "conflict")))
def test_what_nobody_heard_of_is_never_taken_for_a_failure(stage: Stage, life: Life) -> None:
    life = replace(life, script=("cut", *life.script))
    for effect in stage.play(life).effects[:1]:
        assert effect.state != "failed"


@EXAMPLES
@given(st.sampled_from(["keyed", "readable"]), st.sampled_from(["done", "cut", "refused"]))
def test_to_take_back_is_an_effect_of_its_own(stage: Stage, kind: str, what: str) -> None:
    run = f"undo{next(_numbers)}"
    world = World(kind, stage.time, script=["done", what])
    ledger = ledger_of(stage)

    async def both() -> tuple[Effect, Effect]:
        first = await ledger.perform(Place(run=run, node="n"), call(), WorldHands(world))
        back = await ledger.perform(
            Place(run=run, node="undo"), call(undo=first.id), WorldHands(world), compensates=first.id
        )
        return first, back

    first, back = asyncio.run(both())
    assert back.compensates == first.id
    assert back.key != first.key
    assert asyncio.run(ledger.effect(first.id)) == first
    assert len(asyncio.run(ledger.events(back.id))) >= 3
