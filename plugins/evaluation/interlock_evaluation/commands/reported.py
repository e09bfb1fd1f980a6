"""What `interlock eval report` prints: tables that fit into 80 columns."""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Final

from interlock.commands import note, tables
from interlock_evaluation.learning import LearnedTable, told
from interlock_evaluation.reporting import Figures, ModelFigures
from interlock_evaluation.runs.asked import shown as named
from interlock_evaluation.statistics import LEAST, Interval

Shown = tuple[str, Callable[[ModelFigures], str]]
# From where on so many decimals say enough.
_FROM: Final = {1: 10.0, 2: 0.1, 3: 0.01}


def show(figures: Figures) -> None:
    """The tables on stdout, and what keeps figures from being believed on stderr."""
    _quality(figures)
    _by_model(
        figures,
        ("Failed, %", lambda each: within(each.errors, 100)),
        ("Refused, %", lambda each: within(each.refusals, 100)),
        ("1,000 prompts, $", lambda each: within(each.cost, 1000, None)),
    )
    _by_model(
        figures,
        ("Prompts", lambda each: f"{each.prompts:,}"),
        ("Half within, s", lambda each: within(each.median_latency, 1, None)),
        ("95 % within, s", lambda each: within(each.p95_latency, 1, None)),
    )
    if len(figures.tasks) > 1:
        _tasks(figures)
    if figures.routes is not None:
        _routing(figures.routes)
    _notes(figures)


def within(found: Interval, factor: float, decimals: int | None = 1) -> str:
    """A figure with its interval, short, for narrow terminals; an end that nothing is known of is a question
    mark. Without `decimals` they are as many as the figure needs.
    """
    if not isfinite(found.value):
        return "-"
    if decimals is None:
        decimals = next((at for at in (1, 2, 3) if factor * found.value >= _FROM[at]), 4)
    ends = (f"{factor * end:.{decimals}f}" if isfinite(end) else "?" for end in (found.low, found.high))
    return f"{factor * found.value:.{decimals}f} [{', '.join(ends)}]"


def _quality(figures: Figures) -> None:
    behind = {each.model: each for each in figures.compared}
    rows = []
    for each in figures.models:
        beside = behind.get(each.model)
        word = "" if beside is None else beside.verdict
        rows.append(
            (
                named(each.model),
                within(each.quality, 100),
                "" if beside is None else within(beside.behind, 100),
                "the highest" if each.model == figures.best else word,
            )
        )
    tables((("Model", "Mean mark, %", "Points behind", ""), rows))


def _by_model(figures: Figures, *shown: Shown) -> None:
    rows = [(named(each.model), *(tell(each) for _, tell in shown)) for each in figures.models]
    _below(("Model", *(name for name, _ in shown)), rows)


def _tasks(figures: Figures) -> None:
    rows = []
    for task, models in figures.tasks.items():
        marked = [each for each in models if isfinite(each.quality.value)]
        if not marked:
            continue
        best = max(marked, key=lambda each: each.quality.value)
        said = list(figures.told.get(task, {}).values())
        worse = f"{said.count('worse')} of {len(said)}"
        rows.append((task, f"{best.prompts:,}", named(best.model), within(best.quality, 100, 0), worse))
    _below(("Task", "Prompts", "The highest", "Mean mark, %", "Worse"), rows)


def _routing(found: LearnedTable) -> None:
    from interlock_evaluation.reporting.naming import RULES

    rows = []
    for name, each in found.estimates.items():
        if name == "single":
            continue
        said = "the same" if each.gain.low == each.gain.high == 0 else told(each.gain)
        rows.append((RULES[name], within(each.gain, 100), said, within(each.cost, 1, 2)))
    _below(("Choice of a model", "Over the best alone", "", "Cost in its"), rows)


def _below(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    import typer

    typer.echo()
    tables((columns, rows))


def _notes(figures: Figures) -> None:
    judge = figures.judge
    if judge is not None and not figures.decides:
        note(
            "Judge only: not calibrated. A model marked, and no difference is claimed until experts have "
            f"marked {LEAST} prompts of each model that are drawn by lot; with --trust-judge it decides now."
        )
    elif judge is not None and judge.calibrated:
        note(f"As experts would mark, who marked {judge.both:,} answers that {judge.judge or 'a judge'} did.")
    if figures.routing is not None and figures.unrefined:
        note(f"Routes are not refined by words: {figures.unrefined}")
    elif figures.routes is not None and figures.routes.refined is not None:
        use = "are used" if figures.routes.refined.used else "are not used, as that may be nothing"
        note(f"Words add {within(figures.routes.refined.over, 100, 2)} points to routes by task, and {use}.")
    if figures.again:
        note(f"{figures.again:,} calls were made again after a break or a failure, and cost as often.")
    for why, count in figures.why.items():
        note(f"Left out, {count:,}: {why}")
