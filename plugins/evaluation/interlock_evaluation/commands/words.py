"""Figures in words, and models that a table may not have."""

from collections.abc import Iterable
from math import isfinite
from typing import Final

from interlock.commands import note
from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.statistics import Interval

_CENT: Final = 0.01


def share(value: float) -> str:
    return f"{100 * value:.1f} %" if isfinite(value) else "unknown"


def money(dollars: float) -> str:
    return f"${dollars:,.2f}" if dollars >= _CENT or not dollars else "less than $0.01"


def points(found: Interval) -> str:
    """A difference of shares with its interval."""
    if not isfinite(found.value):
        return "unknown"
    return f"{100 * found.value:+.1f} points [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"


def between(found: Interval) -> str:
    if not isfinite(found.low) or not isfinite(found.high):
        return share(found.value)
    return f"{share(found.value)} [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def times(value: float) -> str:
    return f"{value:.2f} of the best model's" if isfinite(value) else "unknown; the table has none"


def check_models(outcomes: Outcomes, models: Iterable[str], option: str) -> None:
    """Raises RequestError for one that the table has no row of."""
    for model in models:
        if model not in outcomes.models:
            raise RequestError(
                f"the table has no row of {model!r}; it has {', '.join(outcomes.models)}.",
                key=option,
                suggestion=nearest(model, outcomes.models),
            )


def tell_judged(outcomes: Outcomes) -> None:
    """Say where marks are those of a judge that is a model, which experts may see otherwise."""
    from interlock_evaluation.runs.outcomes import JUDGES

    judged = sum(count for name, count in outcomes.graded_by.items() if JUDGES & set(name.split("+")))
    if judged:
        part = judged / sum(outcomes.graded_by.values())
        note(
            f"{part:.0%} of the marks are those of a judge that is a model, not held against experts here: "
            "`interlock eval report` says how far to believe it."
        )
