from dataclasses import replace
from datetime import date
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.config.learned import read_learned
from interlock.protocols import RerankCall
from interlock_evaluation.learning import Arrays, Features, fits, hold, learn, routes_to_text, to_bytes
from interlock_evaluation.learning.arrays import from_bytes
from interlock_evaluation.reranking import WordsReranker
from worded_worlds import worded


def refined(outcomes, **options):
    return learn(outcomes, words=Features.of(outcomes.texts), **options)


@pytest.fixture(scope="module")
def found():
    return refined(worded(600))


def test_words_are_used_where_they_gain_what_tasks_do_not_know(found):
    assert found.refined.used
    assert found.estimates["refined"].gain.value > found.estimates["routes"].gain.value + 0.1
    assert found.refined.over.low > 0
    assert found.refinement is not None


def test_words_that_say_nothing_are_not_used():
    found = refined(worded(400, telling=0.0))
    assert not found.refined.used
    assert found.refinement is None
    assert found.estimates["refined"].gain.value == pytest.approx(0, abs=0.03)


def test_a_luck_of_words_is_rarely_taken_for_a_gain():
    used = [refined(worded(200, seed, telling=0.0)).refined.used for seed in range(8)]
    assert sum(used) <= 2


def test_without_words_the_table_is_what_it_was(found):
    plain = learn(worded(600))
    assert plain.refined is None
    assert (plain.routes, plain.id) == (found.routes, found.id)
    assert plain.estimates["routes"] == found.estimates["routes"]


def test_as_good_for_less_by_words():
    found = refined(worded(600), objective="cost")
    assert found.refined.used == (found.refined.saved.low > 0)
    assert found.estimates["refined"].cost.value <= found.estimates["routes"].cost.value + 0.02
    assert found.estimates["refined"].gain.low > -0.05


@pytest.mark.parametrize("objective", ["quality", "cost"])
def test_progress_is_told_as_often_as_it_was_said(objective):
    told = []
    refined(worded(300), objective=objective, told=lambda: told.append(1))
    assert len(told) in (fits(objective), fits(objective) - (1 if objective == "quality" else 6))


def test_two_models_are_told_apart_by_words_better_than_by_task():
    outcomes = worded(600)
    two = refined(outcomes, without=["adder"]).ordering
    assert (two.strong, two.weak) == ("teller", "small")
    assert two.apgr.low > 0.55
    assert 0 < two.cpt50 < two.cpt80 < 0.8
    assert two.apgr.value > learn(outcomes, without=["adder"]).ordering.apgr.value
    assert refined(outcomes).ordering is None, "there are three"


def test_tasks_that_were_guessed_from_words_say_nothing_beside_them():
    found = refined(worded(600), guessed=True)
    assert found.refined.used
    base = found.refinement.base
    assert (base == base[0]).all()


def test_a_model_that_a_task_knows_too_little_of_is_not_chosen_for_it():
    outcomes = worded(600)
    correct = outcomes.correct.copy()
    rare = np.array([task == "quantitative" for task in outcomes.tasks])
    correct[rare, outcomes.place("adder")] = np.nan
    found = refined(replace(outcomes, correct=correct))
    if found.refinement is not None:
        at = found.refinement.tasks.index("quantitative"), found.refinement.models.index("adder")
        assert not found.refinement.allowed[at]


def test_what_was_learned_comes_back_as_it_was(found):
    content = to_bytes(found.refinement)
    assert content == to_bytes(found.refinement)
    again = from_bytes(content)
    texts = worded(50, 1).texts
    some, tasks = Features.of(texts), np.zeros(50, int)
    ours = found.refinement
    assert (ours.models, ours.tasks) == (again.models, again.tasks)
    known = ours.gains(some, tasks)
    assert again.gains(some, tasks) == pytest.approx(known, abs=1e-6)
    assert (
        again.choose(again.gains(some, tasks), tasks).tolist()
        == ours.choose(ours.gains(some, tasks), tasks).tolist()
    )


