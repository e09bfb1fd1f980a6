"""A made-up run of models, an ensemble and the router, whose prompts' words say which model is better."""

from collections.abc import Sequence

import numpy as np

from interlock_evaluation.grading import Mark
from interlock_evaluation.runs import Kept, Key, Result, Run
from interlock_evaluation.suites import Sample

MODELS = {
    "north/teller": (0.004, 2.4),
    "north/adder": (0.0025, 1.6),
    "own/small-instruct": (0.0003, 0.5),
    "ensemble:contracts": (0.011, 4.1),
    "auto": (0.0019, 1.5),
}
"""Whom the run asked: dollars of a prompt, and seconds."""


def reported(prompts: int, models: Sequence[str] = tuple(MODELS), seed: int = 0) -> Kept:
    """Of two tasks and a rare third one, in which every other prompt asks for a sum and others for a story.

    `teller` is right about stories, `adder` about sums, the ensemble and the router mostly; some failed.
    """
    random = np.random.default_rng(seed)
    samples, tasks, results, marks = [], {}, {}, {}
    for at in range(prompts):
        adds = at % 2 == 0
        what = (
            f"add {random.integers(9999)} and halve it"
            if adds
            else f"tell a story of a fox and the sea, {at}"
        )
        said = ({"role": "user", "content": f"Please {what}"},)
        sample = Sample(id=f"p{at}", messages=said)
        samples.append(sample)
        tasks[sample.id] = "translation" if at < 6 else ("quantitative", "conversational")[at // 2 % 2]
        chances = dict(
            zip(MODELS, (0.55, 0.93, 0.4, 0.92, 0.85) if adds else (0.95, 0.5, 0.35, 0.9, 0.88), strict=True)
        )
        for model, (dollars, seconds) in MODELS.items():
            if model not in models:
                continue
            key = Key(sample.id, model, 0)
            failed = model.startswith("own/") and at % 40 == 3
            results[key] = Result(
                key=key,
                asked=1,
                outcome="error" if failed else "answer",
                error="Unavailable" if failed else None,
                finish_reason="refusal" if at % 50 == 1 else "stop",
                latency=float(seconds * random.lognormal(0, 0.5)),
                cost=float(dollars * random.lognormal(0, 0.6)),
            )
            if not failed:
                marks[key] = {"exact": Mark(score=float(random.random() < chances[model]))}
    run = Run(
        id="made-up",
        suite="prompts.jsonl",
        digest="0",
        configuration="0",
        models=tuple(models),
        started=1.79e9,
        ended=1.79e9,
    )
    return Kept(run=run, samples=samples, tasks=tasks, results=results, marks=marks)
