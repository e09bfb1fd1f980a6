import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.learning.wording import Wording, recovered, surface


def prompts(count, seed=0):
    """Every other one asks for a sum, of which alone the one model gains."""
    random = np.random.default_rng(seed)
    whom, where = ["a fox", "the sea", "two friends"], ["moon", "rain"]
    texts = [
        f"Add {random.integers(9999)} and {random.integers(9999)}, then halve it"
        if at % 2
        else f"Tell a story about {random.choice(whom)} and the {random.choice(where)}"
        for at in range(count)
    ]
    gains = np.where(np.arange(count) % 2, random.random(count) < 0.6, random.random(count) < 0.1)
    return texts, gains.astype(float)


def vectors(texts):
    turned = np.array([[float("Add" in text), float("story" in text), 0.1] for text in texts])
    return turned / np.linalg.norm(turned, axis=1, keepdims=True)


@pytest.mark.parametrize("sight", [None, vectors])
def test_words_say_which_prompts_gain(sight):
    texts, gains = prompts(300)
    later, found = prompts(300, seed=1)
    made = Wording.learn(texts, gains, sight and sight(texts))
    score = made.predict(later, sight and sight(later))
    assert recovered(found, score) > 0.65
    assert recovered(found, np.random.default_rng(0).random(300)) == pytest.approx(0.5, abs=0.08)


def test_what_was_learned_is_arrays_alone():
    texts, gains = prompts(200)
    made = Wording.learn(texts, gains, vectors(texts))
    file = io.BytesIO()
    np.savez(file, **made.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        again = Wording.from_arrays(arrays)
    assert again.predict(texts, vectors(texts)).tolist() == made.predict(texts, vectors(texts)).tolist()
    with pytest.raises(KeyError):
        Wording.from_arrays({})


@pytest.fixture(scope="module")
def made():
    return Wording.learn(*prompts(120))


@given(st.lists(st.text(max_size=80), max_size=4))
def test_any_words_have_a_place_in_the_order(made, texts):
    assert np.isfinite(made.predict(texts)).all()
    assert surface(texts).shape == (len(texts), 9)


def test_prompts_that_gain_nothing_teach_nothing():
    texts, _ = prompts(120)
    assert np.ptp(Wording.learn(texts, np.zeros(120)).predict(texts)) == 0


def test_too_little_and_what_does_not_fit_is_refused():
    texts, gains = prompts(120)
    with pytest.raises(ValueError, match="100 are needed"):
        Wording.learn(texts[:99], gains[:99])
    with pytest.raises(ValueError, match="not as many"):
        Wording.learn(texts, gains[:100])
    with pytest.raises(ValueError, match="sentence vector"):
        Wording.learn(texts, gains, vectors(texts)).predict(texts)


def test_all_of_the_gain_is_had_when_the_order_is_right():
    gains = np.array([1.0, 0.0, 0.0, 0.0])
    assert recovered(gains, gains) == pytest.approx(0.8)
    assert recovered(gains, -gains) == pytest.approx(0.2)
