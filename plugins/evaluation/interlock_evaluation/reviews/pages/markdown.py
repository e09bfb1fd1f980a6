"""Texts of models as blocks that a template shows: a little of Markdown, and nothing that does anything.

Links, images and HTML stay text, as they are written.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["paragraph", "heading", "list", "code", "table"]
_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
# What turns text around, or would be there unseen; what joins letters of Indic and Arabic scripts stays.
_UNSEEN: Final = re.compile("[\u200b\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING: Final = re.compile(r" {0,3}#{1,6}\s+(.*)")
_BULLET: Final = re.compile(r"(\s*)(?:[-*+•]|(\d{1,9}[.)]))\s+(.*)")
_INLINE: Final = re.compile(
    r"(?<!`)(`{1,2})(?!`)(?P<code>[^`]+)\1(?!`)|\*\*(?P<strong>[^*\s](?:[^*]*[^*\s])?)\*\*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some of a line, `code` or `strong` or neither."""

    text: str
    kind: Literal["", "code", "strong"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, or one entry of a list: `label` is its number, and `depth` how far it is indented, 0 to 4."""

    pieces: list[Piece]
    label: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`text` is that of `code` and `table`; `lines` are those of the others."""

    kind: Kind
    lines: list[Line] = field(default_factory=list)
    text: str = ""


def readable(text: str) -> str:
    """A text without what cannot be seen or would move a cursor, its lines ended alike."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _UNSEEN.sub("", text).encode("utf-8", "replace").decode("utf-8")
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) != "Cc")


def blocks_of(text: str) -> list[Block]:
    """The text, divided where blank lines, code, headings, lists and tables divide it."""
    found: list[Block] = []
    lines = readable(text).split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        if fence := _FENCE.match(line):
            end = _closed(lines, at + 1, fence[1])
            found.append(Block(kind="code", text="\n".join(lines[at + 1 : end])))
            at = end + 1
            continue
        if line.strip():
            _add(found, line, fresh=at == 0 or not lines[at - 1].strip())
        at += 1
    return found


def _closed(lines: list[str], start: int, fence: str) -> int:
    """Where a block of code ends; with the text where nothing closes it."""
    for at in range(start, len(lines)):
        if lines[at].strip().startswith(fence) and not lines[at].strip().strip(fence[0]):
            return at
    return len(lines)


def _add(found: list[Block], line: str, *, fresh: bool) -> None:
    last = found[-1] if found else None
    if heading := _HEADING.match(line):
        title = heading[1].rstrip()
        closed = title.rstrip("#")
        title = closed.rstrip() if closed.endswith((" ", "\t")) else title
        found.append(Block(kind="heading", lines=[Line(pieces=_pieces(title))]))
    elif entry := _BULLET.match(line):
        depth = min(4, len(entry[1].expandtabs(4)) // 2)
        new = Line(pieces=_pieces(entry[3]), label=entry[2] or "", depth=depth)
        if last is not None and last.kind == "list":
            last.lines.append(new)
        else:
            found.append(Block(kind="list", lines=[new]))
    elif line.lstrip().startswith("|"):
        if last is not None and last.kind == "table" and not fresh:
            found[-1] = Block(kind="table", text=f"{last.text}\n{line}")
        else:
            found.append(Block(kind="table", text=line))
    elif last is not None and not fresh and last.kind == "paragraph":
        last.lines.append(Line(pieces=_pieces(line.strip())))
    elif last is not None and not fresh and last.kind == "list":
        last.lines[-1].pieces.append(Piece(text=" "))
        last.lines[-1].pieces.extend(_pieces(line.strip()))
    else:
        found.append(Block(kind="paragraph", lines=[Line(pieces=_pieces(line.strip()))]))


def _pieces(text: str) -> list[Piece]:
    found, at = [], 0
    for each in _INLINE.finditer(text):
        if each.start() > at:
            found.append(Piece(text=text[at : each.start()]))
        kind: Literal["code", "strong"] = "code" if each["code"] is not None else "strong"
        found.append(Piece(text=each[kind], kind=kind))
        at = each.end()
    if at < len(text):
        found.append(Piece(text=text[at:]))
    return found
