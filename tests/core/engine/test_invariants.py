"""What must always hold, over random configurations, calls at once and faults, on a real loopback server.

FUZZ_EXAMPLES says how many are tried.
"""

import asyncio
import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from audience import Heard, call, options
from interlock import AttemptRecord, NoDeployment, Record, Router, StreamInterrupted
from interlock.engine.deciding.replaying import replay
from interlock.testing import Upstream
from interlock.types.records import RESENT
from interlock_drill.faults.dialect import ANSWER, ARGUMENTS, OTHER
from theatre import TIMEOUTS, VALUE, Place, Play, Question, Theatre, plays

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
INSIDE = {"eu": {"eu", "de"}, "us": {"us"}, "cn": {"cn"}, "de": {"de"}}
# What an answer may be when a vendor says that it ended there, or that it is right to be so.
SHORT = {"ends with finish_reason length", "gives an empty answer that is right"}
# Attempts that never began, and attempts that nobody waited for any more.
UNSENT = {"NoLongerAllowed", "Overloaded", "RouterOverloaded"}
LEFT = {"left", "lost", "TotalTimeout"}


def allowed(place: Place, kept: str, question: Question) -> bool:
    """The constraints once more, in a few words of the test's own."""
    homes = [INSIDE[home] for home in question.residency]
    if homes and not all(any(part in home for home in homes) for part in kept.split("+")):
        return False
    if question.on_premise and not place.on_premise:
        return False
    return place.model.partition("/")[0] not in question.denied


def ending(attempt: AttemptRecord) -> str:
    return attempt.outcome if attempt.error is None else attempt.error.kind


def was_sent(attempt: AttemptRecord) -> bool:
    kind = ending(attempt)
    # Whoever was left in a queue has used nothing; whoever was left later is taken to have been read.
    waited = kind in LEFT and attempt.usage.input_tokens is None
    return kind not in UNSENT and not waited


def has_arrived(attempt: AttemptRecord) -> bool:
    """Not so when it may have ended before its request was there."""
    kind = ending(attempt)
    return was_sent(attempt) and kind not in LEFT and not kind.endswith("Timeout")


def check_asked(play: Play, heard: Heard, theatre: Theatre, record: Record) -> None:
    names = theatre.about(heard.prompt)
    # 1: nobody is asked who is not on the shortlist, and the shortlist is what the constraints allow.
    assert set(names) <= {candidate.deployment for candidate in record.decision.shortlist}
    assert all(allowed(*each, heard.question) for each in theatre.kept(heard.prompt))
    # The record lists what the upstream saw: in order, where no two are asked at once.
    sent = [
        attempt.deployment
        for attempt in record.attempts
        if was_sent(attempt)
        for _ in range(2 if RESENT in attempt.adjusted else 1)
    ]
    arrived = [attempt.deployment for attempt in record.attempts if has_arrived(attempt)]
    assert not Counter(names) - Counter(sent)
    assert not Counter(arrived) - Counter(names)
    if play.hedge is None:
        every, seen = iter(sent), iter(names)
        assert all(name in every for name in names)
        assert all(name in seen for name in arrived)


def check_record(router: Router, play: Play, record: Record) -> None:
    costs = [attempt.cost for attempt in record.attempts]
    assert record.cost == (None if None in costs else pytest.approx(sum(costs)))
    assert [attempt.id for attempt in record.attempts] == sorted({each.id for each in record.attempts})
    # 7: a record replays to the same decision.
    wiring = router.wiring
    assert replay(record, wiring.engine.decider, wiring.deployments).change == "same"
    answered = [attempt for attempt in record.attempts if attempt.outcome == "answer"]
    if play.hedge is None:
        assert len(answered) <= 1, "answered twice"
    for attempt in answered:
        assert attempt.usage.input_tokens is not None
        assert attempt.usage.output_tokens is not None


