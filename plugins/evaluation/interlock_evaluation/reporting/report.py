"""The figures of a run as a page for people."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite

from interlock_evaluation.learning import LearnedTable
from interlock_evaluation.reporting.amounts import money
from interlock_evaluation.reporting.figures import Figures
from interlock_evaluation.reporting.judging import Judged
from interlock_evaluation.reporting.naming import RULES
from interlock_evaluation.reporting.shown import (
    JUDGE_ONLY,
    cost_and_quality,
    costs,
    differences,
    gains,
    quality,
    tasks,
)
from interlock_evaluation.runs.asked import shown as named
from interlock_evaluation.runs.run import Run
from interlock_evaluation.statistics import LEAST, Interval
from interlock_reports import Block, Cell, Code, Column, Note, Paragraph, Report, Section, Table, Value

__all__ = ["cost_and_quality", "report_of"]

_ALONE = (
    "The lines are intervals of 95 %, in which answers to one prompt count as one. They are no comparison: "
    "two models whose lines overlap may differ, for both had the same prompts."
)
_PAIRED = (
    "Left of the line is worse. Nobody knew before which would be the best, and the best of several is also "
    "the luckiest: so the lines are as long as they have to be for all of them to hold in 95 of 100 runs. p "
    "is how often as much would be seen where there is nothing, adjusted for the number of pairs of models "
    "by Holm's procedure. On other prompts the best will be a little less good: "
)
_JUDGED = (
    "The judge's marks chose here, with the experts' in their place where there are some: how it would be "
    "with experts' alone cannot be told, and no gain is claimed."
)
_FOLDS = " chooses on one part of the prompts and looks at another."
_HELD = (
    "Everything is chosen on four fifths of the prompts, the best model alone too, and held against the rest "
    "of them, for each fifth and twice over. No router can do better than the best for each prompt."
)
_PICTURE = (
    "Up is better, left is cheaper. The crosses are intervals of 95 %. The dashed line goes through those "
    "than which none is both cheaper and better; where crosses overlap, another run may draw it elsewhere."
)
_TASKS = (
    "Each is compared with the highest of its row, on the same prompts, by Holm's procedure for all pairs of "
    "models in all tasks together."
)
_UNCALIBRATED = (
    "A model marked these answers, and nobody knows yet how far it is to be believed: judges that are models "
    "like what is long, what is sure of itself, and what is their own. No difference is claimed. Have "
    "experts mark a part of the prompts that is drawn by lot, at least {least}, and this report says what "
    "they would say of all."
)
_REPLACED = (
    "{count} answers have experts' marks in place of a rule's, and others have a rule's alone: means of both "
    "are means of two measures. Differences between models on the same prompts suffer less."
)
_TRUSTED = "A model marked these answers, and it decides without experts because --trust-judge says so."


def report_of(figures: Figures, run: Run) -> Report:
    """The report. It is the same each time for the same figures."""
    last = run.ended if run.ended is not None else run.started
    facts = [
        ("Run", figures.run),
        ("Prompts", f"{figures.prompts:,}"),
        ("Suite", ", ".join((run.suite, *run.tasks, run.digest))),
        ("Configuration", run.configuration),
        ("Asked", f"{run.repeats} times each" if run.repeats > 1 else "once each"),
        *([("Judge", run.judge)] if run.judge else ()),
        ("Spent", money(figures.spent)),
        ("State", "whole" if run.ended is not None else "something is left to ask"),
    ]
    return Report(
        title=f"{figures.suite}: which model answers it best",
        summary=_summary(figures),
        facts=facts,
        sections=[
            Section(title="Quality", blocks=[*_warned(figures), quality(figures), Paragraph(text=_ALONE)]),
            _differences(figures),
            *_cost(figures),
            *([_by_task(figures)] if len(figures.tasks) > 1 else ()),
            *([_judge(figures.judge)] if figures.judge is not None else ()),
            *([_routing(figures, figures.routing)] if figures.routing is not None else ()),
            _service(figures),
            _left_out(figures),
        ],
        made_at=datetime.fromtimestamp(last, UTC),
        made_by="interlock eval report",
    )


def _summary(figures: Figures) -> str:
    if figures.best is None:
        return "No answer was marked, so nothing can be said of any model's quality."
    said = f"{named(figures.best)} has the best mean mark."
    if not figures.decides:
        said += " A judge that is a model has given it, whom nobody has held against experts yet."
    worse = [named(each.model) for each in figures.compared if each.claimed]
    unclear = [named(each.model) for each in figures.compared if not each.claimed]
    if worse:
        said += f" It is better than {_listed(worse)}."
    if unclear:
        said += f" Whether it is better than {_listed(unclear)} cannot be told from these prompts."
    return said


def _warned(figures: Figures) -> list[Note]:
    notes = []
    if figures.replaced:
        notes.append(Note(kind="attention", text=_REPLACED.format(count=f"{figures.replaced:,}")))
    if figures.judge is None or figures.judge.calibrated:
        return notes
    if figures.judge.trusted:
        return [*notes, Note(kind="attention", text=_TRUSTED)]
    return [*notes, Note(kind="attention", text=_UNCALIBRATED.format(least=LEAST), word=JUDGE_ONLY.word)]


def _differences(figures: Figures) -> Section:
    if not figures.compared:
        text = "Nothing was marked." if figures.best is None else "There is nothing to compare it with."
        return Section(title="Differences", blocks=[Note(kind="gap", text=text)])
    return Section(
        title="Differences",
        blocks=[
            differences(figures),
            Paragraph(text=(_PAIRED, Code(text="interlock eval learn"), _FOLDS)),
        ],
    )


def _cost(figures: Figures) -> list[Section]:
    picture = cost_and_quality(figures)
    if picture is None:
        return []
    return [Section(title="Cost and quality", blocks=[picture, Paragraph(text=_PICTURE)])]


def _by_task(figures: Figures) -> Section:
    blocks: list[Block] = [tasks(figures), Paragraph(text=_TASKS)]
    if any(isfinite(each.cost.value) for models in figures.tasks.values() for each in models):
        blocks.append(costs(figures))
    return Section(title="By task", blocks=blocks)


def _judge(judge: Judged) -> Section:
    rows: list[Sequence[Cell | Value]] = []
    for each in judge.models:
        predicted = each.predicted
        rows.append(
            (
                named(each.model),
                Cell(value=100 * each.raw, note=f"{each.judged:,} prompts"),
                Cell(value=_times(predicted.value, 100), note=_bounds(predicted)),
                _times(each.bias, 100),
                Cell(value=each.labelled, note=_more(each.more, each.narrowed)),
            )
        )
    agreed = judge.agreement
    told = f"{judge.both:,} answers were marked by both. "
    if isfinite(agreed.value):
        told += (
            f"Krippendorff's alpha is {agreed.value:.2f} [{_end(agreed.low)}, {_end(agreed.high)}]: 1 is "
            "perfect, 0 is what chance brings. "
        )
    told += (
        "What experts would say of all is the judge's mean, moved by how far it is off where both have "
        "marked (prediction-powered inference). It holds if the experts' prompts were drawn by lot. Marks of "
        "a blind review say how often an answer was preferred, and so does what is predicted of them."
    )
    return Section(
        title="The judge beside experts",
        blocks=[
            Table(
                caption=f"What {judge.judge or 'the judge'} says, and what experts would",
                columns=[
                    Column(name="Model"),
                    Column(name="Judge alone", kind="number", unit="%", decimals=1),
                    Column(name="As experts would", kind="number", unit="%", decimals=1),
                    Column(name="Judge over experts", kind="number", unit="points", decimals=1),
                    Column(name="Prompts with an expert's mark", kind="number"),
                ],
                rows=rows,
            ),
            Paragraph(text=told),
        ],
    )


def _more(more: int, narrowed: float) -> str:
    if not more:
        return ""
    if not isfinite(narrowed):
        return f"{more:,} more are needed"
    return f"{more:,} more: ± {100 * narrowed:.1f}"


def _routing(figures: Figures, found: LearnedTable) -> Section:
    claims = Note(kind="attention", text=_JUDGED) if figures.routes is None else gains(found)
    return Section(
        title="What routes would gain",
        blocks=[claims, _choices(found), Paragraph(text=_HELD), *_words(figures, found)],
    )


def _words(figures: Figures, found: LearnedTable) -> list[Paragraph]:
    """What prompts' words add to routes, or why nothing is said of it."""
    if figures.unrefined:
        return [Paragraph(text=f"Not refined by words: {figures.unrefined}")]
    if found.refined is None or figures.routes is None:
        return []
    over, level = found.refined.over, found.refined.level
    use = "uses them" if found.refined.used else "does not use them, as that may be nothing"
    told = (
        f"Words add {100 * over.value:+.2f} points [{100 * over.low:+.2f}, {100 * over.high:+.2f}], "
        f"{level:.0%}, to the routes by task; "
    )
    seen = "were learned from as well" if found.refined.vectors else "were not at hand"
    return [Paragraph(text=(told, Code(text="interlock eval learn"), f" {use}. Sentence vectors {seen}."))]


