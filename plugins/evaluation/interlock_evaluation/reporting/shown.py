"""Figures as pictures: models below one another, cost against quality, tasks beside models."""

from math import isfinite
from typing import Final

from interlock_evaluation.learning import LearnedTable, told
from interlock_evaluation.reporting.comparing import Compared
from interlock_evaluation.reporting.comparing import Verdict as Told
from interlock_evaluation.reporting.figures import FEW, Figures, ModelFigures
from interlock_evaluation.reporting.naming import KINDS, RULE_MARKS, RULES
from interlock_evaluation.runs.asked import kind_of
from interlock_evaluation.runs.asked import shown as named
from interlock_evaluation.statistics import Interval
from interlock_reports import Axis, Dot, Dots, Estimate, Heat, Point, Scatter, Shade, Verdict

__all__ = ["cost_and_quality", "costs", "differences", "gains", "quality", "tasks", "verdict"]

_LEAST_P: Final = 0.001
JUDGE_ONLY: Final = Verdict(kind="attention", word="judge only: not calibrated")
_VERDICTS: Final[dict[Told, Verdict]] = {
    "worse": Verdict(kind="problem", word="worse"),
    "cannot tell": Verdict(kind="gap", word="cannot tell"),
    "judge only": JUDGE_ONLY,
}


def quality(figures: Figures) -> Dots:
    """Each model's mean mark."""
    judged = any(each.basis == "judge only" for each in figures.models)
    return Dots(
        caption="Mean mark of each model",
        label="Model",
        measure="Mean mark",
        unit="%",
        counted="Prompts",
        verdicts="Whose word" if judged else "",
        dots=[
            Dot(
                label=named(each.model),
                at=at(each.quality, 100),
                count=each.prompts,
                shape=KINDS[each.kind][1],
                verdict=JUDGE_ONLY if each.basis == "judge only" else None,
            )
            for each in sorted(figures.models, key=_worth)
        ],
    )


def differences(figures: Figures) -> Dots:
    """Every other model beside the best: less than 0 is worse."""
    return Dots(
        caption=f"Beside {named(figures.best or '')}, on the same prompts",
        label="Model",
        measure="Mean mark",
        unit="points",
        counted="Prompts",
        noted="p\u00a0(Holm)",
        verdicts="Verdict",
        line=0.0,
        dots=[
            Dot(
                label=named(each.model),
                at=at(_over(each), 100),
                count=each.prompts,
                shape=KINDS[kind_of(each.model)][1],
                note=_p(each.p),
                verdict=verdict(each.verdict),
            )
            for each in sorted(figures.compared, key=lambda each: each.behind.value)
        ],
    )


def gains(found: LearnedTable) -> Dots:
    """What choosing among models gains over the best one alone."""
    return Dots(
        caption=f"Over {found.single} alone, on prompts not learned from",
        label="Choice of a model",
        measure="Mean mark",
        unit="points",
        counted="Prompts",
        verdicts="Verdict",
        line=0.0,
        dots=[
            Dot(label=RULES[name], at=at(each.gain, 100), count=each.prompts, verdict=_gained(each.gain))
            for name, each in found.estimates.items()
            if name != "single"
        ],
    )


def cost_and_quality(figures: Figures) -> Scatter | None:
    """One place for each model, and for what chooses among them; None where no model has both figures."""
    points = []
    for each in figures.models:
        x, y = at(each.cost, 1000), at(each.quality, 100)
        if x is not None and y is not None:
            name, (kind, shape) = named(each.model), KINDS[each.kind]
            short = name.rpartition("/")[2]
            points.append(Point(label=name, short=short, x=x, y=y, shape=shape, kind=kind))
    if not points:
        return None
    points += _choices(figures)
    best = [each.label for each in points if each.joined]
    return Scatter(
        caption="Cost against quality",
        label="Model, or choice of one",
        x=Axis(name="1,000 prompts", unit="USD", log=True),
        y=Axis(name="Mean mark", unit="%", decimals=1),
        points=points,
        best="None is cheaper and better",
        says=f"The mean mark against the cost of {', '.join(best)}. The table below has the figures.",
    )


