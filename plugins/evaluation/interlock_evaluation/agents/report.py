"""The figures of a run of agents as a page for people."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite

from interlock_evaluation.agents.attempt import AgentRun
from interlock_evaluation.agents.figures import AgentFigures, AgentsCompared, AgentsFigures
from interlock_evaluation.reporting.amounts import money
from interlock_evaluation.statistics import Interval
from interlock_reports import (
    Bar,
    Bars,
    Cell,
    Column,
    Note,
    Paragraph,
    Report,
    Section,
    Table,
    Value,
    Verdict,
)

_CLUSTERED = (
    "The lines are intervals of 95 %, in which attempts at one task count as one. They are no comparison: "
    "two models whose lines overlap may differ, for both had the same tasks."
)
_PAIRED = (
    "Paired by task, with intervals of 95 %; p is adjusted for the number of models by Holm's procedure. The "
    "best of several is also the luckiest."
)
_POWER = (
    "pass^k is the chance that all of k attempts at a task are complete: what somebody sees who gives the "
    "task again and again. Of n attempts of which c are complete it is the mean of C(c, k) / C(n, k)."
)
_EFFECTS = (
    "Twice is what the world has applied more often than intended, lost what the ledger knows to have "
    "happened and the world has not applied. Both are unknown where it does not write down what it applies."
)


def report_of(figures: AgentsFigures, run: AgentRun) -> Report:
    """The report. It is the same each time for the same figures."""
    last = run.ended if run.ended is not None else run.started
    faults = f"{run.faults:.0%} of the writes, by seed {run.seed}" if run.faults else "none"
    return Report(
        title=f"{figures.suite}: which model completes its tasks",
        summary=_summary(figures),
        facts=[
            ("Run", figures.run),
            ("Tasks", f"{len(run.tasks):,}"),
            ("Suite", f"{run.suite}, {run.digest}"),
            ("Configuration", run.configuration),
            ("Attempts", f"{run.repeats} at each task" if run.repeats > 1 else "one at each task"),
            ("Answers lost on purpose", faults),
            ("Spent", money(figures.spent)),
            ("State", "whole" if run.ended is not None else "something is left to attempt"),
        ],
        sections=[
            _completion(figures),
            *([_repeated(figures)] if run.repeats > 1 else ()),
            *([_differences(figures)] if len(figures.models) > 1 else ()),
            _work(figures),
            _tasks(figures),
            _left_out(figures),
        ],
        made_at=datetime.fromtimestamp(last, UTC),
        made_by="interlock eval agents report",
    )


def _summary(figures: AgentsFigures) -> str:
    if figures.best is None:
        return "No attempt was measured, so nothing can be said of any model."
    if not any(each.completion.value for each in figures.models if each.attempts):
        return "No attempt was complete."
    worse = [each.model for each in figures.compared if each.claimed]
    unclear = [each.model for each in figures.compared if not each.claimed]
    said = f"{figures.best} completes the most."
    if worse:
        said += f" It is better than {', '.join(worse)}."
    if unclear:
        said += f" Whether it is better than {', '.join(unclear)} cannot be told from these tasks."
    return said


def _completion(figures: AgentsFigures) -> Section:
    bars = [
        Bar(
            label=each.model,
            value=100 * each.completion.value,
            low=100 * each.completion.low,
            high=100 * each.completion.high,
        )
        for each in figures.models
        if each.attempts
    ]
    return Section(
        title="Completion",
        blocks=[
            Bars(
                caption="Attempts that did what the task wants",
                label="Model",
                measure="Complete, %",
                bars=bars,
                decimals=1,
            ),
            Paragraph(text=_CLUSTERED),
        ],
    )


def _repeated(figures: AgentsFigures) -> Section:
    most = max((max(each.passes, default=0) for each in figures.models), default=0)
    rows: list[Sequence[Cell | Value]] = [
        (each.model, *(_percent(each.passes.get(k)) for k in range(1, most + 1))) for each in figures.models
    ]
    columns = [
        Column(name="Model"),
        *(Column(name=f"k = {k}", kind="number", decimals=1) for k in range(1, most + 1)),
    ]
    return Section(
        title="Again and again",
        blocks=[Table(caption="pass^k, %", columns=columns, rows=rows), Paragraph(text=_POWER)],
    )


def _differences(figures: AgentsFigures) -> Section:
    if figures.best is None:
        return Section(title="Differences", blocks=[Note(kind="gap", text="Nothing was measured.")])
    rows: list[Sequence[Cell | Value]] = [
        (
            each.model,
            each.tasks,
            Cell(value=_known(100 * each.behind.value), note=_bounds(each.behind)),
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
                    Column(name="Tasks", kind="number"),
                    Column(name="Points behind", kind="number", decimals=1),
                    Column(name="p, adjusted", align="end"),
                    Column(name="Verdict", kind="verdict"),
                ],
                rows=rows,
            ),
            Paragraph(text=_PAIRED),
        ],
    )


def _work(figures: AgentsFigures) -> Section:
    rows: list[Sequence[Cell | Value]] = [
        (
            each.model,
            _percent(each.calls),
            each.twice,
            each.lost,
            each.open,
            each.consents,
            _cell(each.steps, 1),
            _known(each.beyond),
            _cell(each.seconds, 1),
            _cell(each.cost, 1),
        )
        for each in figures.models
    ]
    return Section(
        title="Tools, effects, time and money",
        blocks=[
            Table(
                caption="What each model's attempts were like",
                columns=[
                    Column(name="Model"),
                    Column(name="Calls without error", kind="number", unit="%", decimals=1),
                    Column(name="Effects twice", kind="number"),
                    Column(name="Lost", kind="number"),
                    Column(name="Not known", kind="number"),
                    Column(name="Consents", kind="number"),
                    Column(name="Steps, half within", kind="number", decimals=1),
                    Column(name="Calls, of the least", kind="number", decimals=2),
                    Column(name="Half within", kind="number", unit="s", decimals=1),
                    Column(name="An attempt", kind="money", unit="USD"),
                ],
                rows=rows,
            ),
            Paragraph(text=_EFFECTS),
        ],
    )


def _tasks(figures: AgentsFigures) -> Section:
    rows: list[Sequence[Cell | Value]] = [
        (task, *(_task_cell(each) for each in models)) for task, models in figures.tasks.items()
    ]
    return Section(
        title="By task",
        blocks=[
            Table(
                caption="Attempts that were complete",
                columns=[
                    Column(name="Task"),
                    *(Column(name=each.model, align="end") for each in figures.models),
                ],
                rows=rows,
            )
        ],
    )


def _task_cell(each: AgentFigures) -> str | None:
    if not each.attempts:
        return None
    return f"{round(each.completion.value * each.attempts)} of {each.attempts}"


def _left_out(figures: AgentsFigures) -> Section:
    blocks: list[Note | Table] = []
    endings = [
        (model, ending, count)
        for model, several in figures.stopped.items()
        for ending, count in sorted(several.items(), key=lambda each: (-each[1], each[0]))
    ]
    if endings:
        columns = [Column(name="Model"), Column(name="Ended"), Column(name="Attempts", kind="number")]
        blocks.append(
            Table(caption="How attempts that were not complete ended", columns=columns, rows=endings)
        )
    if figures.why:
        columns = [Column(name="Why"), Column(name="Attempts", kind="number")]
        rows = [(why, -less) for less, why in sorted((-count, why) for why, count in figures.why.items())]
        blocks.append(Table(caption="Attempts that say nothing of a model", columns=columns, rows=rows))
    if figures.again:
        text = (
            f"{figures.again:,} attempts were begun again after a break, each in a fresh world, and paid for."
        )
        blocks.append(Note(kind="info", text=text))
    if not blocks:
        blocks.append(Note(kind="info", text="Every attempt was complete, and none was begun twice."))
    return Section(title="What went otherwise", blocks=blocks)


def _verdict(each: AgentsCompared) -> Verdict:
    return Verdict(kind="problem", word="worse") if each.claimed else Verdict(kind="gap", word="cannot tell")


def _percent(found: Interval | None) -> Cell:
    return Cell(value=None) if found is None else _cell(found, 100)


def _cell(found: Interval, factor: float) -> Cell:
    if not isfinite(found.value):
        return Cell(value=None)
    return Cell(value=factor * found.value, note=_bounds(found, factor))


def _known(value: float) -> float | None:
    return value if isfinite(value) else None


def _bounds(found: Interval, factor: float = 100.0) -> str:
    def end(value: float) -> str:
        return f"{factor * value:.3g}" if isfinite(value) else "unknown"

    return f"{end(found.low)} to {end(found.high)}"
