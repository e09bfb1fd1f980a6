"""Made-up outcome tables, and the command line in this process."""

from typing import Any

import numpy as np
from typer.testing import CliRunner

from interlock.cli.app import app
from interlock_evaluation.outcomes import Outcome, Outcomes


def invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def table(
    right: dict[str, list[int]], *, said: dict[str, list[str]] | None = None, **more: dict[str, list[Any]]
) -> Outcomes:
    """Marks by model, prompt by prompt; `more` are other columns by model."""
    return Outcomes.of(
        Outcome(
            prompt=str(at),
            model=model,
            correct=mark,
            answer=None if said is None else said[model][at],
            **{name: column[model][at] for name, column in more.items() if model in column},
        )
        for model, marks in right.items()
        for at, mark in enumerate(marks)
    )


def drawn(shares: dict[str, float], prompts: int, seed: int = 0, options: int = 10) -> Outcomes:
    """Models that are right independently of one another; a wrong answer is any of the others."""
    random = np.random.default_rng(seed)
    rows = []
    for at in range(prompts):
        for model, share in shares.items():
            correct = bool(random.random() < share)
            said = 0 if correct else int(random.integers(1, options))
            rows.append(
                Outcome(prompt=str(at), model=model, correct=float(correct), answer=str(said), cost=share)
            )
    return Outcomes.of(rows)
