"""Made-up tables in which it is known which model is better at which task."""

import csv
from pathlib import Path

import numpy as np

from interlock_evaluation.outcomes import Outcome, Outcomes


def world(
    shares: dict[str, dict[str, float]],
    prompts: int,
    seed: int = 0,
    *,
    cost: dict[str, float] | None = None,
    missing: float = 0.0,
) -> Outcomes:
    """Prompts spread evenly over tasks; `shares` holds how often each model is right, by task and model.

    Models find the same prompts hard. Some cells may be missing.
    """
    random = np.random.default_rng(seed)
    tasks = sorted(shares)
    rows = []
    for at in range(prompts):
        task, hard = tasks[at % len(tasks)], random.normal()
        for model, share in shares[task].items():
            if random.random() < missing:
                continue
            chance = 1 / (1 + np.exp(-(np.log(share / (1 - share)) * 1.3 + 1.2 * hard)))
            rows.append(
                Outcome(
                    prompt=str(at),
                    task=task,
                    model=model,
                    correct=float(random.random() < chance),
                    cost=None if cost is None else cost[model],
                    length=int(random.integers(10, 900)),
                )
            )
    return Outcomes.of(rows)


def specialists(prompts: int, seed: int = 0, **more: float) -> Outcomes:
    """One model is good at all, another much better at one task of four, a third bad at all and cheap."""
    usual = {"all-round": 0.7, "coder": 0.6, "small": 0.45}
    shares = {"code": {**usual, "coder": 0.92}, "law": usual, "mail": usual, "sums": usual}
    return world(shares, prompts, seed, cost={"all-round": 1.0, "coder": 0.5, "small": 0.05}, **more)


def equals(prompts: int, seed: int = 0, models: int = 5, tasks: int = 8) -> Outcomes:
    """No model is better than any other at anything."""
    names = [f"m{at}" for at in range(models)]
    return world({f"t{at}": dict.fromkeys(names, 0.6) for at in range(tasks)}, prompts, seed)


def written(
    path: Path, outcomes: Outcomes, *, task: str = "task", texts: tuple[str, ...] | None = None
) -> Path:
    """The table as CSV, `task` being what the column is called; `texts` in place of prompts' ids."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["Prompt", task, "Model", "Score", "Cost"])
        for at, prompt in enumerate(outcomes.prompts):
            for column, model in enumerate(outcomes.models):
                lines.writerow(
                    [
                        texts[at] if texts else prompt,
                        outcomes.tasks[at],
                        model,
                        outcomes.correct[at, column],
                        outcomes.cost[at, column],
                    ]
                )
    return path
