"""All figures of a run as a table with a row for each, as other programs read it."""

import csv
import io
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Final

from interlock_evaluation.reporting.figures import Figures, ModelFigures
from interlock_evaluation.statistics import UNKNOWN, Interval

__all__ = ["COLUMNS", "tidy"]

COLUMNS: Final = ("level", "task", "model", "measure", "value", "low", "high", "n", "said")
_MEASURES: Final = (
    ("quality", "quality", "prompts"),
    ("errors", "errors", "calls"),
    ("refusals", "refusals", "answered"),
    ("latency_p50", "median_latency", "answered"),
    ("latency_p95", "p95_latency", "answered"),
    ("cost", "cost", "priced"),
)
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


def tidy(figures: Figures) -> str:
    """CSV with a head. `level` is run, task, difference, judge or routing; shares are 0 to 1, latencies
    seconds, costs US dollars, and of routing in terms of the best single model's; `n` is how many prompts a
    figure is of, `said` what may be said of it, of `refined` whether routes use it, or why it was not
    fitted. What is not known is empty.
    """
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for level, task, model, measure, found, count, said in _rows(figures):
        numbers = [_number(each) for each in (found.value, found.low, found.high)]
        table.writerow([level, _text(task), _text(model), measure, *numbers, count, said])
    return written.getvalue()


Row = tuple[str, str, str, str, Interval, int, str]


def _rows(figures: Figures) -> Iterator[Row]:
    yield from _models("run", "", figures.models)
    for task, models in figures.tasks.items():
        told = figures.told.get(task, {})
        for row in _models("task", task, models):
            said = told.get(row[2], "") if row[3] == "quality" else ""
            yield (*row[:-1], said or row[-1])
    for each in figures.compared:
        yield "difference", "", each.model, f"behind {figures.best}", each.behind, each.prompts, each.verdict
        p = Interval(value=each.p, low=float("nan"), high=float("nan"))
        yield "difference", "", each.model, "p, adjusted", p, each.prompts, each.verdict
    if figures.judge is not None:
        for judged in figures.judge.models:
            raw = Interval(value=judged.raw, low=float("nan"), high=float("nan"))
            yield "judge", "", judged.model, "judge alone", raw, judged.judged, ""
            yield "judge", "", judged.model, "as experts would", judged.predicted, judged.labelled, ""
        yield "judge", "", "", "agreement", figures.judge.agreement, figures.judge.both, ""
    if figures.routing is not None:
        for rule, estimate in figures.routing.estimates.items():
            for measure in ("quality", "gain", "cost"):
                yield "routing", "", rule, measure, getattr(estimate, measure), estimate.prompts, ""
        refined = figures.routing.refined
        if refined is not None:
            said = "used" if refined.used else "not used"
            yield "routing", "", "refined", "over routes", refined.over, figures.routing.prompts, said
        elif figures.unrefined:
            yield "routing", "", "refined", "quality", UNKNOWN, 0, figures.unrefined


def _models(level: str, task: str, models: Iterable[ModelFigures]) -> Iterator[Row]:
    for each in models:
        for measure, field, counted in _MEASURES:
            said = each.basis if measure == "quality" and each.basis != "marks" else ""
            yield level, task, each.model, measure, getattr(each, field), getattr(each, counted), said


def _number(value: float) -> str:
    return repr(float(value)) if isfinite(value) else ""


def _text(value: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{value}" if value.startswith(_DANGEROUS) else value
