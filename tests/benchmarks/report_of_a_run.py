"""How long the report of 500 prompts and six models takes, and how large its files are; made-up answers.

    uv run python tests/benchmarks/report_of_a_run.py [PICTURE.svg]

Beside it, as many bootstraps of a mean as the report has bootstrapped intervals. With a path, the picture of
cost against quality is written there.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from interlock_evaluation.grading import Mark
from interlock_evaluation.reporting import cost_and_quality, figures_of, report_of
from interlock_evaluation.runs import Kept, Key, Result, Run
from interlock_evaluation.statistics import mean
from interlock_evaluation.suites import Sample
from interlock_reports import svg

PROMPTS = 500
MODELS = ("north/large", "north/medium", "north/small", "east/pro", "east/flash", "own/open-72b")
TASKS = ("code_generation", "quantitative", "conversational", "extraction", "summarization", "translation")
SKILL = (1.7, 1.2, 0.5, 1.5, 0.7, 0.9)
DOLLARS = (0.011, 0.004, 0.0006, 0.006, 0.0004, 0.0012)
SECONDS = (3.0, 1.9, 0.7, 2.4, 0.6, 1.4)
BEST_AT = {"quantitative": "east/pro", "extraction": "own/open-72b", "translation": "north/medium"}


def world(seed: int = 0) -> Kept:
    """Models that are good at different things, at prices that do not follow how good they are."""
    random = np.random.default_rng(seed)
    hard = random.normal(size=PROMPTS)
    samples, tasks, results, marks = [], {}, {}, {}
    for at in range(PROMPTS):
        said = ({"role": "user", "content": "x" * int(random.integers(20, 2000))},)
        sample = Sample(id=f"p{at}", messages=said)
        samples.append(sample)
        task = tasks[sample.id] = TASKS[at % len(TASKS)]
        for model, skill, dollars, seconds in zip(MODELS, SKILL, DOLLARS, SECONDS, strict=True):
            key = Key(sample.id, model, 0)
            better = 1.6 if BEST_AT.get(task) == model else 0.0
            right = random.random() < 1 / (1 + np.exp(hard[at] - skill - better))
            results[key] = Result(
                key=key,
                asked=1,
                outcome="answer",
                finish_reason="stop",
                latency=float(seconds * random.lognormal(0, 0.5)),
                cost=float(dollars * random.lognormal(0, 0.6)),
            )
            marks[key] = {"exact": Mark(score=float(right))}
    run = Run(
        id="made-up",
        suite="prompts.jsonl",
        digest="0",
        configuration="0",
        models=MODELS,
        started=1e9,
        ended=1e9,
    )
    return Kept(run=run, samples=samples, tasks=tasks, results=results, marks=marks)


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    best, made = float("inf"), None
    for _ in range(3):
        start = perf_counter()
        made = what()
        best = min(best, perf_counter() - start)
    return best, made


def main() -> None:
    kept = world()
    seconds, figures = timed(lambda: figures_of(kept))
    rendering, page = timed(lambda: report_of(figures, kept.run).html())
    intervals = 3 * len(MODELS) * (1 + len(TASKS))  # medians, p95 and costs
    values = [each.latency or 0.0 for each in kept.results.values() if each.key.model == MODELS[0]]
    part = values[: PROMPTS // len(TASKS)]
    several, _ = timed(lambda: [mean(values if at % 7 == 0 else part) for at in range(intervals)])
    print(f"figures of {PROMPTS} prompts and {len(MODELS)} models: {seconds:.2f} s")
    print(f"{intervals} bootstraps of a mean, beside it:  {several:.2f} s, ratio {seconds / several:.1f}")
    print(f"the page: {rendering:.2f} s, {len(page.encode()) / 1000:.0f} kB")
    if len(sys.argv) > 1:
        picture = cost_and_quality(figures)
        assert picture is not None
        Path(sys.argv[1]).write_text(svg(picture))


if __name__ == "__main__":
    main()
