"""What several verbs print: text, JSON, tables, and the line that says how a call was decided."""

import json
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from interlock.types.models import Price
from interlock.types.records import LEFT, AttemptRecord, Record
from interlock.types.response import Response, Usage

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

_UNBOUNDED = 10_000
_LONGEST_WORD = 20
_GAP = 2  # between two columns of a table
# An answer is a stranger's text: on a terminal it may print, break lines and indent, and do nothing else.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """The text as it may go to a terminal; unchanged when the output goes elsewhere."""
    return _CONTROLS.sub("", text) if sys.stdout.isatty() else text


def cleaned(text: str) -> str:
    """A stranger's text without what a terminal would obey."""
    return _CONTROLS.sub("", text)


def write_json(data: object) -> None:
    """Print what was asked for as JSON, with two spaces of indent; for floats see `finite`."""
    sys.stdout.write(json.dumps(finite(data), ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    sys.stdout.flush()


def finite(data: Any) -> Any:
    """Plain values for JSON, which has no number for what is not known or has no bound: None."""
    if isinstance(data, float):
        return data if isfinite(data) else None
    if isinstance(data, Mapping):
        return {name: finite(each) for name, each in data.items()}
    return [finite(each) for each in data] if isinstance(data, (list, tuple)) else data


def complain(text: str) -> None:
    """An error, which may quote a vendor."""
    sys.stderr.write(_CONTROLS.sub("", text) + "\n")
    sys.stderr.flush()


def note(text: str) -> None:
    """A quiet line beside the output."""
    text = _CONTROLS.sub("", text)
    dim = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    sys.stderr.write(f"\x1b[2m{text}\x1b[0m\n" if dim else f"{text}\n")
    sys.stderr.flush()


def tables(*parts: tuple[Sequence[str], Sequence[Sequence[str]]]) -> None:
    """Print tables of columns and rows, as wide as the terminal or COLUMNS, and stacked where that is too
    narrow; unbroken lines, for other programs to read, when they go elsewhere.
    """
    from io import StringIO

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = sys.stdout.isatty()
    fixed = terminal or bool(os.environ.get("COLUMNS"))
    width = shutil.get_terminal_size().columns if fixed else _UNBOUNDED
    if width < max(_narrowest(columns, rows) for columns, rows in parts):
        _stacked(parts, width)
        return
    console = Console(file=StringIO(), force_terminal=terminal, width=width)
    for index, (columns, rows) in enumerate(parts):
        if index:
            console.print()
        drawn = Table(
            box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold", show_edge=False
        )
        for at, column in enumerate(columns):
            cells = [column, *(row[at] for row in rows)]
            drawn.add_column(column, overflow="fold", min_width=_least(cells), no_wrap=_whole(cells))
        for row in rows:
            drawn.add_row(*(Text(_CONTROLS.sub("", cell)) for cell in row))
        console.print(drawn)
    # Through a string: rich would end the program by itself when nobody reads its output.
    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
    sys.stdout.write("\n".join(line.rstrip() for line in text.splitlines()) + "\n")
    sys.stdout.flush()


def _stacked(parts: Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]], width: int) -> None:
    """Rows below one another, for a terminal that is too narrow for their columns. What is to be copied stays
    in one piece, even where the terminal has to break it.
    """
    from textwrap import fill

    lines = []
    for columns, rows in parts:
        room = max(map(len, columns)) + _GAP
        for row in rows:
            cells = [_CONTROLS.sub("", cell) for cell in row]
            lines.append(fill(cells[0], width, break_long_words=False, break_on_hyphens=False))
            lines += [
                fill(
                    cell,
                    width,
                    initial_indent=f"  {column:<{room}}",
                    subsequent_indent=" " * (room + _GAP),
                    break_long_words=False,
                    break_on_hyphens=False,
                )
                for column, cell in zip(columns[1:], cells[1:], strict=True)
                if cell not in ("", "-")
            ]
        lines.append("")
    sys.stdout.write("\n".join(lines[:-1]) + "\n")
    sys.stdout.flush()


