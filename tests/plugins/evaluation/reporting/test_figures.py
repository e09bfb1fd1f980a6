"""What a run comes to: whose marks count, what may be claimed, and what is left out."""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import asdict, replace
from math import isfinite, isnan

import numpy as np
import pytest

from interlock_evaluation.grading import Mark
from interlock_evaluation.reporting import Figures, figures_of, report_of, tidy
from interlock_evaluation.reporting.comparing import compared
from interlock_evaluation.reporting.marking import Sheet
from interlock_evaluation.runs import Kept, Key, Result, Run
from interlock_evaluation.suites import Sample

MODELS = ("good", "fair", "poor")


def kept(count: int = 200, *, repeats: int = 1, seed: int = 0, **outcomes: str) -> Kept:
    """Models that are right about 80, 78 and 50 of 100 prompts; `outcomes` are those of whole models."""
    random = np.random.default_rng(seed)
    shares = dict(zip(MODELS, (0.8, 0.78, 0.5), strict=True))
    said = ({"role": "user", "content": "x"},)
    samples = [Sample(id=f"p{number}", messages=said) for number in range(count)]
    results, marks = {}, {}
    for sample in samples:
        for model in MODELS:
            for repeat in range(repeats):
                key = Key(sample.id, model, repeat)
                outcome = outcomes.get(model, "answer")
                results[key] = Result(
                    key=key,
                    asked=1,
                    outcome="answer" if outcome == "answer" else "error",
                    error=None if outcome == "answer" else outcome,
                    finish_reason="stop",
                    latency=float(random.exponential()),
                    cost=0.001,
                )
                if outcome == "answer":
                    marks[key] = {"exact": Mark(score=float(random.random() < shares[model]), cost=0.0001)}
    run = Run(
        id="r", suite="s.jsonl", digest="d", configuration="c", models=MODELS, repeats=repeats, started=1e9
    )
    tasks = {sample.id: "code" if number % 2 else "sums" for number, sample in enumerate(samples)}
    return Kept(run=run, samples=samples, tasks=tasks, results=results, marks=marks)


def of(figures: Figures, model: str):
    return next(each for each in figures.models if each.model == model)


def test_a_difference_is_claimed_only_where_it_can_be_told() -> None:
    figures = figures_of(kept())
    assert figures.best in ("good", "fair")
    claimed = {each.model: each.claimed for each in figures.compared}
    assert claimed["poor"]
    assert not claimed["fair" if figures.best == "good" else "good"]
    assert figures.spent == pytest.approx(600 * 0.0011)


def test_nothing_is_claimed_of_a_handful_of_prompts() -> None:
    assert not any(each.claimed for each in figures_of(kept(6)).compared)


def test_models_that_are_alike_are_seldom_told_apart() -> None:
    models = tuple("abcdef")
    wrong = 0
    for seed in range(100):
        marks = (np.random.default_rng([7, seed]).random((100, 6)) < 0.6).astype(float)
        alike = Sheet(told=marks, judge=marks, known=marks, judged=np.zeros(marks.shape, dtype=bool))
        best = int(marks.mean(axis=0).argmax())
        wrong += any(each.claimed for each in compared(models, best, alike, trust=False))
    assert wrong <= 9, "the best of six is compared, and no more than one in twenty claims it wrongly"


def test_failures_count_and_what_says_nothing_does_not() -> None:
    figures = figures_of(kept(20, fair="Unavailable", poor="AuthenticationError"))
    fair, poor = of(figures, "fair"), of(figures, "poor")
    assert (fair.quality.value, fair.errors.value, fair.prompts) == (0.0, 1.0, 20)
    assert isnan(poor.quality.value)
    assert poor.unmeasured == 20
    assert figures.why == {"AuthenticationError": 20}
    assert [each.model for each in figures.compared] == ["fair"]


def test_repeats_of_a_prompt_count_as_one_prompt() -> None:
    once, often = kept(50), kept(50, repeats=4)
    marks = {key: once.marks[Key(key.prompt, key.model, 0)] for key in often.marks}
    same = Kept(run=often.run, samples=often.samples, tasks=often.tasks, results=often.results, marks=marks)
    one, four = of(figures_of(once), "good").quality, of(figures_of(same), "good").quality
    assert one.value == four.value
    assert four.high - four.low == pytest.approx(one.high - one.low, rel=0.1), (
        "the same said again is no news"
    )


