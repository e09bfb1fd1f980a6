import importlib.util
from math import inf, isnan
from random import Random

import numpy as np
import pytest

from interlock_evaluation.statistics import Preference, ranking


def witness():
    """Evalica's own code, of which the part that ranks needs numpy alone."""
    folder = importlib.util.find_spec("evalica").submodule_search_locations[0]
    spec = importlib.util.spec_from_file_location("_brzo", f"{folder}/_brzo.abi3.so")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def preference(left, right, score, prompt="1"):
    return Preference(prompt=prompt, left=left, right=right, score=score)


def played(seed, models):
    random = Random(seed)
    return [
        preference("ABCDEFGH"[one], "ABCDEFGH"[other], random.choice((0.0, 0.5, 1.0, 1.0)), str(at))
        for one in range(models)
        for other in range(models)
        if one != other
        for at in range(random.randint(4, 8))
    ]


@pytest.mark.parametrize("seed", range(12))
def test_strengths_are_those_of_evalica(seed):
    given = played(seed, 3 + seed % 5)
    names = sorted({each.left for each in given})
    sides = [[names.index(getattr(each, side)) for each in given] for side in ("left", "right")]
    won = [{1.0: 1, 0.0: 2, 0.5: 0}[each.score] for each in given]
    theirs, _ = witness().bradley_terry(*sides, won, [1.0] * len(won), len(names), 1.0, 0.5, 1e-13, 1_000_000)
    ours = {each.model: each.strength.value for each in ranking(given, draws=1)}
    expected = np.log(theirs) - np.log(theirs).mean()
    assert [ours[name] for name in names] == pytest.approx(expected, abs=1e-6)


def test_models_come_by_strength_with_what_they_won():
    given = [preference("a", "b", 1.0, str(at)) for at in range(6)] + [preference("a", "b", 0.0, "7")]
    first, last = ranking(given)
    assert (first.model, first.judged, first.wins) == ("a", 7, pytest.approx(6 / 7))
    assert first.strength.value == pytest.approx(-last.strength.value)
    assert first.strength.value == pytest.approx(np.log(6) / 2)


def test_who_wins_everything_is_strong_and_not_infinitely_so():
    first = ranking([preference("a", "b", 1.0, str(at)) for at in range(5)])[0]
    assert (first.model, 0 < first.strength.value < inf) == ("a", True)
    assert first.strength.low <= first.strength.value <= first.strength.high


def test_one_prompt_bounds_no_strength():
    found = ranking([preference("a", "b", 1.0), preference("b", "a", 0.5)])
    assert all((each.strength.low, each.strength.high) == (-inf, inf) for each in found)


def test_who_was_never_judged_comes_last_and_is_not_known():
    found = ranking([preference("a", "b", 0.5)], models=["idle", "a"])
    assert [each.model for each in found][-1] == "idle"
    assert isnan(found[-1].strength.value)
    assert ranking([]) == ()


@pytest.mark.parametrize(("right", "score"), [("b", 2.0), ("b", float("nan")), ("a", 1.0)])
def test_a_judgement_that_cannot_be_is_refused(right, score):
    with pytest.raises(ValueError, match="score"):
        ranking([preference("a", right, score)])