def _choices(figures: Figures) -> list[Point]:
    """What chooses among models: its cost is known in terms of the best model's alone."""
    routes = figures.routes
    if routes is None:
        return []
    usual = next(each.cost.value for each in figures.models if each.model == routes.single)
    found = []
    for name, (short, shape) in RULE_MARKS.items():
        estimate = routes.estimates.get(name)
        if estimate is None:
            continue
        x, y = at(estimate.cost, 1000 * usual), at(estimate.quality, 100)
        if x is not None and y is not None:
            joined = name not in ("oracle", "single")
            found.append(
                Point(
                    label=RULES[name],
                    short=short,
                    x=x,
                    y=y,
                    shape=shape,
                    joined=joined,
                    kind=RULES[name][0].lower() + RULES[name][1:],
                )
            )
    return found


def tasks(figures: Figures) -> Heat:
    """Each model's mean mark for each task."""
    rows = []
    for task, models in figures.tasks.items():
        highest = max((each.quality.value for each in models if isfinite(each.quality.value)), default=None)
        verdicts = figures.told.get(task, {})
        rows.append((task, [_shade(each, highest, verdicts.get(each.model)) for each in models]))
    return Heat(
        caption="Mean mark for each task, %",
        label="Task",
        columns=[named(each.model) for each in figures.models],
        rows=rows,
        unit="%",
        scale=(0.0, 100.0),
        counted="prompts",
        fainted=_fainted(figures),
    )


def costs(figures: Figures) -> Heat:
    """What a thousand prompts of each task cost."""
    rows = []
    for task, models in figures.tasks.items():
        cells = []
        for each in models:
            found = at(each.cost, 1000)
            faint = each.priced < FEW
            cells.append(None if found is None else Shade(at=found, count=each.priced, faint=faint))
        rows.append((task, cells))
    return Heat(
        caption="Cost of 1,000 prompts of each task, USD",
        label="Task",
        columns=[named(each.model) for each in figures.models],
        rows=rows,
        unit="USD",
        decimals=2,
        counted="prompts",
        fainted=_fainted(figures),
    )


def verdict(said: Told) -> Verdict:
    """In words, with a symbol."""
    return _VERDICTS[said]


def at(found: Interval, factor: float) -> Estimate | None:
    """In another unit; None where nothing is known."""
    if not isfinite(found.value):
        return None
    low, high = (factor * end if isfinite(end) else None for end in (found.low, found.high))
    return Estimate(value=factor * found.value, low=low, high=high)


def _worth(each: ModelFigures) -> float:
    return -each.quality.value if isfinite(each.quality.value) else 1.0


def _p(value: float) -> str:
    if not isfinite(value):
        return "—"
    return f"{value:.3f}" if value >= _LEAST_P else f"< {_LEAST_P}"


def _over(each: Compared) -> Interval:
    return Interval(value=-each.behind.value, low=-each.behind.high, high=-each.behind.low)


def _gained(gain: Interval) -> Verdict:
    word = "the same" if gain.low == gain.high == 0 else told(gain)
    match word:
        case "better":
            return Verdict(kind="ok", word=word)
        case "worse":
            return Verdict(kind="problem", word=word)
        case "the same":
            return Verdict(kind="info", word=word)
        case _:
            return Verdict(kind="gap", word=word)


def _shade(each: ModelFigures, highest: float | None, said: Told | None) -> Shade | None:
    found = at(each.quality, 100)
    if found is None:
        return None
    mark = None if said is None else verdict(said)
    if each.basis == "judge only":
        mark = JUDGE_ONLY
    elif each.quality.value == highest:
        mark = Verdict(kind="ok", word="the highest")
    return Shade(at=found, count=each.prompts, verdict=mark, faint=each.prompts < FEW)


def _fainted(figures: Figures) -> str:
    few = any(0 < each.prompts < FEW for models in figures.tasks.values() for each in models)
    return f"fewer than {FEW} prompts: next to nothing follows" if few else ""
