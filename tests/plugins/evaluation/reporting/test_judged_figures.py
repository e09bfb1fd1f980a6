"""A judge that is a model: what it says alone, and what experts who marked a part make of it."""

from dataclasses import replace

import numpy as np
import pytest

from interlock_evaluation.commands.words import tell_judged
from interlock_evaluation.grading import Mark
from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.reporting import figures_of, report_of
from interlock_evaluation.reporting.comparing import compared
from interlock_evaluation.reporting.judging import quality_of
from interlock_evaluation.reporting.marking import marked, sheet
from interlock_evaluation.runs import Kept, Key, Result, Run, outcomes_of
from interlock_evaluation.suites import Sample

MODELS = ("long", "short")
RIGHT = {"long": 0.6, "short": 0.7}
LIKED = {"long": 0.8, "short": 0.3}
"""How often the judge likes what is wrong."""


def judged(experts: float, *, prompts: int = 200, seed: int = 0, failing: float = 0.0) -> Kept:
    """A judge that likes long answers whether they are right or not, so that it would choose the worse model;
    experts have marked both answers to a part of the prompts that was drawn by lot.
    """
    random = np.random.default_rng(seed)
    samples = [Sample(id=f"p{at}", messages=({"role": "user", "content": "x"},)) for at in range(prompts)]
    seen = random.permutation(prompts) < round(experts * prompts)
    hard = random.normal(size=prompts)
    results, marks = {}, {}
    for at, sample in enumerate(samples):
        for model in MODELS:
            key = Key(sample.id, model, 0)
            failed = random.random() < failing
            right = hard[at] + random.normal() < np.sqrt(2) * {"long": 0.2533, "short": 0.5244}[model]
            results[key] = Result(
                key=key,
                asked=1,
                outcome="error" if failed else "answer",
                error="Unavailable" * failed or None,
            )
            if failed:
                continue
            liked = right or random.random() < LIKED[model]
            marks[key] = {"rubric": Mark(score=float(liked))}
            if seen[at]:
                marks[key]["experts"] = Mark(score=float(right))
    run = Run(id="r", suite="s", digest="d", configuration="c", models=MODELS, judge="judge/one", started=1e9)
    return Kept(run=run, samples=samples, tasks={s.id: "t" for s in samples}, results=results, marks=marks)


def test_a_judge_alone_decides_nothing() -> None:
    whole = judged(0)
    figures = figures_of(whole)
    assert not figures.decides
    assert {each.basis for each in figures.models} == {"judge only"}
    assert figures.best == "long", "which is the worse one"
    assert [(each.claimed, each.verdict) for each in figures.compared] == [(False, "judge only")]
    page = report_of(figures, whole.run).markdown()
    assert "judge only: not calibrated" in page
    assert "Whether it is better than short cannot be told" in page


def test_a_judge_whom_somebody_trusts_decides_and_is_named() -> None:
    whole = judged(0)
    figures = figures_of(whole, trust_judge=True)
    assert figures.decides
    assert [(each.model, each.claimed) for each in figures.compared] == [("short", True)]
    assert "--trust-judge" in report_of(figures, whole.run).markdown()


def test_experts_who_marked_a_part_put_the_judge_right() -> None:
    whole = judged(0.5, prompts=400)
    figures = figures_of(whole)
    assert figures.best == "short"
    assert {each.basis for each in figures.models} == {"experts and judge"}
    judge = figures.judge
    assert judge is not None
    long = judge.models[0]
    assert judge.calibrated
    assert (long.judged, long.labelled) == (400, 200)
    assert long.raw > long.predicted.high > RIGHT["long"] > long.predicted.low
    assert long.bias == pytest.approx(0.32, abs=0.08)
    assert judge.agreement.low < judge.agreement.value < 0.6
    page = report_of(figures, whole.run).markdown()
    assert "As experts would" in page
    assert "400 answers were marked by both" in page


def test_it_is_said_how_many_more_labels_would_narrow_it() -> None:
    figures = figures_of(judged(0.15))
    assert figures.judge is not None
    one = figures.judge.models[0]
    reach = (one.predicted.high - one.predicted.low) / 2
    assert (one.labelled, one.more) == (30, 30)
    assert 0.6 * reach < one.narrowed < 0.75 * reach
    few = figures_of(judged(0.04)).judge
    assert few is not None
    assert (few.models[0].more, few.calibrated) == (12, False)