def _choices(found: LearnedTable) -> Table:
    rows: list[Sequence[Cell | Value]] = []
    for name, each in found.estimates.items():
        right = Cell(value=_times(each.quality.value, 100), note=_bounds(each.quality))
        cost = Cell(value=_times(each.cost.value, 1), note=_bounds(each.cost, 1.0))
        rows.append((RULES[name], right, cost))
    return Table(
        caption=f"On prompts not learned from; the best model alone is {found.single}",
        columns=[
            Column(name="Choice of a model"),
            Column(name="Mean mark", kind="number", unit="%", decimals=1),
            Column(name="Cost in its", kind="number", decimals=2),
        ],
        rows=rows,
    )


def _service(figures: Figures) -> Section:
    def of(found: Interval, factor: float = 1.0) -> Cell:
        if not isfinite(found.value):
            return Cell(value=None)
        return Cell(value=found.value * factor, note=_bounds(found, factor))

    rows: list[Sequence[Cell | Value]] = [
        (
            named(each.model),
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
        text = (
            f"{figures.again:,} calls were made again after a break or a failure: their first answers were "
            f"lost, and may have cost {money(figures.lost)} more than is told above."
        )
        blocks.append(Note(kind="info", text=text))
    if not blocks:
        blocks.append(
            Note(kind="info", text="Every question was asked and measured, and none of them twice.")
        )
    return Section(title="What is not in it", blocks=blocks)


def _times(value: float, factor: float) -> float | None:
    return factor * value if isfinite(value) else None


def _end(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) else "unknown"


def _bounds(found: Interval, factor: float = 100.0) -> str:
    def end(value: float) -> str:
        return f"{factor * value:.3g}" if isfinite(value) else "unknown"

    if not isfinite(found.value):
        return ""
    return f"{end(found.low)} to {end(found.high)}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
