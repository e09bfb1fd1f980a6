"""Attempts at tasks: what is complete, what is not and why, and what became of effects."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent_players import Players, calls, configured, does_nothing, solves, stops_early, twice, without
from interlock import Constraints, Router
from interlock.testing import Reply, Upstream
from interlock_evaluation.agents import Deliverable, Suite
from interlock_evaluation.agents.attempt import AgentRun, Attempt, AttemptKey
from interlock_evaluation.agents.attempting import Attempting
from interlock_evaluation.agents.opening import WorldFailed, check_suite


async def attempted(
    router: Router, suite: Suite, task: str, model: str, *, dollars: float = 1.0, **facts: Any
) -> Attempt:
    run = AgentRun(id="r", suite="", digest="", tasks=[], configuration="", models=[], **facts)
    found = next(each for each in suite if each.id == task)
    attempting = Attempting(router, "sqlite:///agents.db", constraints=Constraints())
    key = AttemptKey(task, model, 0)
    return await attempting.attempt(run, suite, found, key, begun=1, dollars=dollars)


def failed(attempt: Attempt) -> list[str]:
    return [each.name for each in attempt.checks if not each.passed]


async def test_a_model_that_plays_the_solution_completes_the_task(desk: Suite, playing: Any) -> None:
    async with playing(desk, solves=solves) as router:
        found = await attempted(router, desk, "ink", "solves")
        other = await attempted(router, desk, "stamps", "solves")
        assert router.records
        assert not any(record.is_traffic for record in router.records)
    assert (found.outcome, found.state, found.answer) == ("complete", "done", {"count": 3})
    assert [(each.tool, each.outcome) for each in found.calls] == [
        ("list_notes", "done"),
        ("add_note", "done"),
        ("post_note", "done"),
    ]
    assert (found.effects.done, found.effects.twice, found.effects.lost) == (2, 0, 0)
    assert (found.steps, found.tokens, found.cost) == (7, 480, pytest.approx(0.00048))
    assert other.complete


@pytest.mark.parametrize(
    ("play", "wrong"),
    [
        (stops_early, ["both are there, once"]),
        (twice(2), ["both are there, once"]),
        (without(1), ["both are there, once"]),
        (does_nothing, ["both are there, once"]),
        (lambda task: (task.solution, {"count": 4}), ["expected"]),
        (lambda task: (task.solution[::-1], task.answer), ["both are there, once"]),
    ],
    ids=["early", "twice", "without", "nothing", "answer", "order"],
)
async def test_whatever_is_not_as_the_task_wants_it_is_not_complete(
    desk: Suite, playing: Any, play: Any, wrong: list[str]
) -> None:
    async with playing(desk, m=play) as router:
        found = await attempted(router, desk, "ink", "m")
    assert (found.outcome, found.state) == ("incomplete", "done")
    assert failed(found) == wrong


async def test_an_answer_that_does_not_say_what_it_must_is_not_complete(desk: Suite, playing: Any) -> None:
    async with playing(desk, m=lambda task: (task.solution, "Done.")) as router:
        found = await attempted(router, desk, "stamps", "m")
    assert failed(found) == ["deliverable"]
    assert "Stamps" in found.checks[-1].why


async def test_answers_that_get_lost_double_nothing_and_lose_nothing(desk: Suite, playing: Any) -> None:
    async with playing(desk, solves=solves) as router:
        found = await attempted(router, desk, "ink", "solves", faults=1.0)
    assert found.outcome == "complete"
    assert (found.effects.done, found.effects.twice, found.effects.lost) == (2, 0, 0)
    # With a key it is repeated; without one, a person looks.
    assert found.looked == 1


async def test_a_world_that_applies_twice_or_not_at_all_is_found_out(desk: Suite, playing: Any) -> None:
    made = calls(("add_note", {"text": "to be doubled"}), ("post_note", {"text": "to be lost"}))
    async with playing(desk, m=made) as router:
        found = await attempted(router, desk, "stamps", "m")
    assert (found.effects.done, found.effects.twice, found.effects.lost) == (2, 1, 1)


async def test_the_same_effect_wanted_twice_is_none_that_was_doubled(desk: Suite, playing: Any) -> None:
    note = ("post_note", {"text": "buy stamps"})
    async with playing(desk, m=calls(note, note, answer="Stamps.")) as router:
        found = await attempted(router, desk, "stamps", "m")
    assert (found.outcome, found.effects.twice) == ("complete", 0)


async def test_a_forbidden_tool_fails_the_task_only_where_it_succeeds(desk: Suite, playing: Any) -> None:
    async with playing(desk, m=calls(("drop_notes", {}), answer={"count": 3})) as router:
        granted = await attempted(router, desk, "ink", "m")
        denied = await attempted(router, desk, "ink", "m", consent="deny")
    assert "without drop_notes" in failed(granted)
    assert "without drop_notes" not in failed(denied)
    assert (granted.consents, denied.consents) == (1, 1)
    assert [each.done for each in denied.calls] == [False]


async def test_calls_that_a_tool_refuses_are_calls_that_failed(desk: Suite, playing: Any) -> None:
    made = calls(("add_note", {"txt": 1}), ("add_note", {"text": "forbidden"}), ("list_notes", {}))
    async with playing(desk, m=made) as router:
        found = await attempted(router, desk, "stamps", "m")
    assert [each.done for each in found.calls] == [False, False, True]
    assert found.effects.done == 0


async def test_a_tool_that_the_task_does_not_offer_ends_the_attempt(desk: Suite, playing: Any) -> None:
    only = replace(desk, tasks=[replace(each, tools=("list_notes",)) for each in desk])
    async with playing(desk, m=calls(("add_note", {"text": "hello"}))) as router:
        found = await attempted(router, only, "stamps", "m")
    assert (found.outcome, found.state, found.error) == ("incomplete", "failed", "ProtocolError")


async def test_an_attempt_ends_with_its_steps_or_its_money(desk: Suite, playing: Any) -> None:
    on_and_on = calls(*[("list_notes", {})] * 20)
    async with playing(desk, m=on_and_on) as router:
        found = await attempted(router, desk, "stamps", "m")
        poor = await attempted(router, desk, "stamps", "m", dollars=0.000_001)
    assert (found.outcome, found.state, found.steps) == ("incomplete", "out_of_steps", 8)
    assert (poor.outcome, poor.state, poor.steps) == ("incomplete", "over_budget", 0)


async def test_a_key_that_fails_says_nothing_of_the_model(desk: Suite) -> None:
    refused = Reply.json({"error": {"message": "no such key", "code": "invalid_api_key"}}, status=401)
    with Upstream(always=refused) as server:
        async with Router.from_config(configured(server.url, "m")) as router:
            found = await attempted(router, desk, "stamps", "m")
    assert (found.outcome, found.error) == ("unmeasured", "AuthenticationError")


async def test_a_model_that_there_is_not_is_not_measured(desk: Suite, playing: Any) -> None:
    async with playing(desk, m=solves) as router:
        found = await attempted(router, desk, "stamps", "n")
    assert found.outcome == "unmeasured"


async def test_a_world_that_cannot_be_had_is_told_before_anybody_is_asked(
    desk: Suite, tmp_path: Path
) -> None:
    connector = {**desk.connector, "options": {"command": "python", "args": ["-c", "raise SystemExit"]}}
    with pytest.raises(WorldFailed, match="desk cannot be had"):
        await check_suite(replace(desk, connector=connector), constraints=Constraints())


async def test_what_tasks_name_is_held_against_the_world(desk: Suite) -> None:
    task = desk.tasks[0]
    other = replace(task, forbidden=("dropnotes",))
    with pytest.raises(Exception, match="the world has no tool 'dropnotes'") as caught:
        await check_suite(replace(desk, tasks=[other]), constraints=Constraints())
    assert caught.value.suggestion == "drop_notes"  # type: ignore[attr-defined]  # of an error of ours
    acting = replace(task, checks=[replace(task.checks[0], tool="add_note")])
    with pytest.raises(Exception, match="does more than read"):
        await check_suite(replace(desk, tasks=[acting]), constraints=Constraints())


async def test_constraints_of_the_user_hold_for_worlds_too(desk: Suite) -> None:
    there = replace(desk, connector={**desk.connector, "region": "us"})
    with pytest.raises(WorldFailed, match="us"):
        await check_suite(there, constraints=Constraints(residency=frozenset({"eu"})))


async def test_a_text_is_asked_for_where_words_are_to_be_delivered(desk: Suite, playing: Any) -> None:
    free = [replace(each, deliverable=Deliverable(), expected=None) for each in desk]
    async with playing(desk, m=lambda task: (task.solution, "whatever")) as router:
        found = await attempted(router, replace(desk, tasks=free), "ink", "m")
    assert found.complete


async def test_a_shared_world_is_reset_by_its_tool_before_each_attempt(desk: Suite, playing: Any) -> None:
    async with playing(desk, m=calls(("list_notes", {}), answer={"count": 3})) as router:
        fresh = await attempted(router, desk, "ink", "m")
        reset = await attempted(router, replace(desk, reset="drop_notes"), "ink", "m")
    assert [each.why for each in fresh.checks if not each.passed] == [
        "$: ['call Ada', 'buy ink', 'buy paper'] was expected"
    ]
    # It is reset by somebody who may, and that is neither the agent's call nor its effect.
    assert (reset.consents, reset.effects.done, len(reset.calls)) == (0, 0, 1)
    with pytest.raises(WorldFailed, match="cannot be run"):
        await check_suite(replace(desk, reset="no_such_tool"), constraints=Constraints())


async def test_a_model_that_runs_out_of_room_has_failed(desk: Suite) -> None:
    def reply(received: Any) -> Reply:
        if any(message["role"] == "tool" for message in received.json()["messages"]):
            said = {"message": "too long", "code": "context_length_exceeded", "type": "invalid_request_error"}
            return Reply.json({"error": said}, status=400)
        return play(received)

    play = Players(desk, m=calls(("list_notes", {}), answer="Stamps."))
    with Upstream(always=reply) as server:
        async with Router.from_config(configured(server.url, "m")) as router:
            found = await attempted(router, desk, "stamps", "m")
    assert (found.outcome, found.state) == ("incomplete", "failed")
