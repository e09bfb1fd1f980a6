"""A run as a table of outcomes."""

from collections import defaultdict
from statistics import fmean
from typing import Final

from interlock_evaluation.grading import EXPERTS
from interlock_evaluation.outcomes import Outcome
from interlock_evaluation.runs.asked import is_model
from interlock_evaluation.runs.run import Kept, Result

JUDGES: Final = frozenset({"rubric"})
"""Graders that are models: what they say is worth what experts say that it is."""


def outcomes_of(kept: Kept, *, texts: bool = True, everyone: bool = False) -> list[Outcome]:
    """A row for each prompt and model of which something is known, means of its repeats.

    A call that failed on the model's side is worth nothing; one that says nothing about the model (a key, a
    quota, a limit) is left out, and so is what nothing has marked. Without `texts`, prompts' words and
    answers are left out. Of what has answered, and as what, the latest counts. An ensemble and the
    router itself are no models that a route could name, and are there with `everyone` alone.
    """
    found: defaultdict[tuple[str, str], list[tuple[float, Result]]] = defaultdict(list)
    for key, result in kept.results.items():
        score = score_of(kept, result)
        if score is not None and (everyone or is_model(key.model)):
            found[key.prompt, key.model].append((score, result))
    words = {sample.id: sample.text for sample in kept.samples}
    rows = []
    for (prompt, model), several in sorted(found.items()):
        latest = max((result for _, result in several), key=lambda result: result.at)
        costs = [result.cost for _, result in several if result.cost is not None]
        rows.append(
            Outcome(
                prompt=prompt,
                model=model,
                task=kept.tasks[prompt],
                correct=fmean(score for score, _ in several),
                answer=several[0][1].answer if texts else None,
                cost=fmean(costs) if costs else None,
                length=len(words[prompt]),
                text=words[prompt] if texts else "",
                deployment=latest.deployment or "",
                served_model=latest.served_model or "",
            )
        )
    return rows


def score_of(kept: Kept, result: Result) -> float | None:
    """From 0 to 1; None where nothing is known of the model, or nothing has marked it.

    What experts say goes before what anything else says; of several others it is the mean.
    """
    if not result.measured:
        return None
    if result.outcome == "error":
        return 0.0
    marks = kept.marks.get(result.key, {})
    known = {name: mark.score for name, mark in marks.items() if mark.score is not None}
    if EXPERTS in known:
        return known[EXPERTS]
    return fmean(known.values()) if known else None
