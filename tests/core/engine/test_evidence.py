"""A vendor that says it processed a request elsewhere: told everywhere, and not asked so again."""

import logging
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from interlock import (
    Answer,
    AttemptRecord,
    Delta,
    InterlockError,
    MisplacedAnswer,
    NoDeployment,
    StreamInterrupted,
    Text,
    hookimpl,
)
from interlock.assembly import assemble
from interlock.fold import folded
from interlock.router import Router
from interlock.testing import FakeClock, ScriptedProvider, scripted_router
from shaky_log import ShakyLog
from watched import watched

PROMPT = "Where is the hedgehog?"
US = {"residency": ["us"]}
SENTENCE = "processed anywhere by the vendor's own word, and declared as us; the residency allows us only"


def made(evidenced: str | None, text: str = "Here.") -> Answer:
    return Answer(parts=(Text(text),), finish_reason="stop", evidenced=evidenced)


def router(*places: str | None, **config: Any) -> Router:
    """One whose only deployment is declared as `us`, and says of its answers that they were made there."""
    scripts = {"claude": [made(place) for place in places]}
    return scripted_router(scripts, deployments={"claude": {"region": "us"}}, **config)


class Telling(ScriptedProvider):
    """Says the deltas that it is given."""

    def __init__(self, name: str, *deltas: Delta) -> None:
        super().__init__([], name)
        self.deltas = deltas

    async def complete(self, call: Any) -> Answer:
        return folded(self.deltas)

    async def stream(self, call: Any) -> AsyncIterator[Delta]:
        for delta in self.deltas:
            yield delta


async def ask(asked: Router, *, streamed: bool, **options: Any) -> Any:
    if not streamed:
        return await asked.complete(PROMPT, **options)
    async for chunk in asked.stream(PROMPT, **options):
        last = chunk
    return last.response


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_from_outside_the_residency_is_handed_over_and_its_record_tells(streamed):
    response = await ask(router("global"), streamed=streamed, constraints=US)
    assert response.text == "Here."
    [attempt] = response.record.attempts
    assert (attempt.region, attempt.evidenced, attempt.incident) == ("us", "global", SENTENCE)
    assert attempt.outcome == "answer"


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_from_inside_is_evidence_and_no_incident(streamed):
    asked = router("us", None)
    [attempt] = (await ask(asked, streamed=streamed, constraints=US)).record.attempts
    assert (attempt.evidenced, attempt.incident) == ("us", None)
    [attempt] = (await ask(asked, streamed=streamed, constraints=US)).record.attempts
    assert (attempt.region, attempt.evidenced, attempt.incident) == ("us", None, None)


def test_the_synchronous_verbs_tell_the_same():
    asked = router("global")
    [attempt] = asked.complete_sync(PROMPT, constraints=US).record.attempts
    assert attempt.incident == SENTENCE
    asked.close_sync()


async def test_from_then_on_no_request_with_a_residency_goes_there():
    asked = router("global", "global")
    await asked.complete(PROMPT, constraints=US)
    decision = asked.decide(PROMPT, constraints=US)
    assert decision.facts.rules == {"claude": "evidence"}
    assert "in global" in decision.excluded["claude"]
    assert "until a restart, or for six hours" in decision.excluded["claude"]
    with pytest.raises(NoDeployment, match="not where it is declared"):
        await asked.complete(PROMPT, constraints=US)
    assert (await asked.complete(PROMPT)).text == "Here."


async def test_it_is_allowed_again_after_six_hours():
    clock = FakeClock()
    provider = ScriptedProvider([made("global")], "claude")
    config = {"deployments": [{"id": "a", "model": "scripted/claude", "provider": "claude", "region": "us"}]}
    asked = Router(assemble(config, plugins=[provider], environ={}, clock=clock))
    await asked.complete(PROMPT, constraints=US)
    assert asked.decide(PROMPT, constraints=US).excluded
    clock.advance(6 * 3600)
    assert not asked.decide(PROMPT, constraints=US).excluded


