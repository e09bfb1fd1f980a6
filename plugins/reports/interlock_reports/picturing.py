"""Pictures as the page shows them, and as the tables that stand for them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from interlock_reports.blocks import Cell, Column, Table, Value
from interlock_reports.document import Placed
from interlock_reports.drawing import NARROW, WIDE, drawing, estimate, figure, mark
from interlock_reports.pictures import Dot, Dots, Heat, Scatter, Shade
from interlock_reports.prose import KINDS, Run, Verdict
from interlock_reports.scales import Scale, decimals_of, ends_of, scale
from interlock_reports.text import inline
from interlock_reports.values import number, plain
from interlock_reports.words import Words, words

__all__ = ["PICTURING", "dots_table", "figures", "heat_table", "pictured", "svg"]

_SHADES: Final = 8
_NONE: Final = "—"


class Strip(NamedTuple):
    """One row of `Dots`: what is drawn, and what stands beside it."""

    dot: Dot
    drawn: Markup
    told: str
    key: str
    counted: str
    gravity: str


def pictured(sections: Sequence[Placed]) -> bool:
    """Whether a picture is among them."""
    return any(
        any(isinstance(block, Dots | Scatter | Heat) for block in each.section.blocks) or pictured(each.inner)
        for each in sections
    )


def svg(block: Scatter, language: str = "en") -> str:
    """The picture as a file of its own, which follows the reader's light or dark."""
    colours = _part("page.css").partition("\n* {")[0]
    style = f"{colours}\n{_part('scatter.css')}.paper {{ fill: var(--paper); }}"
    attributes = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="scatter" viewBox="0 0 {0} {1}" width="{0}" '
        'height="{1}" role="img" aria-labelledby="t d">'
    ).format(WIDE.width, WIDE.height)
    told = Markup('<title id="t">{}</title>\n<desc id="d">{}</desc>').format(
        inline(block.caption), inline(_says(block))
    )
    paper = Markup('<rect class="paper" width="{}" height="{}"/>').format(WIDE.width, WIDE.height)
    drawn = drawing(block, WIDE, words(language))
    return f"{attributes}\n{told}\n<style>{style}</style>\n{paper}\n{drawn}\n</svg>\n"


def figures(block: Scatter, language: Words, caption: str = "") -> Table:
    """The table that stands below the picture, and, with its caption, for it in Markdown."""
    columns = [Column(name=block.label)]
    columns += [
        Column(name=side.name, unit=side.unit, kind="number", decimals=side.decimals)
        for side in (block.x, block.y)
    ]
    columns += [Column(name=block.best, kind="verdict")] if block.best else []
    foremost = {id(each) for each in block.foremost}
    rows: list[list[Cell | Value]] = []
    for point in block.points:
        row: list[Cell | Value] = [point.label]
        for at, side in ((point.x, block.x), (point.y, block.y)):
            told = estimate(at, side.decimals, language)
            value, _, note = told.partition(" (")
            row.append(Cell(value=value, sort=at.value, note=note.removesuffix(")")))
        if block.best:
            row.append(Verdict(kind="ok", word=language.yes) if id(point) in foremost else None)
        rows.append(row)
    return Table(caption=caption or language.figures, columns=columns, rows=rows)


def dots_table(block: Dots, language: Words) -> Table:
    """What stands for the picture in Markdown."""
    columns = [Column(name=block.label), Column(name=_measured(block), align="end")]
    columns += [Column(name=block.counted, kind="number")] if block.counted else []
    columns += [Column(name=block.noted, align="end")] if block.noted else []
    columns += [Column(name=block.verdicts, kind="verdict")] if block.verdicts else []
    rows: list[list[Cell | Value]] = []
    for dot in block.dots:
        row: list[Cell | Value] = [dot.label, _told(block, dot, language)]
        row += [dot.count] if block.counted else []
        row += [dot.note] if block.noted else []
        row += [dot.verdict] if block.verdicts else []
        rows.append(row)
    return Table(caption=block.caption, columns=columns, rows=rows)


def heat_table(block: Heat, language: Words) -> Table:
    """What stands for the picture in Markdown: what is hatched is said in words."""
    columns = [Column(name=block.label), *(Column(name=each, align="end") for each in block.columns)]
    rows: list[list[Cell | Value]] = []
    for label, cells in block.rows:
        row: list[Cell | Value] = [label]
        for cell in cells:
            if cell is None:
                row.append(None)
                continue
            value: list[Run] = [figure(cell.at.value, block.decimals, language)]
            value += [" ", cell.verdict] if cell.verdict is not None else []
            note = [*_beneath(block, cell, language), *[block.fainted] * (cell.faint and bool(block.fainted))]
            row.append(Cell(value=value, note=", ".join(note)))
        rows.append(row)
    unit = f", {block.unit}" if block.unit else ""
    return Table(caption=f"{block.caption}{unit}", columns=columns, rows=rows)


