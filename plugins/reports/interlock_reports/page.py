"""A document as one HTML page, whose policy allows its own stylesheet and script by their digests."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from interlock_reports.blocks import Bars, Cell, Column, Table
from interlock_reports.document import Document, placed
from interlock_reports.picturing import PICTURING, pictured
from interlock_reports.prose import Prose, runs
from interlock_reports.text import inline, lines, reachable
from interlock_reports.values import at_end, heading, interval, numeric, shown, sort_key, time
from interlock_reports.words import SYMBOLS, Words, words

__all__ = ["page"]

_WIDTH: Final = 1000


class Drawn(NamedTuple):
    """A bar on a scale of `_WIDTH`: where it begins, how long it is, and the ends of its interval."""

    start: float
    length: float
    low: float | None
    high: float | None


class Entry(NamedTuple):
    """A cell: its classes as an attribute, its key if that is not its text, and its text if that is plain."""

    names: Markup
    key: str | None
    text: str | None
    prose: Prose
    note: Prose


def page(document: Document) -> str:
    sections = placed(document)
    style, script = _part("page.css"), _part("sort.js")
    if pictured(sections):
        style += _part("pictures.css") + _part("scatter.css")
    return _template().render(
        document=document,
        sections=sections,
        words=words(document.language),
        style=style,
        script=script,
        style_digest=_digest(style),
        script_digest=_digest(script),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("interlock_reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"inline": inline, "lines": lines, "runs": runs, "time": time, "kind": _kind}
    environment.globals |= {
        "reachable": reachable,
        "symbols": SYMBOLS,
        "drawn": _drawn,
        "rows": _rows,
        "zip": zip,
    }
    environment.globals |= PICTURING
    environment.globals |= {"at_end": at_end, "heading": heading, "interval": interval, "numeric": numeric}
    return environment.get_template("page.html.jinja")


@cache
def _part(name: str) -> str:
    return files("interlock_reports").joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _kind(value: Any) -> str:
    return type(value).__name__.lower()


def _rows(table: Table, words: Words) -> Iterator[list[Entry]]:
    names = [_names(column) for column in table.columns]
    for row in table.cells:
        cells = zip(row, table.columns, names, strict=True)
        yield [_entry(cell, column, name, words) for cell, column, name in cells]


def _names(column: Column) -> Markup:
    names = [f"of-{column.kind}"] * (column.kind != "text") + ["end"] * at_end(column)
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup()


def _entry(cell: Cell, column: Column, names: Markup, words: Words) -> Entry:
    prose, key = shown(cell, column, words), inline(sort_key(cell, column, words))
    text = inline(prose) if isinstance(prose, str) else None
    return Entry(names, None if key == text and not cell.note else key, text, prose, cell.note)


def _drawn(block: Bars) -> Iterable[Drawn]:
    """Each bar from zero, on the scale of all of them."""
    ends = [float(end) for bar in block.bars for end in (bar.value, bar.low, bar.high) if end is not None]
    least, most = min(0.0, *ends, 0.0), max(0.0, *ends, 0.0)
    scale = _WIDTH / (most - least) if most > least else 0.0
    for bar in block.bars:
        low, high = sorted((0.0, float(bar.value)))
        whiskers = [
            None if end is None else round((float(end) - least) * scale, 1) for end in (bar.low, bar.high)
        ]
        yield Drawn(round((low - least) * scale, 1), round((high - low) * scale, 1), *whiskers)