async def test_a_decision_about_it_replays_to_the_same():
    from interlock.engine.deciding.replaying import replay

    asked = router("global")
    await asked.complete(PROMPT, constraints=US)
    with pytest.raises(NoDeployment):
        await asked.complete(PROMPT, constraints=US)
    wiring = asked.wiring
    for record in asked.records:
        assert replay(record, wiring.engine.decider, wiring.deployments).change == "same"


async def test_what_contradicts_its_declaration_counts_though_the_request_had_no_residency(caplog):
    asked = router("global", "global")
    with caplog.at_level(logging.WARNING, "interlock"):
        [attempt] = (await asked.complete(PROMPT)).record.attempts
        await asked.complete(PROMPT)
    assert attempt.incident is None
    assert asked.decide(PROMPT, constraints=US).excluded
    assert caplog.messages == ["claude is declared as us, and its vendor says that it processes in global"]


async def test_the_task_for_the_eu_binds_as_a_residency_does():
    scripts = {"here": [made("us")]}
    asked = scripted_router(scripts, deployments={"here": {"region": "eu"}})
    [attempt] = (await asked.complete(PROMPT, task="eu_regulated")).record.attempts
    assert attempt.incident.endswith("the residency allows eu only")


@pytest.mark.parametrize("streamed", [False, True])
async def test_it_is_logged_observed_and_traced_without_a_word_of_the_conversation(streamed, caplog):
    seen: list[AttemptRecord] = []

    class Observer:
        @hookimpl
        def interlock_attempt_finished(self, attempt: AttemptRecord) -> None:
            seen.append(attempt)

    with watched() as found, caplog.at_level(logging.WARNING, "interlock"):
        await ask(router("global", plugins=[Observer()]), streamed=streamed, constraints=US)
    assert caplog.messages == [f"incident at claude: {SENTENCE}"]
    [attempt] = seen
    assert attempt.incident == SENTENCE
    span = found.only("chat claude")
    assert span.attributes["interlock.region"] == "us"
    assert span.attributes["interlock.region.evidenced"] == "global"
    assert span.attributes["interlock.incident"] == SENTENCE
    [event] = span.events
    assert (event.name, dict(event.attributes)) == ("interlock.incident", {"interlock.incident": SENTENCE})


async def test_the_log_has_it_with_the_attempts_end():
    log = ShakyLog()
    asked = router("global", plugins=[log], log="shaky://here")
    async with asked:
        await asked.complete(PROMPT, constraints=US)
    [ended] = log.of("attempt_ended")
    assert ended.facts["region"] == "us"
    assert ended.facts["evidenced"] == "global"
    assert ended.facts["incident"] == SENTENCE
    [incident] = log.of("incident")
    assert incident.facts.items() >= {"region": "us", "evidenced": "global", "incident": SENTENCE}.items()
    assert incident.facts["deployment"] == ended.facts["deployment"]
    assert (incident.call, incident.attempt) == (ended.call, ended.attempt)
    assert log.kinds.index("incident") == log.kinds.index("attempt_ended") + 1


async def test_where_the_configuration_says_fail_nothing_of_it_is_handed_over():
    asked = router("global", content={"misplaced": "fail"})
    with pytest.raises(MisplacedAnswer, match="processed anywhere") as failed:
        await asked.complete(PROMPT, constraints=US)
    [attempt] = failed.value.attempts
    assert (attempt.evidenced, attempt.incident) == ("global", SENTENCE)
    assert asked.decide(PROMPT, constraints=US).excluded


def two(rule: str) -> Router:
    """A first deployment that says where it is before its first word, and a second."""
    first = Telling("first", Delta(evidenced="global"), Delta("There."), Delta(finish_reason="stop"))
    scripts = {"first": first, "second": [made("us")]}
    regions = {name: {"region": "us"} for name in scripts}
    return scripted_router(scripts, deployments=regions, content={"misplaced": rule})