def test_an_experts_mark_goes_before_a_judges_in_a_table_of_outcomes() -> None:
    whole = judged(0.5, prompts=40)
    rows = {(row.prompt, row.model): row.correct for row in outcomes_of(whole)}
    both = {key: marks for key, marks in whole.marks.items() if len(marks) == 2}
    assert any(marks["experts"].score != marks["rubric"].score for marks in both.values())
    assert all(rows[key.prompt, key.model] == marks["experts"].score for key, marks in both.items())


def test_a_table_says_whose_marks_are_in_it() -> None:
    whole = judged(0.5, prompts=40, failing=0.1)
    rows = outcomes_of(whole)
    assert {row.graded_by for row in rows} == {"experts", "rubric", ""}
    assert Outcomes.of(rows).graded_by["experts"] == sum(len(marks) == 2 for marks in whole.marks.values())


def test_a_table_of_a_judges_marks_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    tell_judged(Outcomes.of(outcomes_of(judged(0, prompts=5))))
    assert "100% of the marks are those of a judge that is a model" in capsys.readouterr().err
    tell_judged(Outcomes.of(outcomes_of(judged(1.0, prompts=5))))
    assert not capsys.readouterr().err


def test_what_failed_is_worth_nothing_whoever_marks() -> None:
    whole = judged(0.3, failing=0.2, prompts=400)
    figures = figures_of(whole)
    short = figures.models[1]
    assert short.prompts == 400
    assert short.quality.low < 0.8 * RIGHT["short"] < short.quality.high
    assert short.basis == "experts and judge"


def test_where_experts_marked_everything_there_is_nothing_to_predict() -> None:
    whole = judged(1.0, prompts=60)
    figures = figures_of(whole)
    rights = [m["experts"].score for key, m in whole.marks.items() if key.model == "long"]
    assert figures.models[0].quality.value == pytest.approx(np.mean(rights))
    assert figures.judge is not None
    assert figures.judge.models[0].more == 0


def test_rules_and_a_judge_may_have_marked_parts_of_one_suite() -> None:
    whole = judged(0.3, prompts=200)
    exact = {
        key: {"exact": Mark(score=float(int(key.prompt[1:]) % 4 < 2))} if int(key.prompt[1:]) < 100 else marks
        for key, marks in whole.marks.items()
    }
    figures = figures_of(replace(whole, marks=exact))
    assert figures.models[0].basis == "experts and judge"
    assert figures.models[0].quality.value == pytest.approx((0.5 + 0.6) / 2, abs=0.1)


def test_experts_in_place_of_a_part_of_a_rules_marks_are_told() -> None:
    whole = judged(0.3, prompts=60)
    both = {
        key: {"exact": Mark(score=1.0), **{name: mark for name, mark in marks.items() if name == "experts"}}
        for key, marks in whole.marks.items()
    }
    figures = figures_of(replace(whole, marks=both))
    assert figures.judge is None
    assert figures.replaced == 36
    assert "36 answers have experts' marks in place" in report_of(figures, whole.run).markdown()
    assert figures_of(judged(0.3, prompts=60)).replaced == 0


def test_routes_that_a_judge_has_chosen_are_not_claimed() -> None:
    whole = judged(0.5, prompts=100)
    figures = figures_of(whole)
    assert figures.routing is not None
    assert figures.routes is None
    page = report_of(figures, whole.run).markdown()
    assert "no gain is claimed" in page
    assert figures_of(whole, trust_judge=True).routes is not None


def test_the_interval_holds_the_truth_where_the_judges_own_would_not() -> None:
    held = raw = pairs = claimed = 0
    worlds = 60
    for seed in range(worlds):
        whole = judged(0.15, seed=seed)
        rows = marked(whole, whole.results.values())
        for model in MODELS:
            of = [each for each in rows if each.result.key.model == model]
            found, basis = quality_of(of)
            assert basis == "experts and judge"
            held += found.low <= RIGHT[model] <= found.high
            alone, _ = quality_of([replace(each, known=np.nan) for each in of])
            raw += alone.low <= RIGHT[model] <= alone.high
        marks = sheet(rows, [each.id for each in whole.samples], MODELS)
        (behind,) = compared(MODELS, 1, marks, trust=False)
        pairs += behind.behind.low <= RIGHT["short"] - RIGHT["long"] <= behind.behind.high
        (wrong,) = compared(MODELS, 0, marks, trust=False)
        claimed += wrong.claimed
    assert held / worlds / 2 >= 0.91, "95 in the long run"
    assert raw / worlds / 2 < 0.6
    assert pairs / worlds >= 0.9
    assert claimed <= 1, "the judge likes the worse model better, and is not believed"
