import pytest

from interlock_evaluation.panels import choose, voice, voted
from outcome_tables import drawn, table


def test_near_equals_are_chosen_and_gain():
    found = choose(drawn({"a": 0.7, "b": 0.69, "c": 0.68, "weak": 0.2}, 1600))
    assert set(found.members) == {"a", "b", "c"}
    assert found.gain.low > 0
    assert found.refused == ""


def test_weak_members_are_never_added_to_a_strong_one():
    found = choose(drawn({"best": 0.9, "w1": 0.3, "w2": 0.3, "w3": 0.3, "w4": 0.3}, 800))
    assert found.refused != ""
    assert found.single == "best"


def test_a_gain_that_may_be_nothing_is_refused_as_often_as_it_should_be():
    # Two of .4 outvote one of .8 about as often rightly as wrongly.
    enabled = [not choose(drawn({"a": 0.8, "b": 0.4, "c": 0.4}, 420, seed)).refused for seed in range(20)]
    assert sum(enabled) <= 2


def test_too_few_prompts_are_refused():
    assert "too few" in choose(drawn({"a": 0.7, "b": 0.7, "c": 0.7}, 300)).refused


def test_two_models_are_no_panel():
    with pytest.raises(ValueError, match="three models"):
        choose(drawn({"a": 0.7, "b": 0.7}, 300))


def test_a_voice_is_worth_more_the_more_often_it_is_right():
    assert voice(0.9) > voice(0.7) > voice(0.5) > 0
    assert voice(0.2) == voice(0.0) == voice(0.5)


def test_a_split_panel_shows_who_is_in_the_minority():
    found = voted(
        table({"a": [0], "b": [0], "c": [1]}, said={"a": ["B"], "b": ["B"], "c": ["C"]}),
        ["a", "b", "c"],
        [1, 1, 1],
    )
    assert found.split.tolist() == [True]
    assert found.agreement.tolist() == [pytest.approx(2 / 3)]
    assert found.correct.tolist() == [0]
