import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.learning.features import Features, surface
from interlock_evaluation.learning.ordering import ordering, recovered
from interlock_evaluation.learning.wording import Wording


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


def features(texts, sight=None):
    return Features.of(texts, sight and sight(texts))


def learned(texts, gains, sight=None):
    return Wording.learn(features(texts, sight), gains[:, None])


@pytest.mark.parametrize("sight", [None, vectors])
def test_words_say_which_prompts_gain(sight):
    texts, gains = prompts(300)
    later, found = prompts(300, seed=1)
    score = learned(texts, gains, sight).predict(features(later, sight))[:, 0]
    assert recovered(found, score) > 0.65
    assert recovered(found, np.random.default_rng(0).random(300)) == pytest.approx(0.5, abs=0.08)


def test_each_model_has_a_column_of_its_own():
    texts, gains = prompts(300)
    both = Wording.learn(features(texts), np.stack([gains, -gains], axis=1)).predict(features(texts))
    assert both[:, 0] == pytest.approx(-both[:, 1], abs=0.01)
    assert both[:, 0] == pytest.approx(learned(texts, gains).predict(features(texts))[:, 0], abs=0.01)


@pytest.fixture(scope="module")
def made():
    return learned(*prompts(120))


@given(st.lists(st.text(max_size=80), max_size=4))
def test_any_words_have_a_place_in_the_order(made, texts):
    assert np.isfinite(made.predict(features(texts))).all()
    assert surface(texts).shape == (len(texts), 9)


@given(st.lists(st.integers(0, 29), unique=True))
def test_what_is_read_of_some_prompts_is_what_was_read_of_all(which):
    texts, _ = prompts(30)
    some, again = features(texts).rows(np.array(which, int)), features([texts[at] for at in which])
    assert len(some) == len(which)
    assert some.looks.tolist() == again.looks.tolist()
    pairs = [
        sorted(zip(each.row.tolist(), each.bucket.tolist(), each.value.tolist(), strict=True))
        for each in (some.counts, again.counts)
    ]
    assert pairs[0] == pairs[1]


def test_prompts_that_gain_nothing_teach_nothing():
    texts, _ = prompts(120)
    assert np.ptp(learned(texts, np.zeros(120)).predict(features(texts))) == 0


def test_too_little_and_what_does_not_fit_is_refused():
    texts, gains = prompts(120)
    with pytest.raises(ValueError, match="100 are needed"):
        learned(texts[:99], gains[:99])
    with pytest.raises(ValueError, match="not as many"):
        learned(texts, gains[:100])
    with pytest.raises(ValueError, match="not as many"):
        Features.of(texts, np.zeros((3, 3)))
    with pytest.raises(ValueError, match="vectors of 3 dimensions"):
        learned(texts, gains, vectors).predict(features(texts))


def test_all_of_the_gain_is_had_when_the_order_is_right():
    gains = np.array([1.0, 0.0, 0.0, 0.0])
    assert recovered(gains, gains) == pytest.approx(0.8)
    assert recovered(gains, -gains) == pytest.approx(0.2)


def test_the_share_of_prompts_that_is_needed_for_a_part_of_the_gain():
    gains = np.array([1.0] * 10 + [0.0] * 90)
    found = ordering("strong", "weak", gains, gains)
    assert (found.cpt50, found.cpt80) == (0.05, 0.09)
    assert found.apgr.low <= found.apgr.value <= found.apgr.high
    assert ordering("strong", "weak", -gains, gains) is None, "nothing is gained"
    assert ordering("strong", "weak", np.full(3, np.nan), np.zeros(3)) is None
