"""Servers and agents that are killed at moments that are drawn; ten minutes of it are a benchmark."""

from collections import Counter

import pytest
from random_clients import Call
from random_judging import Accounts, Verdict
from random_stage import Play, stage
from random_vendor import cost_of, text_of


@pytest.mark.timeout(240)  # whoever is killed begins again
async def test_no_record_no_cent_and_no_effect_is_lost_where_servers_and_agents_are_killed(tmp_path):
    play = Play(seconds=8.0, keep="both", clients=5, every=3.0, workers=1, agents=1, seed=219)
    with stage(tmp_path) as there:
        played = await there.play(play)
    found = played.verdict
    assert found.wrong == []
    assert (found.unrecorded, found.unlogged, played.deaths) == (0, 0, 0)
    assert {who.split()[0] for who in played.killed} == {"server", "agent"}
    assert found.whole >= 5
    assert found.runs >= 1
    assert found.effects == 2 * found.runs


def call(name="ask1", **fields):
    return Call(name=name, key="wide", server=0, streamed=False, began=1.0, ended=2.0, **fields)


def judged(**counted):
    """The verdict on the budgets of one call, which was answered once."""
    cost = cost_of("ask1")
    given = {"money": cost, "held": 0, "kills": [], "answered": 1} | counted
    billed = {"answered": {"ask1": given["answered"]}, "refused": {}}
    account = given["money"], given["held"]
    verdict = Verdict()
    ledger = Accounts(calls={"ask1": account}, everybody=account, billed=billed)
    verdict.budgets([call()], [given["kills"]], ledger)
    return verdict.wrong


def test_the_judge_sees_half_an_answer():
    verdict = Verdict()
    verdict.answers([call(text=text_of("ask1")), call(text=text_of("ask1")[:-4]), call(error="APIError")])
    assert (verdict.whole, verdict.errors) == (2, {"APIError": 1})
    assert verdict.wrong == ["ask1: half an answer was taken for a whole one"]


@pytest.mark.parametrize("required", [True, False])
def test_the_judge_sees_an_answer_without_its_record(required):
    verdict = Verdict()
    verdict.records([call(text="", record="r1"), call(text="", record="r2")], {"r1"}, required=required)
    assert verdict.unrecorded == 1
    assert len(verdict.wrong) == required


@pytest.mark.parametrize(
    ("entries", "missing"),
    [({"attempt": 2, "answer": 1}, 0), ({"attempt": 1, "answer": 1}, 1), ({"attempt": 2}, 1)],
)
def test_the_judge_sees_what_the_log_has_not(entries, missing):
    verdict = Verdict()
    billed = {"answered": {"ask1": 1}, "refused": {"ask1": 1}}
    verdict.log([call(text="")], {"ask1": Counter(entries)}, billed)
    assert (verdict.unlogged, len(verdict.wrong)) == (missing, min(missing, 1))


def test_the_judge_lets_pass_what_was_counted_once_and_what_a_killed_process_held():
    cost = cost_of("ask1")
    assert judged() == []
    assert judged(money=cost + 5, held=cost + 5, kills=[1.5]) == []


@pytest.mark.parametrize(
    "counted",
    [
        {"money": cost_of("ask1") - 1},
        {"money": cost_of("ask1") + 1},
        {"answered": 2},
        {"answered": 0},
        {"held": cost_of("ask1")},
        {"held": cost_of("ask1"), "kills": [20.0]},
    ],
)
def test_the_judge_sees_what_was_counted_falsely(counted):
    assert judged(**counted) != []


@pytest.mark.parametrize("titles", [[], ["run1-0"], ["run1-0", "run1-1", "run1-1"]])
def test_the_judge_sees_effects_that_are_not_there_or_there_twice(titles):
    verdict = Verdict()
    verdict.acted({"run1": titles}, 2)
    assert len(verdict.wrong) == 1
    verdict.acted({"run2": ["run2-1", "run2-0"]}, 2)
    assert len(verdict.wrong) == 1
