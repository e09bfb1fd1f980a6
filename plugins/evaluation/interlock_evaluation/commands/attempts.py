"""Attempts of agents as they are shown: while they are made, and afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from interlock.commands import note, tables, write_json
from interlock_evaluation.commands.bars import bar
from interlock_evaluation.commands.words import between

if TYPE_CHECKING:
    from interlock_evaluation.agents.attempt import KeptAttempts
    from interlock_evaluation.agents.figures import AgentFigures, AgentsFigures
    from interlock_evaluation.agents.running import AgentProgress

_COLUMNS: Final = (
    *("Model", "Attempts", "Complete", "", "pass^k", "Calls without error"),
    *("Twice", "Lost", "Steps", "Half within", "An attempt"),
)


@contextmanager
def progress(name: str) -> Iterator["Callable[[AgentProgress], None]"]:
    """Told how far a run is, it shows that with the money that is spent."""
    with bar(name) as shown:

        def tell(made: "AgentProgress") -> None:
            lost = f", {made.unmeasured} not measured" if made.unmeasured else ""
            if shown is not None:
                shown(made.done, made.total, f"${made.spent:.2f}, {made.complete} complete{lost}")

        yield tell


def show_attempts(kept: "KeptAttempts", *, as_json: bool, left: int = 0) -> None:
    """Print what a run has come to; `left` attempts were not begun."""
    from interlock_evaluation.agents.figures import figures_of

    if as_json:
        write_json(whole(kept) | {"left": left})
        return
    _show(figures_of(kept))
    if left:
        note(f"{left:,} attempts are left: the budget was over. The same command goes on.")
    note(f"`interlock eval agents report {kept.run.id} -o report.html` writes all of it.")


def whole(kept: "KeptAttempts") -> dict[str, Any]:
    """A run with its figures and its attempts, as plain values, in which what is not known is NaN."""
    from interlock_evaluation.agents.figures import figures_of

    attempts = [asdict(each) | {"key": each.key._asdict()} for each in kept.attempts.values()]
    return {"run": asdict(kept.run), "figures": asdict(figures_of(kept)), "attempts": attempts}


def _show(figures: "AgentsFigures") -> None:
    behind = {each.model: each for each in figures.compared}
    rows = []
    for each in figures.models:
        beside = behind.get(each.model)
        told = "-" if beside is None else "worse" if beside.claimed else "cannot tell"
        rows.append(
            (
                each.model,
                f"{each.attempts:,}",
                between(each.completion),
                "the most" if each.model == figures.best and each.completion.value else told,
                _power(each),
                between(each.calls),
                _count(each.twice),
                _count(each.lost),
                _figure(each.steps.value, "{:.0f}"),
                _figure(each.seconds.value, "{:.1f} s"),
                _figure(each.cost.value, "${:.4f}"),
            )
        )
    tables((_COLUMNS, rows))
    if figures.again:
        note(f"{figures.again:,} attempts were begun again after a break, each in a fresh world.")
    for why, count in figures.why.items():
        note(f"Not measured, {count:,}: {why}")


def _power(each: "AgentFigures") -> str:
    most = max(each.passes, default=0)
    return f"{100 * each.passes[most].value:.0f} %, k = {most}" if most > 1 else "-"


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _figure(value: float, form: str) -> str:
    return form.format(value) if isfinite(value) else "-"