def test_the_order_in_which_answers_came_changes_nothing() -> None:
    whole = kept(60, repeats=2)
    keys = list(whole.results)
    np.random.default_rng(1).shuffle(keys)
    keys = [Key(*each) for each in keys]
    keys = [Key(prompt, model, int(repeat)) for prompt, model, repeat in keys]
    shuffled = Kept(
        run=whole.run,
        samples=whole.samples,
        tasks=whole.tasks,
        results={key: whole.results[key] for key in keys},
        marks={key: whole.marks[key] for key in reversed(keys)},
    )
    first, second = (report_of(figures_of(each), each.run) for each in (whole, shuffled))
    assert first.html() == second.html()
    assert tidy(figures_of(whole)) == tidy(figures_of(shuffled))


def test_every_figure_is_a_row_of_the_table_with_its_interval() -> None:
    whole = kept(40, poor="AuthenticationError")
    figures = figures_of(whole)
    rows = list(csv.DictReader(io.StringIO(tidy(figures))))
    assert list(rows[0])[:8] == ["level", "task", "model", "measure", "value", "low", "high", "n"]
    levels = Counter(each["level"] for each in rows)
    assert (levels["run"], levels["task"], levels["difference"]) == (18, 36, 2)
    one = next(
        each for each in rows if (each["level"], each["model"], each["measure"]) == ("run", "good", "quality")
    )
    assert float(one["low"]) < float(one["value"]) < float(one["high"])
    assert float(one["value"]) == of(figures, "good").quality.value
    assert one["n"] == "40"
    missing = [each for each in rows if each["model"] == "poor"]
    assert {each["value"] for each in missing} == {""}, "what nobody knows is empty"
    behind = next(each for each in rows if each["level"] == "difference")
    assert behind["said"] in ("worse", "cannot tell")


def test_a_name_is_no_formula_in_the_table() -> None:
    whole = kept(10)
    renamed = replace(whole, tasks=dict.fromkeys(whole.tasks, "=1+1"))
    assert ",'=1+1," in tidy(figures_of(renamed))


def test_cost_of_each_task_has_an_interval_that_few_prompts_make_wide() -> None:
    whole = kept(200)
    random = np.random.default_rng(5)
    priced = {key: replace(each, cost=float(random.lognormal(-6))) for key, each in whole.results.items()}
    few = {each.id: "rare" if number < 6 else "usual" for number, each in enumerate(whole.samples)}
    figures = figures_of(replace(whole, results=priced, tasks=few))
    rare, usual = (figures.tasks[each][0].cost for each in ("rare", "usual"))
    assert rare.low >= 0
    assert rare.high - rare.low > 3 * (usual.high - usual.low)
    page = report_of(figures, whole.run).html()
    assert "Cost of 1,000 prompts of each task, USD" in page
    assert "fewer than 8 prompts" in page


def test_calls_that_were_made_again_are_named_and_change_nothing_else() -> None:
    whole = kept(30)
    first = next(iter(whole.results))
    again = replace(whole, results={**whole.results, first: replace(whole.results[first], asked=3)})
    once, twice = (report_of(figures_of(each), each.run).markdown() for each in (whole, again))
    assert "2 calls were made again" in twice
    assert "$0.00" not in twice
    assert [a for a, b in zip(once.splitlines(), twice.splitlines(), strict=True) if a != b] == [
        "> **● Note**: Every question was asked and measured, and none of them twice."
    ]


def test_the_page_says_what_it_knows_and_asks_nobody_for_anything() -> None:
    whole = kept()
    figures = figures_of(whole)
    page = report_of(figures, whole.run).html()
    assert len(page) < 300_000
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    for words in ("cannot tell", "worse", "Mean mark", "code", "sums", "95 %", "plain winner"):
        assert words in page
    assert page == report_of(figures_of(kept()), whole.run).html(), "the same figures make the same page"
    assert "cannot be told from these prompts" in report_of(figures, whole.run).markdown()


def test_routes_stand_beside_what_they_are_to_be_better_than() -> None:
    routing = figures_of(kept()).routing
    assert routing is not None
    assert set(routing.estimates) >= {"routes", "single", "length", "winners", "oracle"}
    assert routing.estimates["oracle"].quality.value > routing.estimates["single"].quality.value
    assert figures_of(kept(6)).routing is None


@pytest.mark.parametrize("count", [0, 1, 2])
def test_next_to_nothing_is_a_report_too(count: int) -> None:
    whole = kept(count)
    assert report_of(figures_of(whole), whole.run).html()


def test_nothing_that_was_marked_is_said_to_be_so() -> None:
    whole = kept(5)
    bare = Kept(run=whole.run, samples=whole.samples, tasks=whole.tasks, results=whole.results, marks={})
    figures = figures_of(bare)
    assert figures.best is None
    assert "No answer was marked" in report_of(figures, bare.run).markdown()
    assert not any(isfinite(each.quality.value) for each in figures.models)
    assert json.dumps(asdict(figures))