def check_heard(play: Play, heard: Heard, record: Record) -> None:
    # 3: in time, with an answer or one error that lists every attempt.
    assert heard.seconds < TIMEOUTS.total + 2.0
    if heard.left:
        # What reads for a thread is ahead of it, and may have come to the call's end.
        assert heard.question.sync or record.outcome in ("left", "answer")
        return
    if heard.error is not None:
        assert heard.error.attempts == record.attempts
        assert record.error == type(heard.error).__name__
        if isinstance(heard.error, NoDeployment):
            assert {each.error.kind for each in record.attempts if each.error} <= {"NoLongerAllowed"}
            assert set(heard.error.excluded) == {f"d{at}" for at in range(len(play.places))}
        if isinstance(heard.error, StreamInterrupted):
            assert heard.error.partial.finish_reason is None
            assert heard.error.partial.text == heard.text
        return
    # 2: an answer is whole, or says that it is not.
    response = heard.response
    assert response.record == record
    assert response.text == heard.text
    assert response.deployment in {each.deployment for each in record.attempts if each.outcome == "answer"}
    assert None not in (response.usage.input_tokens, response.usage.output_tokens)
    if response.finish_reason == "tool_calls":
        assert [dict(call.arguments) for call in response.tool_calls] == [ARGUMENTS]
    elif response.finish_reason == "stop" and heard.question.wants == "json":
        assert response.parsed == VALUE
    elif response.finish_reason == "stop":
        assert not response.tool_calls
        by = play.places[int(response.deployment[1:])].schedule
        assert response.text in (ANSWER, OTHER) or (not response.text and SHORT.intersection(by))
    else:
        assert response.finish_reason in ("length", "refusal")


def check_budget(router: Router, play: Play) -> None:
    """What was spent is what was sent, and nothing is held any more."""
    budgeting = router.wiring.engine._budgeting
    if budgeting is None:
        return
    spent = sum(account.requests for account in budgeting.ledger.snapshot())
    sent = sum(was_sent(attempt) for record in router.records for attempt in record.attempts)
    assert spent == sent <= play.requests
    assert not budgeting._open


async def alone() -> None:
    """Return when no other task is left on this loop."""
    async with asyncio.timeout(2):
        while len(asyncio.all_tasks()) > 1:  # noqa: ASYNC110 - tasks tell nobody that they have gone
            await asyncio.sleep(0.001)


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as server:
        yield server


async def perform(router: Router, theatre: Theatre, play: Play) -> list[Heard]:
    heard = []
    for number, scene in enumerate(play.scenes):
        calls = [(f"Say it, number {number}.{at}.", question) for at, question in enumerate(scene)]
        for prompt, question in calls:
            asked = options(prompt, question)
            with theatre.stopped_clock():
                # 7: the same request and state give the same decision.
                assert router.decide(prompt, **asked) == router.decide(prompt, **asked)
        heard += await asyncio.gather(*(call(router, *each) for each in calls))
    # 4: nothing is left behind.
    assert asyncio.all_tasks() == {asyncio.current_task()}
    return heard


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plays)
def test_every_call_keeps_what_must_always_hold(upstream: Upstream, play: Play) -> None:
    theatre = Theatre(upstream, play)

    async def run() -> tuple[Router, list[Heard]]:
        async with theatre.router() as router:
            return router, await perform(router, theatre, play)

    router, ended = asyncio.run(run())
    upstream.wait_until_idle()
    if router.wiring.bridge.running:
        router.wiring.bridge.run(alone)
    router.close_sync()
    assert not theatre.spliced
    records = {record.metadata["prompt"]: record for record in router.records}
    assert len(records) == len(router.records)
    for heard in ended:
        record = records.get(heard.prompt)
        if record is None:
            assert heard.left, "every call that began has a record"
            assert not theatre.about(heard.prompt)
            continue
        check_asked(play, heard, theatre, record)
        check_record(router, play, record)
        check_heard(play, heard, record)
    check_budget(router, play)