def _whole(cells: Sequence[str]) -> bool:
    """Whether a column stays in one line: names and times do, and can be copied; sentences give way."""
    return not any(" " in cell for cell in cells[1:]) or max(map(len, cells)) <= _LONGEST_WORD


def _least(cells: Sequence[str]) -> int:
    if _whole(cells):
        return max(map(len, cells))
    return min(_LONGEST_WORD, max((len(word) for cell in cells for word in cell.split()), default=0))


def _narrowest(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How wide a table must be for each of its columns to be there."""
    return sum(_least([column, *(row[at] for row in rows)]) + _GAP for at, column in enumerate(columns))


def trees(*drawn: "Tree") -> None:
    """Print trees, as wide as the terminal; unbroken lines when they go elsewhere."""
    from io import StringIO

    from rich.console import Console

    terminal = sys.stdout.isatty()
    fixed = terminal or bool(os.environ.get("COLUMNS"))
    width = shutil.get_terminal_size().columns if fixed else _UNBOUNDED
    console = Console(file=StringIO(), force_terminal=terminal, width=width)
    for tree in drawn:
        console.print(tree)
    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
    sys.stdout.write("\n".join(line.rstrip() for line in text.splitlines()) + "\n")
    sys.stdout.flush()


def piece(text: str, style: str = "") -> "Text":
    """A piece of a tree's line, without what would command a terminal."""
    from rich.text import Text

    return Text(_CONTROLS.sub("", text), style)


def decision_line(response: Response) -> str:
    """How a call went: task, failures, who answered where, why, how long, tokens, dollars."""
    record = response.record
    region = next(
        (each.region for each in record.decision.shortlist if each.deployment == response.deployment), ""
    )
    via = "" if response.deployment == response.model else f" via {response.deployment}"
    where = f" ({region})" if region else ""
    answered = f"{response.model}{via}{where}"
    if failed := _failed(record.attempts):
        answered = f"{failed}, answered by {answered}"
    if any(attempt.substituted for attempt in record.attempts if attempt.outcome == "answer"):
        answered += f", which served {response.served_model}"
    parts = [record.decision.task, answered, record.decision.reason, f"{record.latency:.1f} s"]
    parts += [part for part in (tokens(response.usage), dollars(response.cost)) if part]
    return " · ".join(parts)


def result(record: Record) -> str:
    """How a call ended: `answered`, or the kind of its error."""
    return LEFT if record.outcome == "left" else record.error or "answered"


def _failed(attempts: Sequence[AttemptRecord]) -> str:
    """`glm-cloud failed (Unavailable, 3 times)` for each deployment that did."""
    by_deployment: dict[str, Counter[str]] = {}
    for attempt in attempts:
        if attempt.error is not None:
            by_deployment.setdefault(attempt.deployment, Counter())[attempt.error.kind] += 1
    return ", ".join(
        f"{deployment} failed ({', '.join(_times(kind, count) for kind, count in kinds.items())})"
        for deployment, kinds in by_deployment.items()
    )


def _times(kind: str, count: int) -> str:
    return kind if count == 1 else f"{kind} {count} times"


def tokens(usage: Usage) -> str:
    """In and out; empty when nobody knows either."""
    if usage.input_tokens is None and usage.output_tokens is None:
        return ""
    about = "about " if usage.estimated else ""
    return f"{about}{_count(usage.input_tokens)} → {_count(usage.output_tokens)} tokens"


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def dollars(amount: float | None) -> str:
    """An amount in US dollars, to two digits that say something; empty when it is unknown or nothing."""
    if not amount:
        return ""
    if amount >= 1:
        return f"${amount:,.2f}"
    return f"${amount:.4f}" if amount >= 0.0001 else "under $0.0001"  # noqa: PLR2004 - a hundredth of a cent


def price(card_price: Price | None) -> tuple[str, str]:
    """Input and output, in US dollars for a million tokens; a dash where it is unknown."""
    if card_price is None:
        return "-", "-"
    return f"${card_price.input:g}", f"${card_price.output:g}"


def names(values: Mapping[str, object] | Sequence[str] | frozenset[str]) -> str:
    return ", ".join(values) or "-"
