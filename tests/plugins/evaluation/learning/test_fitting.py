from contextlib import suppress
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interlock.config.learned import read_learned
from interlock_evaluation.learning import learn, routes_to_text
from interlock_evaluation.outcomes import Outcome, Outcomes
from routing_worlds import equals, specialists, world

DAY = date(2026, 11, 30)


def leads(found):
    return {each.task: each.models[0] for each in found.routes}


def test_routes_are_worth_what_they_gain_on_other_prompts():
    found = learn(specialists(800))
    routes, oracle = found.estimates["routes"], found.estimates["oracle"]
    assert leads(found)["code"] == "coder"
    assert routes.gain.low > 0.02
    assert routes.gain.high < 0.12
    assert oracle.gain.value > routes.gain.value
    assert found.estimates["length"].gain.high < 0.03
    assert 0.85 < routes.cost.value < 0.9
    assert found.estimates["single"].gain.value == 0


def test_a_gain_that_is_luck_is_gone_on_other_prompts():
    found = learn(equals(120))
    assert found.estimates["winners"].gain.low <= 0
    assert found.estimates["routes"].gain.value == pytest.approx(0, abs=0.02)


def test_what_caution_costs_is_said():
    found = learn(specialists(80))
    assert found.caution.low <= found.caution.value <= found.caution.high
    assert found.caution.value != 0


def test_the_same_quality_is_had_for_less():
    shares = {task: {"dear": 0.8, "cheap": 0.8, "worse": 0.5} for task in ("code", "law")}
    shares["sums"] = {"dear": 0.9, "cheap": 0.4, "worse": 0.3}
    shares["facts"] = {"dear": 0.6, "cheap": 0.8, "worse": 0.3}
    outcomes = world(shares, 1200, cost={"dear": 1.0, "cheap": 0.1, "worse": 0.01})
    found = learn(outcomes, objective="cost")
    assert leads(found) == {"code": "cheap", "facts": "cheap", "law": "cheap", "sums": "dear"}
    assert found.estimates["routes"].gain.low > -0.02
    assert found.estimates["routes"].cost.value < 0.4
    assert {each.task: each.cost for each in found.routes}["law"] == pytest.approx(0.1)


def test_a_saving_that_would_cost_quality_is_not_made():
    shares = {task: {"dear": 0.8, "cheap": 0.7} for task in ("code", "law")}
    outcomes = world(shares, 600, cost={"dear": 1.0, "cheap": 0.1})
    assert set(leads(learn(outcomes, objective="cost")).values()) == {"dear"}
    assert set(leads(learn(outcomes, objective="cost", margin=0.2)).values()) == {"cheap"}


def test_a_model_that_may_not_be_used_is_nowhere():
    found = learn(specialists(400), without=["coder"])
    assert "coder" not in {model for each in found.routes for model in each.models}
    assert set(leads(found).values()) == {"all-round"}


def test_the_model_to_compare_with_may_be_given():
    found = learn(specialists(400), baseline="small")
    assert found.single == "small"
    assert found.estimates["routes"].gain.low > 0.1


def test_cells_that_are_missing_are_no_zeros():
    found = learn(specialists(1500, missing=0.3))
    assert leads(found)["code"] == "coder"
    assert found.unmarked == pytest.approx(0.3, abs=0.03)
    assert found.estimates["routes"].prompts < 1500
    assert found.estimates["routes"].gain.low > 0


def test_repeats_of_a_prompt_are_one_prompt():
    outcomes = specialists(200)
    rows = [
        Outcome(prompt=prompt, task=outcomes.tasks[at], model=model, correct=outcomes.correct[at, column])
        for _ in range(3)
        for at, prompt in enumerate(outcomes.prompts)
        for column, model in enumerate(outcomes.models)
    ]
    once, thrice = learn(outcomes), learn(Outcomes.of(rows))
    assert thrice.prompts == 200
    assert thrice.estimates["routes"].gain == once.estimates["routes"].gain


def test_behind_the_leader_stand_the_others_by_what_they_promise():
    code = next(each for each in learn(specialists(800)).routes if each.task == "code")
    assert code.models == ("coder", "all-round", "small")


def test_the_same_table_is_learned_alike_and_named_alike():
    one, other = learn(specialists(200)), learn(specialists(200))
    assert one == other
    assert one.id != learn(specialists(200), risk=0.1).id
    assert one.id != learn(specialists(200, seed=1)).id


@pytest.mark.parametrize(
    ("outcomes", "options", "said"),
    [
        (specialists(19), {}, "20 are needed"),
        (world({"t": {"alone": 0.5}}, 50), {}, "two models"),
        (equals(40), {"objective": "cost"}, "cost"),
        (specialists(40), {"baseline": "small", "without": ["small"]}, "both"),
        (specialists(40), {"risk": 5}, "between 0 and 1"),
    ],
)
def test_a_table_that_cannot_be_learned_from_says_why(outcomes, options, said):
    with pytest.raises(ValueError, match=said):
        learn(outcomes, **options)


def test_a_model_that_the_table_lacks_is_named():
    with pytest.raises(KeyError, match="nobody"):
        learn(specialists(40), without=["nobody"])


def test_a_table_without_tasks_is_left_to_the_best_model():
    outcomes = specialists(300)
    found = learn(replace(outcomes, tasks=("",) * 300))
    assert leads(found) == {"": "all-round"}
    assert "routes:\nevidence:" in routes_to_text(found, DAY)


def test_the_file_is_one_that_the_router_reads(tmp_path):
    found = learn(specialists(800))
    path = tmp_path / "routes.yaml"
    path.write_text(routes_to_text(found, DAY, name="marked.csv"), "utf-8")
    routes, _ = read_learned(path)
    assert routes.routes["code"] == ("coder", "all-round", "small")
    evidence = routes.evidence["code"]
    assert (evidence.over, evidence.n, evidence.measured, evidence.id) == (
        "all-round",
        200,
        "2026-11-30",
        found.id,
    )
    assert 0 < evidence.low < evidence.gain < evidence.high
    assert routes.evidence["law"].gain is None


def test_each_route_has_its_evidence_beside_it():
    text = routes_to_text(learn(specialists(800)), DAY)
    line = next(each for each in text.splitlines() if each.startswith("  code:"))
    assert "# +" in line
    assert "n=200, 2026-11-30" in line
    assert list(yaml.safe_load(text)["routes"]) == ["code", "law", "mail", "sums"]


@pytest.fixture(scope="module")
def usual():
    return learn(specialists(200))


@given(st.lists(st.text(min_size=1, max_size=12) | st.just("long" * 60), min_size=4, max_size=4, unique=True))
def test_tasks_and_models_may_have_any_name(usual, names):
    routes = [
        replace(each, task=name, models=("#a: b", "yes", name))
        for each, name in zip(usual.routes, names, strict=True)
    ]
    read = yaml.safe_load(routes_to_text(replace(usual, routes=tuple(routes), single=names[0]), DAY))
    assert read["routes"] == {name: ["#a: b", "yes", name] for name in names}
    assert set(read["evidence"]) == set(names)


def test_a_table_full_of_gaps_is_learned_or_refused_and_never_breaks():
    random = np.random.default_rng(4)
    outcomes = specialists(100)
    for share in (0.5, 0.9, 0.97):
        gone = random.random(outcomes.correct.shape) < share
        with suppress(ValueError):
            assert learn(replace(outcomes, correct=np.where(gone, np.nan, outcomes.correct))).prompts == 100
