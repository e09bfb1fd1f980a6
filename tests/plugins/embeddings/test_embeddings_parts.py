"""Excerpts, words, learning and combining, each by itself."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Classification
from interlock.classifiers.lexicon import TASKS
from interlock_embeddings.combining import combined, right_of
from interlock_embeddings.excerpts import excerpt
from interlock_embeddings.fitting import fit, kernel_of
from interlock_embeddings.learned import learned
from interlock_embeddings.words import PLACES, places


def test_an_excerpt_is_the_beginning_and_the_end():
    assert excerpt("short") == "short"
    assert excerpt("a" * 360) == "a" * 360
    assert excerpt("a" * 500 + "z" * 500) == "a" * 240 + " " + "z" * 120
    assert len(excerpt("请" * 1_000)) == 720 // 7 + 360 // 7 + 1
    assert excerpt("\ud800x") == "\ufffdx"


@given(st.text())
def test_an_excerpt_is_bounded_and_can_be_encoded(text):
    found = excerpt(text)
    assert len(found) <= 361
    found.encode("utf-8")


@given(st.text(max_size=400))
def test_words_stand_at_places_of_the_table_each_once(text):
    found = places(text)
    assert found == sorted(set(found))
    assert all(0 <= place < PLACES for place in found)


def test_words_are_told_by_their_beginning_and_numbers_are_one_word():
    assert set(places("12 apples")) & set(places("37 apples")) == set(places("12 apples"))
    assert set(places("renting")) & set(places("rented"))


def test_confidence_is_read_on_the_lines_between_what_is_known():
    known = ((0.4, 0.6), (0.8, 0.9))
    assert [right_of(known, value) for value in (0.0, 0.4, 0.6, 0.8, 1.0)] == pytest.approx(
        [0.6, 0.6, 0.75, 0.9, 0.9]
    )


def test_two_that_agree_are_surer_than_either_and_a_clear_one_outweighs_a_doubtful_one():
    model = learned()
    favour = [4.0 if task == "quantitative" else 0.0 for task in model.tasks]
    agreed = combined(model, favour, Classification(task="quantitative", confidence=0.5))
    doubted = combined(model, favour, Classification(task="conversational", confidence=0.35))
    outweighed = combined(model, favour, Classification(task="code_generation", confidence=0.97))
    assert (agreed.task, doubted.task, outweighed.task) == ("quantitative", "quantitative", "code_generation")
    assert agreed.confidence > doubted.confidence


@given(st.lists(st.floats(-60, 60), min_size=9, max_size=9), st.sampled_from(TASKS), st.floats(0, 1))
def test_a_combined_opinion_is_a_probability(scores, task, confidence):
    opinion = combined(learned(), scores, Classification(task=task, confidence=confidence))
    assert opinion.task in TASKS
    assert 0 <= opinion.confidence <= 0.99


def test_of_equals_the_task_so_far_is_kept_whatever_the_last_digits_say():
    model = learned()
    sofar = Classification(task="conversational", confidence=0.35)
    scores = [0.0] * len(model.tasks)
    shaken = [value + 1e-7 * number for number, value in enumerate(scores)]
    assert combined(model, scores, sofar) == combined(model, shaken, sofar)


def test_learning_separates_what_can_be_separated_and_is_the_same_again():
    vectors = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9], [-1.0, 0.0], [-0.9, -0.1]])
    words = [[1, 2], [1], [3], [3, 4], [5], []]
    kernel = kernel_of(vectors, words)
    assert np.allclose(kernel, kernel.T)
    classes = [0, 0, 1, 1, 2, 2]
    learned_once = fit(kernel, classes, np.full(6, 8.0))
    found = (kernel @ learned_once.shares + learned_once.bias).argmax(axis=1)
    assert found.tolist() == classes
    assert np.array_equal(learned_once.shares, fit(kernel, classes, np.full(6, 8.0)).shares)


def test_what_is_shipped_fits_together():
    from importlib.resources import files

    model = learned()
    assert set(model.tasks) == set(TASKS)
    assert model.dense.shape == (9, 512)
    assert model.words.shape == (PLACES, 9)
    lows = [low for low, _ in model.known]
    rights = [right for _, right in model.known]
    assert lows == sorted(lows)
    assert rights == sorted(rights)
    data = files("interlock_embeddings") / "data"
    shipped = [json.loads(line) for line in (data / "prompts.jsonl").read_text(encoding="utf-8").splitlines()]
    facts = json.loads((data / "learned.json").read_text(encoding="utf-8"))
    assert len(shipped) == facts["prompts"]
