"""Cells as they are shown, and as rows are sorted by them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from interlock_reports.blocks import Bar, Cell, Column, Number, Value
from interlock_reports.prose import KINDS, Link, Prose, Run, Verdict, runs
from interlock_reports.words import Words

__all__ = ["at_end", "heading", "interval", "number", "numeric", "plain", "shown", "sort_key", "time"]

_NONE: Final = "—"


def numeric(column: Column) -> bool:
    return column.kind in ("number", "money")


def at_end(column: Column) -> bool:
    return numeric(column) if column.align is None else column.align == "end"


def heading(column: Column) -> str:
    return f"{column.name} ({column.unit})" if column.unit else column.name


def shown(cell: Cell, column: Column, words: Words) -> Prose:
    """The cell's value as prose, the link around it, without its note."""
    prose = _prose(cell.value, column, words)
    if not cell.link:
        return prose
    return [Link(text=plain(prose, words), target=cell.link)]


def _prose(value: Value, column: Column, words: Words) -> Prose:
    match value:
        case None:
            return _NONE
        case bool():
            return words.yes if value else words.no
        case int() | float() | Decimal():
            decimals = 2 if column.decimals is None and column.kind == "money" else column.decimals
            return number(value, decimals, words)
        case date():
            return time(value)
        case _:
            return value


def plain(prose: Prose, words: Words) -> str:
    """Its words alone."""
    return "".join(_word(run, words) for run in runs(prose))


def _word(run: Run, words: Words) -> str:
    if isinstance(run, Verdict):
        return run.word or words.kinds[run.kind]
    return run if isinstance(run, str) else run.text


def number(value: Number, decimals: int | None, words: Words) -> str:
    """Grouped by thousands, as the language writes it."""
    exact = Decimal(str(value))
    if not exact.is_finite():
        return _NONE
    digits = f"{exact:,f}" if decimals is None else f"{exact:,.{decimals}f}"
    return digits.translate(str.maketrans(",.", words.separators)).replace("-", "−")


def interval(bar: Bar, decimals: int | None, words: Words) -> str:
    """The bar's figure, with its interval in parentheses."""
    value = number(bar.value, decimals, words)
    if bar.low is None or bar.high is None:
        return value
    return f"{value} ({number(bar.low, decimals, words)} – {number(bar.high, decimals, words)})"


def time(moment: date) -> str:
    """ISO 8601, to the second, UTC by its name."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    text = moment.isoformat(" ", "seconds")
    return text.removesuffix("+00:00") + " UTC" if moment.utcoffset() == UTC.utcoffset(None) else text


def sort_key(cell: Cell, column: Column, words: Words) -> str:
    """What a row is sorted by: digits, UTC, the gravity of a verdict, or words; if empty, it stands last."""
    value = cell.value if cell.sort is None else cell.sort
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case int() | float() | Decimal():
            return f"{Decimal(str(value)):f}" if abs(float(value)) < float("inf") else ""
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
        case date():
            return value.isoformat()
    if numeric(column):
        return ""
    gravity = [str(KINDS.index(run.kind)) for run in runs(value) if isinstance(run, Verdict)]
    return " ".join([*gravity[:1], plain(value, words)])
