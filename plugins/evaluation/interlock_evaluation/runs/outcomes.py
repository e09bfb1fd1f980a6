"""A run as a table of outcomes."""

from collections import defaultdict
from collections.abc import Sequence
from math import nan
from statistics import fmean
from typing import Final

from interlock_evaluation.grading import EXPERTS
from interlock_evaluation.outcomes import EXCLUDED, Outcome
from interlock_evaluation.runs.asked import is_model
from interlock_evaluation.runs.run import Kept, Result

JUDGES: Final = frozenset({"rubric"})
"""Graders that are models: what they say is worth what experts say that it is."""


def outcomes_of(
    kept: Kept, *, texts: bool = True, everyone: bool = False, unmeasured: bool = False
) -> list[Outcome]:
    """A row for each prompt and model of which something is known, means of its repeats.

    A call that failed on the model's side is worth nothing; one that says nothing about the model (a key, a
    quota, a limit) is left out, or with `unmeasured` has a row with its error and no mark, and so is what a
    rule excluded, of which the error is `excluded`. What nothing has marked is left out. Without `texts`,
    prompts' words and answers are left out. Of what has answered, and as what, the latest counts. An ensemble
    and the router itself are no models that a route could name, and are there with `everyone` alone.
    """
    found: defaultdict[tuple[str, str], list[tuple[float, Result]]] = defaultdict(list)
    failed: dict[tuple[str, str], Result] = {}
    for key, result in kept.results.items():
        if not everyone and not is_model(key.model):
            continue
        score = score_of(kept, result)
        if score is not None:
            found[key.prompt, key.model].append((score, result))
        elif result.outcome == "error":
            failed[key.prompt, key.model] = result
        elif result.outcome == "excluded":
            failed.setdefault((key.prompt, key.model), result)
    words = {sample.id: sample.text for sample in kept.samples}
    keys = {*found, *(failed if unmeasured else ())}
    return [
        _outcome(kept, key, found.get(key, []), failed.get(key), words[key[0]], texts=texts)
        for key in sorted(keys)
    ]


def _outcome(
    kept: Kept,
    key: tuple[str, str],
    several: Sequence[tuple[float, Result]],
    failed: Result | None,
    words: str,
    *,
    texts: bool,
) -> Outcome:
    prompt, model = key
    latest = max((result for _, result in several), key=lambda result: result.at, default=failed)
    costs = [result.cost for _, result in several if result.cost is not None]
    return Outcome(
        prompt=prompt,
        model=model,
        task=kept.tasks[prompt],
        correct=fmean(score for score, _ in several) if several else nan,
        answer=several[0][1].answer if texts and several else None,
        cost=fmean(costs) if costs else None,
        length=len(words),
        text=words if texts else "",
        deployment=(latest.deployment if latest else None) or "",
        served_model=(latest.served_model if latest else None) or "",
        error="" if several or failed is None else _error(failed),
        graded_by="+".join(sorted({name for _, result in several for name in graders_of(kept, result)})),
    )


def _error(failed: Result) -> str:
    return EXCLUDED if failed.outcome == "excluded" else failed.error or "error"


def score_of(kept: Kept, result: Result) -> float | None:
    """From 0 to 1; None where nothing is known of the model, or nothing has marked it.

    What experts say goes before what anything else says; of several others it is the mean.
    """
    if not result.measured:
        return None
    if result.outcome == "error":
        return 0.0
    known = _counted(kept, result)
    return fmean(known.values()) if known else None


def graders_of(kept: Kept, result: Result) -> Sequence[str]:
    """Whose marks count; nobody's of a call that failed."""
    return () if result.outcome == "error" else tuple(_counted(kept, result))


def _counted(kept: Kept, result: Result) -> dict[str, float]:
    marks = kept.marks.get(result.key, {})
    known = {name: mark.score for name, mark in marks.items() if mark.score is not None}
    return {EXPERTS: known[EXPERTS]} if EXPERTS in known else known
