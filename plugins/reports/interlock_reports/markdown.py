"""A document as Markdown: CommonMark with the tables of GitHub's, and no HTML."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import Final
from urllib.parse import quote

from interlock_reports.blocks import (
    Bars,
    Block,
    Bullets,
    Column,
    Definitions,
    Listing,
    Note,
    Paragraph,
    Steps,
    Table,
)
from interlock_reports.document import Document, Placed, placed
from interlock_reports.pictures import Dots, Heat, Scatter
from interlock_reports.picturing import dots_table, figures, heat_table
from interlock_reports.prose import Code, Link, Prose, Run, Strong, Verdict, runs
from interlock_reports.text import inline, lines, reachable
from interlock_reports.values import at_end, heading, interval, plain, shown, time
from interlock_reports.words import SYMBOLS, Words, words

__all__ = ["markdown"]

# What would be markup anywhere: emphasis, code, links, HTML, tables, formulas, entities, headings' ends, and
# addresses that become links by themselves.
_MARKUP: Final = re.compile(
    r"[\\`*\[\]<>|~$@]|_(?![^\W_])|(?<![^\W_])_|&(?=[#\w]|$)|(?<!\S)#|!$|:(?=//)|(?<=www)\.", re.IGNORECASE
)
_BEGINNING: Final = re.compile(r"^(?:(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$)|(?P<sign>[+-])(?=[\s-]|$))")
_LANGUAGE: Final = re.compile(r"[\w#+.-]+", re.ASCII)
_HEAD: Final = 2
_STRONG: Final = re.compile(r"[^\W_](.*[^\W_])?")


def markdown(document: Document) -> str:
    language = words(document.language)
    facts = [*document.facts, (language.made_at, time(document.made_at))]
    facts += [(language.made_by, document.made_by)] if document.made_by else []
    head = [f"# {_prose(document.title, language)}"]
    head += [_block(Paragraph(text=document.summary), language)] if document.summary else []
    head.append(_block(Definitions(items=facts), language))
    sections = chain.from_iterable(_section(each, language) for each in placed(document))
    return "\n\n".join(chain(head, sections)) + "\n"


def _section(section: Placed, language: Words) -> Iterator[str]:
    yield f"{'#' * section.level} {_prose(section.section.title, language)}"
    for block in section.section.blocks:
        yield _block(block, language)
    for inner in section.inner:
        yield from _section(inner, language)


def _block(block: Block, language: Words) -> str:
    match block:
        case Paragraph(text=text):
            return _prose(text, language)
        case Note(kind=kind, text=text, word=word):
            return f"> **{_run(Verdict(kind=kind, word=word), language)}**: {_prose(text, language)}"
        case Table(caption=caption, columns=columns):
            return _titled(caption, language, _table(columns, _rows(block, language), language))
        case Bars(caption=caption, label=label, measure=measure):
            columns = [Column(name=label), Column(name=measure, kind="number")]
            rows = [
                [_prose(bar.label, language), _escaped(interval(bar, block.decimals, language))]
                for bar in block.bars
            ]
            return _titled(caption, language, _table(columns, rows, language))
        case Dots():
            return _block(dots_table(block, language), language)
        case Scatter():
            return _block(figures(block, language, block.caption), language)
        case Heat():
            return _block(heat_table(block, language), language)
        case Listing():
            return _listing(block)
        case Definitions(items=items):
            return "\n".join(
                f"- {_prose(Strong(text=plain(term, language)), language)}: {_prose(told, language)}"
                for term, told in items
            )
        case Steps(items=items):
            return "\n".join(f"{at}. {_prose(each, language)}" for at, each in enumerate(items, start=1))
        case Bullets(items=items):
            return "\n".join(f"- {_prose(each, language)}" for each in items)


def _titled(caption: str, language: Words, table: str) -> str:
    return f"{_prose(Strong(text=caption), language)}\n\n{table}"


def _rows(table: Table, language: Words) -> Iterator[list[str]]:
    for row in table.cells:
        cells = zip(row, table.columns, strict=True)
        yield [
            _prose(shown(cell, column, language), language, within=True)
            + (f" ({_prose(cell.note, language, within=True)})" if cell.note else "")
            for cell, column in cells
        ]


def _table(columns: Sequence[Column], rows: Iterable[Sequence[str]], language: Words) -> str:
    heads = [_prose(heading(each), language, within=True) for each in columns]
    rules = ["---:" if at_end(each) else "---" for each in columns]
    written = [heads, rules, *rows]
    if len(written) == _HEAD:
        written.append([language.nothing, *[""] * (len(columns) - 1)])
    return "\n".join(f"| {' | '.join(row)} |" for row in written)


def _listing(block: Listing) -> str:
    code = lines(block.code)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", code) or [""]))
    language = block.language if _LANGUAGE.fullmatch(block.language) else ""
    return f"{fence}{language}\n{code.removesuffix(chr(10))}\n{fence}"


def _prose(prose: Prose, language: Words, *, within: bool = False) -> str:
    """One line; `within` a table, where a pipe ends the cell even in code."""
    parts = []
    for kind, group in groupby(filter(_is_seen, runs(prose)), type):
        beside = list(group)
        # Marks of two neighbours would be taken for one.
        text = inline("".join(plain(run, language) for run in beside))
        if kind is str:
            parts.append(_escaped(text))
        elif kind is Code:
            parts.append(_code(text, within=within))
        elif kind is Strong:
            parts.append(_strong(text))
        else:
            parts += [_run(run, language) for run in beside if isinstance(run, Link | Verdict)]
    return _BEGINNING.sub(r"\g<number>\\\g<dot>\g<sign>", "".join(parts).strip())


def _is_seen(run: Run) -> bool:
    match run:
        case Code(text=text):
            return bool(inline(text).strip(" "))
        case str(text) | Strong(text=text):
            return bool(text)
        case _:
            return True


def _code(text: str, *, within: bool) -> str:
    code = text.strip(" ").replace("|", "\\|") if within else text.strip(" ")
    mark = "`" * (1 + max(len(run) for run in re.findall("`+", code) or [""]))
    space = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{mark}{space}{code}{space}{mark}" if code else ""


def _strong(text: str) -> str:
    inner = text.strip()
    if not _STRONG.fullmatch(inner):  # beside punctuation, marks are none
        return _escaped(text)
    before, after = text[: text.index(inner)], text[text.index(inner) + len(inner) :]
    return f"{before}**{_escaped(inner)}**{after}"


def _run(run: Link | Verdict, language: Words) -> str:
    match run:
        case Verdict(kind=kind, word=word):
            return _escaped(f"{SYMBOLS[kind]} {inline(word) or language.kinds[kind]}")
        case Link(text=text, target=target) if reachable(target):
            address = quote(target, safe="/:?#@!$&'*+,;=%~").replace("&", "&amp;")
            return f"[{_escaped(inline(text or target))}](<{address}>)"
        case Link(text=text, target=target):
            return _escaped(inline(f"{text} ({target})"))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)