def test_the_routes_name_the_arrays_and_are_read_with_them(found, tmp_path):
    content = to_bytes(found.refinement)
    digest = f"sha256:{sha256(content).hexdigest()}"
    (tmp_path / "routes.words.npz").write_bytes(content)
    text = routes_to_text(found, date(2026, 11, 30), arrays=Arrays(file="routes.words.npz", digest=digest))
    (tmp_path / "routes.yaml").write_text(text, "utf-8")
    learned, _ = read_learned(tmp_path / "routes.yaml")
    assert (learned.refined.by, learned.refined.content) == ("words", content)


@given(st.binary(max_size=200))
def test_any_bytes_are_arrays_or_are_refused_in_words(content):
    with pytest.raises(ValueError, match=r"arrays|format"):
        from_bytes(content)


@given(at=st.integers(0, 10**6), value=st.integers(0, 255))
def test_a_byte_that_was_changed_is_found_or_changes_nothing_that_breaks(found, at, value):
    content = bytearray(to_bytes(found.refinement))
    content[at % len(content)] = value
    try:
        made = from_bytes(bytes(content))
    except ValueError:
        return
    assert np.isfinite(made.gains(Features.of(["Add 1 and 2"]), np.zeros(1, int))).all()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("base", lambda each: each[:, :1], "`base`"),
        ("base", lambda each: each * np.nan, "`base` holds what is no number"),
        ("base", lambda each: each + 9, "out of bounds"),
        ("costs", lambda each: each - 1, "out of bounds"),
        ("leads", lambda each: each + 99, "`leads` names what is no model"),
        ("columns", lambda each: each[:1], "not as many"),
        ("allowed", lambda each: each.astype(float), "`allowed` is float64"),
        ("models", lambda each: np.array([each[0]] * len(each)), "one twice"),
        ("format", lambda each: np.array("interlock-words/2"), "interlock-words/1"),
        ("format", lambda each: None, "has no array 'format'"),
        ("wording.words", lambda each: each[:-1], "`words`"),
        ("wording.words", lambda each: each * np.float16(np.inf), "`words` holds what is no number"),
        ("wording.buckets", lambda each: each[::-1], "not in order"),
        ("wording.scale", lambda each: each * 0, "`scale`"),
        ("wording.near", lambda each: each.astype(np.int16), "`near` is int16"),
        ("wording.gains", lambda each: each[:0], "`near`"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_by_name(found, tmp_path, name, value, told):
    path = tmp_path / "words.npz"
    path.write_bytes(to_bytes(found.refinement))
    with np.load(path) as file:
        arrays = dict(file)
    changed = value(arrays.pop(name))
    if changed is not None:
        arrays[name] = changed
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=told):
        from_bytes(path.read_bytes())


def test_objects_are_never_loaded(tmp_path):
    path = tmp_path / "words.npz"
    np.savez(path, format=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        from_bytes(path.read_bytes())


def test_a_gate_chooses_by_words_whom_a_router_chooses_where_rules_exclude_some(found):
    outcomes = worded(200, seed=1)
    excluded = np.random.default_rng(0).random(outcomes.correct.shape) < 0.3
    table = replace(outcomes, excluded=excluded, correct=np.where(excluded, np.nan, outcomes.correct))
    routes = {each.task: each.models for each in found.routes}
    reranker = WordsReranker(found.refinement, None)
    gains = []
    for at, task in enumerate(table.tasks):
        may = [name for name in routes[task] if not excluded[at, table.place(name)]]
        if "small" not in may:
            continue
        moved = reranker.rerank(RerankCall(task=task, names=tuple(may), text=table.texts[at]))
        chosen = may[0] if moved is None else moved.order[0]
        gains.append(table.correct[at, table.place(chosen)] - table.correct[at, table.place("small")])
    words = Features.of(table.texts)
    held = hold(table, routes, baseline="small", refinement=found.refinement, words=words)
    assert (held.estimate.prompts, held.missing) == (len(gains), 0)
    assert held.estimate.gain.value == pytest.approx(np.mean(gains))
