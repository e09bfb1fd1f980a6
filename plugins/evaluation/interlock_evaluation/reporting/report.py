"""The figures of a run as a page for people."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite

from interlock_evaluation.learning import LearnedTable, told
from interlock_evaluation.reporting.figures import Compared, Figures, ModelFigures
from interlock_evaluation.runs.run import Run
from interlock_evaluation.statistics import Interval
from interlock_reports import (
    Bar,
    Bars,
    Cell,
    Code,
    Column,
    Kind,
    Note,
    Paragraph,
    Report,
    Section,
    Table,
    Value,
    Verdict,
)

_PAIRED = (
    "Paired by prompt, with intervals of 95 %; p is adjusted for the number of models by Holm's procedure. "
    "The best of several is also the luckiest: on other prompts it will be a little less good. "
)
_FOLDS = " chooses on one part of the prompts and looks at another."
_RULES = {
    "routes": "Routes by task, with a gate",
    "single": "The best model alone",
    "length": "By length alone",
    "winners": "Each task's plain winner",
    "promising": "By task, without a gate",
    "oracle": "The best for each prompt",
}
_HELD = (
    "Everything is chosen on four fifths of the prompts, the best model alone too, and held against the rest "
    "of them, for each fifth and twice over. No router can do better than the best for each prompt."
)
_FEW = 8  # prompts below which a task's figure is shown and nothing is said of it


def report_of(figures: Figures, run: Run) -> Report:
    """The report. It is the same each time for the same figures."""
    last = run.ended if run.ended is not None else run.started
    return Report(
        title=f"{figures.suite}: which model answers it best",
        summary=_summary(figures),
        facts=[
            ("Run", figures.run),
            ("Prompts", f"{figures.prompts:,}"),
            ("Suite", f"{run.suite}, {run.digest}"),
            ("Configuration", run.configuration),
            ("Asked", f"{run.repeats} times each" if run.repeats > 1 else "once each"),
            ("Spent", _money(figures.spent)),
            ("State", "whole" if run.ended is not None else "something is left to ask"),
        ],
        sections=[
            _quality(figures),
            _differences(figures),
            *([_by_task(figures)] if len(figures.tasks) > 1 else ()),
            *([_routing(figures.routing)] if figures.routing is not None else ()),
            _service(figures),
            _left_out(figures),
        ],
        made_at=datetime.fromtimestamp(last, UTC),
        made_by="interlock eval report",
    )


def _summary(figures: Figures) -> str:
    if figures.best is None:
        return "No answer was marked, so nothing can be said of any model's quality."
    worse = [each.model for each in figures.compared if each.claimed]
    unclear = [each.model for each in figures.compared if not each.claimed]
    said = f"{figures.best} has the best mean mark."
    if worse:
        said += f" It is better than {_listed(worse)}."
    if unclear:
        said += f" Whether it is better than {_listed(unclear)} cannot be told from these prompts."
    return said


def _quality(figures: Figures) -> Section:
    marked = [each for each in figures.models if isfinite(each.quality.value)]
    bars = [
        Bar(label=each.model, value=_percent(each.quality.value), low=_percent(low), high=_percent(high))
        for each in marked
        for low, high in [(each.quality.low, each.quality.high)]
    ]
    return Section(
        title="Quality",
        blocks=[
            Bars(
                caption="Mean mark of each model",
                label="Model",
                measure="Mean mark, %",
                bars=bars,
                decimals=1,
            ),
            Paragraph(
                text="The lines are intervals of 95 %, in which answers to one prompt count as one. They are "
                "no comparison: two models whose lines overlap may differ, for both had the same prompts."
            ),
        ],
    )


def _differences(figures: Figures) -> Section:
    if figures.best is None:
        return Section(title="Differences", blocks=[Note(kind="gap", text="Nothing was marked.")])
    rows: list[Sequence[Cell | Value]] = [
        (
            each.model,
            each.prompts,
            Cell(value=_points(each.behind.value), note=_bounds(each.behind)),
            f"{each.p:.3f}" if isfinite(each.p) else None,
            _verdict(each),
        )
        for each in figures.compared
    ]
    return Section(
        title="Differences",
        blocks=[
            Table(
                caption=f"How far each model is behind {figures.best}",
                columns=[
                    Column(name="Model"),
                    Column(name="Prompts", kind="number"),
                    Column(name="Points behind", kind="number", decimals=1),
                    Column(name="p, adjusted", align="end"),
                    Column(name="Verdict", kind="verdict"),
                ],
                rows=rows,
            ),
            Paragraph(text=(_PAIRED, Code(text="interlock eval learn"), _FOLDS)),
        ],
    )


def _by_task(figures: Figures) -> Section:
    rows: list[Sequence[Cell | Value]] = []
    for task, models in figures.tasks.items():
        best = max((each.quality.value for each in models if isfinite(each.quality.value)), default=None)
        cells = [_task_cell(each, best) for each in models]
        rows.append((task, max(each.prompts for each in models), *cells))
    few = any(each.prompts < _FEW for models in figures.tasks.values() for each in models)
    return Section(
        title="By task",
        blocks=[
            Table(
                caption="Mean mark of each model for each task, %",
                columns=[
                    Column(name="Task"),
                    Column(name="Prompts", kind="number"),
                    *(Column(name=each.model, kind="number", decimals=1) for each in figures.models),
                ],
                rows=rows,
            ),
            *(
                [
                    Note(
                        kind="info",
                        text=f"Some of these rest on fewer than {_FEW} prompts, and say next to nothing.",
                    )
                ]
                if few
                else ()
            ),
        ],
    )


def _task_cell(each: ModelFigures, best: float | None) -> Cell:
    if not isfinite(each.quality.value):
        return Cell(value=None)
    first = ", the highest" if each.quality.value == best else ""
    low, high = _percent(each.quality.low), _percent(each.quality.high)
    return Cell(value=_percent(each.quality.value), note=f"{low:.0f} to {high:.0f}{first}")


def _routing(found: LearnedTable) -> Section:
    rows: list[Sequence[Cell | Value]] = []
    for name, each in found.estimates.items():
        single = name == "single"
        right = Cell(value=_percent(each.quality.value), note=_bounds(each.quality))
        gain = Cell(
            value=None if single else _points(each.gain.value), note="" if single else _bounds(each.gain)
        )
        cost = each.cost.value if isfinite(each.cost.value) else None
        rows.append((_RULES[name], right, gain, cost, None if single else _told(each.gain)))
    return Section(
        title="What routes would gain",
        blocks=[
            Table(
                caption=f"On prompts not learned from; the best model alone is {found.single}",
                columns=[
                    Column(name="Choice of a model"),
                    Column(name="Mean mark", kind="number", unit="%", decimals=1),
                    Column(name="Points over it", kind="number", decimals=1),
                    Column(name="Cost in its", kind="number", decimals=2),
                    Column(name="Verdict", kind="verdict"),
                ],
                rows=rows,
            ),
            Paragraph(text=_HELD),
        ],
    )


def _told(gain: Interval) -> Verdict:
    word = "the same" if gain.low == gain.high == 0 else told(gain)
    kinds: dict[str, Kind] = {"better": "ok", "worse": "problem", "the same": "info"}
    return Verdict(kind=kinds.get(word, "gap"), word=word)


def _service(figures: Figures) -> Section:
    def of(found: Interval, factor: float = 1.0) -> Cell:
        if not isfinite(found.value):
            return Cell(value=None)
        return Cell(value=found.value * factor, note=_bounds(found, factor))

    rows: list[Sequence[Cell | Value]] = [
        (
            each.model,
            of(each.errors, 100),
            of(each.refusals, 100),
            of(each.median_latency),
            of(each.p95_latency),
            of(each.cost, 1000),
        )
        for each in figures.models
    ]
    return Section(
        title="Failures, time and money",
        blocks=[
            Table(
                caption="What each model is like to work with",
                columns=[
                    Column(name="Model"),
                    Column(name="Failed", kind="number", unit="%", decimals=1),
                    Column(name="Refused", kind="number", unit="%", decimals=1),
                    Column(name="Half within", kind="number", unit="s", decimals=2),
                    Column(name="95 % within", kind="number", unit="s", decimals=2),
                    Column(name="1,000 prompts", kind="money", unit="USD"),
                ],
                rows=rows,
            )
        ],
    )


def _left_out(figures: Figures) -> Section:
    blocks: list[Note | Table] = []
    if figures.why:
        blocks.append(
            Table(
                caption="Questions that say nothing of a model's quality",
                columns=[Column(name="Why"), Column(name="Questions", kind="number")],
                rows=[
                    (why, -less) for less, why in sorted((-count, why) for why, count in figures.why.items())
                ],
            )
        )
    if figures.again:
        blocks.append(
            Note(
                kind="info",
                text=f"{figures.again:,} calls were made again after a break or a failure, and paid for.",
            )
        )
    if not blocks:
        blocks.append(
            Note(kind="info", text="Every question was asked and measured, and none of them twice.")
        )
    return Section(title="What is not in it", blocks=blocks)


def _verdict(each: Compared) -> Verdict:
    return Verdict(kind="problem", word="worse") if each.claimed else Verdict(kind="gap", word="cannot tell")


def _percent(share: float) -> float:
    return 100 * share


def _points(share: float) -> float | None:
    return 100 * share if isfinite(share) else None


def _bounds(found: Interval, factor: float = 100.0) -> str:
    def end(value: float) -> str:
        return f"{factor * value:.3g}" if isfinite(value) else "unknown"

    return f"{end(found.low)} to {end(found.high)}"


def _money(dollars: float) -> str:
    return f"${dollars:,.2f}" if dollars >= 0.005 or not dollars else "less than $0.01"  # noqa: PLR2004 - half a cent


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
