import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.cascades import curve, fit, quotient, stakes
from outcome_tables import drawn, table


def repeated(times, **columns):
    """A pattern of a few prompts, over and over."""
    return {
        name: {model: marks * times for model, marks in column.items()} for name, column in columns.items()
    }


def verified(times=100):
    """Of five prompts the verifier goes for the right answer on three of the four decisive ones."""
    columns = repeated(
        times,
        right={"cheap": [1, 0, 0, 1, 1], "best": [0, 1, 1, 0, 1]},
        accepted={"cheap": [True, False, True, True, False]},
        cost={"cheap": [1, 1, 1, 1, 1], "best": [10, 10, 10, 10, 10]},
    )
    return table(columns.pop("right"), **columns)


def test_q_is_the_share_of_decisive_prompts_that_go_to_the_right_answer():
    found = fit(verified(), ["cheap"], "best", "verifier")
    assert (found.prompts, found.decisive) == (500, 400)
    assert found.q.value == 0.75
    assert found.q_star == 0.5
    assert found.quality.value == 0.8
    assert found.gain.value == pytest.approx(0.2)
    assert found.escalated == 0.4
    assert found.cost == pytest.approx((5 + 20) / 50)
    assert found.refused == ""


def test_too_few_prompts_say_nothing():
    found = fit(verified(times=30), ["cheap"], "best", "verifier")
    assert "150 prompts are too few" in found.refused


def coin(q, prompts=2000, seed=1):
    """A verifier that goes for the right answer on a share `q` of decisive prompts, of which q* is .8."""
    random = np.random.default_rng(seed)
    cheap = random.random(prompts) < 0.2
    accepted = np.where(random.random(prompts) < q, cheap, ~cheap)
    return table(
        {"cheap": cheap.astype(int).tolist(), "best": (~cheap).astype(int).tolist()},
        accepted={"cheap": accepted.tolist()},
    )


@pytest.mark.parametrize(("q", "refused"), [(0.6, True), (0.79, True), (0.87, False), (0.95, False)])
def test_a_verifier_that_may_lie_below_q_star_is_refused_with_the_figures(q, refused):
    found = fit(coin(q), ["cheap"], "best", "verifier")
    assert found.q_star == pytest.approx(0.8, abs=0.02)
    assert bool(found.refused) is refused
    if refused:
        assert f"{found.q_star:.1%}" in found.refused


def test_a_margin_allows_for_some_loss():
    assert fit(coin(0.79), ["cheap"], "best", "verifier", margin=0.05).refused == ""


def test_a_signal_of_no_worth_is_refused_however_often_it_is_tried():
    refused = [bool(fit(coin(0.8, 300, seed), ["cheap"], "best", "verifier").refused) for seed in range(12)]
    # At q = q* itself a lower bound of 95 % lets through one in forty, and what q* itself varies by.
    assert sum(refused) >= 11


def test_agreement_hands_over_the_first_where_all_say_the_same():
    known = stakes(
        table(
            {"a": [1, 0, 1], "b": [1, 0, 0], "best": [0, 1, 1]},
            said={"a": ["B", "C", "D"], "b": ["B", "C", "E"], "best": ["A", "B", "D"]},
            cost={"a": [1, 1, 1], "b": [2, 2, 2], "best": [9, 9, 9]},
        ),
        ["a", "b"],
        "best",
        "agreement",
    )
    assert known.quality(1.0).tolist() == [1, 0, 1]
    assert known.cost(1.0).tolist() == [3, 3, 12]


def test_models_that_say_nothing_do_not_agree():
    known = stakes(
        table({"a": [0], "b": [0], "best": [1]}, said={"a": [""], "b": [""], "best": ["A"]}),
        ["a", "b"],
        "best",
        "agreement",
    )
    assert known.score.tolist() == [0]


def test_a_threshold_of_confidence_is_reported_on_prompts_that_it_was_not_learned_on():
    random = np.random.default_rng(3)
    sure = random.random(2000)
    cheap = random.random(2000) < sure
    best = random.random(2000) < 0.9
    found = fit(
        table(
            {"cheap": cheap.astype(int).tolist(), "best": best.astype(int).tolist()},
            confidence={"cheap": sure.tolist()},
            cost={"cheap": [1.0] * 2000, "best": [10.0] * 2000},
        ),
        ["cheap"],
        "best",
        "confidence",
    )
    assert found.prompts == 1000
    assert found.threshold > 0.6
    assert found.cost < 1.1
    assert found.gain.high > -0.02


@pytest.mark.parametrize(
    ("signal", "said"),
    [("agreement", "needs two"), ("confidence", "is missing"), ("verifier", "is missing")],
)
def test_a_signal_that_the_table_lacks_is_refused(signal, said):
    with pytest.raises(ValueError, match=said):
        stakes(table({"a": [1], "best": [1]}), ["a"], "best", signal)


def test_a_curve_goes_from_the_cheap_model_to_the_best_one():
    outcomes = drawn({"a": 0.5, "b": 0.5, "best": 0.8}, 400)
    known = stakes(outcomes, ["a", "b"], "best", "agreement")
    points = curve(known)
    assert points[0].quality.value == outcomes.correct[:, 0].mean()
    assert points[-1].quality.value == outcomes.correct[:, 2].mean()
    costs = [point.cost.value for point in points]
    assert costs == sorted(costs)
    assert all(point.quality.low <= point.quality.value <= point.quality.high for point in points)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_a_cascade_gains_exactly_where_q_is_above_q_star(prompts):
    cheap, best, accepted = (list(column) for column in zip(*prompts, strict=True))
    right = {"cheap": [int(each) for each in cheap], "best": [int(each) for each in best]}
    known = stakes(table(right, accepted={"cheap": accepted}), ["cheap"], "best", "verifier")
    q, q_star, decisive = quotient(known, 1.0)
    gain = (known.quality(1.0) - known.best).mean()
    if decisive:
        assert (gain > 1e-9) == (q.value > q_star + 1e-9)