@pytest.mark.parametrize("streamed", [False, True])
async def test_where_it_says_fall_back_the_next_deployment_is_asked(streamed):
    response = await ask(two("fall_back"), streamed=streamed, constraints=US)
    assert response.text == "Here."
    assert [attempt.incident for attempt in response.record.attempts] == [SENTENCE, None]


@pytest.mark.parametrize("streamed", [False, True])
async def test_where_it_says_fail_nobody_else_is_asked(streamed):
    with pytest.raises(MisplacedAnswer) as failed:
        await ask(two("fail"), streamed=streamed, constraints=US)
    assert [attempt.deployment for attempt in failed.value.attempts] == ["first"]


@pytest.mark.parametrize("rule", ["fail", "fall_back"])
async def test_without_a_residency_no_answer_is_out_of_place(rule):
    assert (await router("global", content={"misplaced": rule}).complete(PROMPT)).text == "Here."


def telling(*deltas: Delta, rule: str = "accept", **config: Any) -> Router:
    provider = {"claude": Telling("claude", *deltas)}
    return scripted_router(
        provider, deployments={"claude": {"region": "us"}}, content={"misplaced": rule}, **config
    )


async def heard(asked: Router) -> tuple[str, InterlockError | None]:
    text = ""
    try:
        async for chunk in asked.stream(PROMPT, constraints=US):
            text += chunk.text
    except InterlockError as error:
        return text, error
    return text, None


@pytest.mark.parametrize("rule", ["fail", "fall_back"])
async def test_a_stream_that_says_so_first_ends_before_its_first_word(rule):
    asked = telling(Delta(evidenced="global"), Delta("Here."), Delta(finish_reason="stop"), rule=rule)
    text, error = await heard(asked)
    assert (text, type(error)) == ("", MisplacedAnswer)


async def test_a_stream_that_says_so_last_is_interrupted_there():
    asked = telling(Delta("Here."), Delta(evidenced="global", finish_reason="stop"), rule="fail")
    text, error = await heard(asked)
    assert (text, type(error)) == ("Here.", StreamInterrupted)
    assert error.attempts[0].incident == SENTENCE


async def test_a_stream_that_breaks_has_told_all_the_same():
    asked = telling(Delta(evidenced="global"), Delta("He"))
    _, error = await heard(asked)
    assert error.attempts[0].error.kind == "ProtocolError"
    assert error.attempts[0].incident == SENTENCE
    assert asked.decide(PROMPT, constraints=US).excluded


@pytest.mark.parametrize("word", ["local", "", "Tell nobody: the hedgehog sleeps.", "x" * 4096, "\ud800"])
async def test_a_vendor_may_say_what_it_likes(word, caplog):
    with caplog.at_level(logging.WARNING, "interlock"):
        response = await router(word).complete(PROMPT, constraints=US)
    [attempt] = response.record.attempts
    assert attempt.evidenced == "unrecognised"
    assert attempt.incident.startswith("processed in a place that nobody knows by the vendor's own word")
    assert "hedgehog" not in caplog.text


def kinds(records: Iterable[AttemptRecord]) -> list[str]:
    return [record.role for record in records if record.incident]


async def test_members_of_a_panel_are_held_to_it_too():
    scripts = {"one": [made("global", "Paris")], "two": [made("us", "Paris")], "three": [made("us", "Rome")]}
    regions = {name: {"region": "us"} for name in scripts}
    ensembles = {"all": {"members": list(scripts)}}
    asked = scripted_router(scripts, deployments=regions, ensembles=ensembles)
    response = await asked.complete(PROMPT, ensemble="all", constraints=US)
    assert kinds(response.record.attempts) == ["member"]
    assert list(asked.decide(PROMPT, constraints=US).excluded) == ["one"]