def _measured(block: Dots) -> str:
    return f"{block.measure} ({block.unit})" if block.unit else block.measure


def _told(block: Dots, dot: Dot, language: Words) -> str:
    return _NONE if dot.at is None else estimate(dot.at, block.decimals, language)


def _scale(block: Dots) -> Scale:
    ends = [
        end for dot in block.dots if dot.at is not None for end in (dot.at.low, dot.at.value, dot.at.high)
    ]
    return scale(ends_of(*ends, block.line))


def _strips(block: Dots, language: Words) -> Iterator[Strip]:
    across = _scale(block)
    grid = _grid(block, across)
    for dot in block.dots:
        gravity = (
            "" if dot.verdict is None else f"{KINDS.index(dot.verdict.kind)} {plain(dot.verdict, language)}"
        )
        yield Strip(
            dot=dot,
            drawn=grid + _dot(block, dot, across, language),
            told=_told(block, dot, language),
            key="" if dot.at is None else f"{dot.at.value:f}",
            counted=_NONE if dot.count is None else number(dot.count, None, language),
            gravity=gravity,
        )


def _grid(block: Dots, across: Scale) -> Markup:
    lines = [("grid", each) for each in across.ticks]
    lines += [] if block.line is None else [("zero", block.line)]
    return Markup("").join(
        Markup('<line class="{}" x1="{x}" x2="{x}" y2="100%"/>').format(name, x=_percent(across, each))
        for name, each in lines
    )


def _dot(block: Dots, dot: Dot, across: Scale, language: Words) -> Markup:
    if dot.at is None:
        return Markup("")
    name = "" if dot.verdict is None else f"toned {dot.verdict.kind}"
    told = f"{inline(plain(dot.label, language))}: {_told(block, dot, language)}"
    low, high = dot.at.low, dot.at.high
    line = Markup("")
    if low is not None or high is not None:
        ends = ((low, across.low), (high, across.high))
        line = Markup("").join(
            Markup('<line class="reach{}" x1="{}" x2="{}" y1="50%" y2="50%"/>').format(
                " open" * (end is None),
                _percent(across, dot.at.value),
                _percent(across, side if end is None else end),
            )
            for end, side in ends
        )
    return Markup('<g class="{}"><title>{}</title>{}{}</g>').format(
        name, told, line, _spot(dot, _percent(across, dot.at.value))
    )


def _spot(dot: Dot, x: str) -> Markup:
    """Paths know no shares of a width; what holds one has its place by such a share."""
    if dot.shape == "dot":
        return Markup('<circle cx="{}" cy="50%" r="5"/>').format(x)
    return Markup('<svg x="{}" y="50%" aria-hidden="true">{}</svg>').format(x, mark(dot.shape))


def _sides(block: Dots, language: Words) -> Markup:
    across = _scale(block)
    decimals = decimals_of(across.ticks)
    return Markup("").join(
        Markup('<text x="{}" y="1em" text-anchor="middle">{}</text>').format(
            _percent(across, each), number(each, decimals, language)
        )
        for each in across.ticks
    )


def _percent(across: Scale, value: float) -> str:
    return f"{100 * across.share(value):.4g}%"


def _shade(block: Heat, cell: Shade) -> int:
    low, high = block.ends
    if not low < high:
        return _SHADES // 2
    share = (cell.at.value / 2 - low / 2) / (high / 2 - low / 2)
    return 1 + round(min(1.0, max(0.0, share)) * (_SHADES - 1))


def _beneath(block: Heat, cell: Shade, language: Words) -> list[str]:
    told = estimate(cell.at, block.decimals, language).partition(" (")[2].removesuffix(")")
    count = (
        "" if cell.count is None else f"{number(cell.count, None, language)} {inline(block.counted)}".strip()
    )
    return [each for each in (told, count) if each]


def _ends(block: Heat, language: Words) -> str:
    low, high = (figure(each, block.decimals, language) for each in block.ends)
    return f"{low} {language.to} {high} {inline(block.unit)}".strip()


def _says(block: Scatter) -> str:
    return (
        block.says
        or f"{block.y.name} against {block.x.name}: {', '.join(each.label for each in block.points)}."
    )


def _part(name: str) -> str:
    return files("interlock_reports").joinpath(name).read_text("utf-8")


PICTURING: Final[Mapping[str, Callable[..., Any] | Any]] = {
    "strips": _strips,
    "sides": _sides,
    "measured": _measured,
    "drawing": drawing,
    "mark": mark,
    "sizes": (("wide", WIDE), ("narrow", NARROW)),
    "says": _says,
    "figures": figures,
    "shade": _shade,
    "beneath": _beneath,
    "ends": _ends,
    "figure": figure,
}
"""What templates call."""
