"""Answers graded by a rubric."""

import pytest
from judge_doubles import Asked, Thinks, arbiter_calls, asked, judging, panel
from ruling import rule

from interlock_panels import Score, ScoreOptions

SAID = ["Nine years.", "Two months, by section 5.", "Two months or so."]
RUBRIC = {"It is correct.": 3.0, "It names the section.": 1.0}


def grading(asked: Asked) -> object:
    (text,) = asked.answers.values()
    return {"reason": f"On {text}", "c1": 4 if "Two" in text else 0, "c2": 4 if "section" in text else 0}


def test_the_weighted_mean_of_the_grades_decides() -> None:
    seen: list[Asked] = []
    options = {"criteria": RUBRIC, "scale": 4}
    response = asked(panel(SAID, grading, mode="score", options=options, seen=seen))
    verdict = response.verdict
    assert verdict is not None
    assert (response.text, verdict.contested) == (SAID[1], False)
    assert verdict.scores == {"A": 0.0, "B": 4.0, "C": 3.0}
    assert arbiter_calls(response) == 3
    assert all(len(each.answers) == 1 for each in seen)
    assert "- `c2`: It names the section." in seen[0].outside
    assert seen[0].wanted["c1"] == {"type": "integer", "minimum": 0, "maximum": 4}


async def test_a_lead_within_the_margin_is_contested() -> None:
    score = Score(ScoreOptions(criteria=RUBRIC, scale=4, margin=1.0))
    ruling = await rule(score, SAID, grading)
    assert (ruling.chosen, ruling.contested, ruling.reason) == (("B",), True, f"On {SAID[1]}")


async def test_the_same_grades_are_contested_and_fall_to_the_order() -> None:
    ruling = await rule(Score(), SAID, judging(lambda _: 3))
    assert (ruling.chosen, ruling.contested) == (("A",), True)


async def test_of_several_judges_the_middle_one_counts() -> None:
    def fooled(asked: Asked) -> object:
        return judging(lambda text: 5 if "Nine" in text else 0)(asked)

    fair: Thinks = judging(lambda text: 1 if "Nine" in text else 4 if "section" in text else 3)
    ruling = await rule(Score(), SAID, fair, fooled, fair)
    assert (ruling.chosen, ruling.scores) == (("B",), {"A": 1.0, "B": 4.0, "C": 3.0})


@pytest.mark.parametrize("missing", [{"c1": 3}, {"c1": 3, "c2": 3, "c3": 9}, {"c1": 3, "c2": 3, "c3": 2.5}])
async def test_an_answer_that_nobody_graded_whole_is_not_graded(missing: dict[str, float]) -> None:
    def think(asked: Asked) -> object:
        return missing if SAID[0] in asked.answers.values() else {"c1": 3, "c2": 3, "c3": 2}

    ruling = await rule(Score(), SAID[:2], think)
    assert (ruling.chosen, ruling.contested, ruling.flags) == (("B",), True, ("unscored",))
    assert set(ruling.scores) == {"B"}


async def test_without_a_grade_the_first_is_contested() -> None:
    ruling = await rule(Score(), SAID, lambda _: "no idea")
    assert (ruling.chosen, ruling.contested, ruling.flags) == (("A",), True, ("no_verdict",))
