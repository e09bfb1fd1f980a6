"""Atlassian's document format, in which Jira Cloud keeps rich text, as Markdown for a model.

Nothing that a reader sees is left out: what has no Markdown is told as its text, its address or its name.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_DEEPEST = 40
_LISTS = ("bulletList", "orderedList", "taskList", "decisionList")
_ITEMS = ("listItem", "taskItem", "decisionItem")
_CELLS = ("tableCell", "tableHeader")
_QUOTED = ("blockquote", "panel", "expand", "nestedExpand")
_AROUND = {"strong": "**", "em": "*", "strike": "~~"}


def is_document(value: Any) -> bool:
    """Whether a JSON value is a text in that format."""
    return (
        isinstance(value, Mapping) and value.get("type") == "doc" and isinstance(value.get("content"), list)
    )


def text_in(document: Any) -> str:
    """Its text, in Markdown. A mention becomes `[@name](accountid:id)`."""
    return "\n\n".join(_blocks(_content(document), 0)).strip("\n")


def _blocks(nodes: Sequence[Any], depth: int) -> list[str]:
    if depth > _DEEPEST:
        return ["[more is nested here]"] if nodes else []
    found: list[str] = []
    line: list[str] = []
    for node in nodes:
        kind = _kind(node)
        if kind in _INLINE:
            line.append(_inline(node, depth))
            continue
        if line:
            found.append("".join(line))
            line = []
        found.append(_block(node, kind, depth))
    return [*found, *(["".join(line)] if line else [])]


def _block(node: Any, kind: str, depth: int) -> str:
    inner = _content(node)
    if kind in _LISTS:
        return _list(node, kind, depth)
    if kind == "heading":
        level = _attribute(node, "level")
        marks = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1)  # noqa: PLR2004 - HTML's own
        return f"{marks} {_line(inner, depth)}"
    if kind == "codeBlock":
        code = "".join(str(_get(each, "text") or _line([each], depth + 1)) for each in inner)
        fence = "`" * max(3, _longest_run(code) + 1)
        return f"{fence}{_word(_attribute(node, 'language'))}\n{code}\n{fence}"
    if kind == "rule":
        return "---"
    if kind in _QUOTED:
        told = "\n\n".join(filter(None, [_word(_attribute(node, "title")), *_blocks(inner, depth + 1)]))
        return "\n".join(f"> {each}".rstrip() for each in told.split("\n"))
    if kind == "table":
        return "\n".join(_row(each, depth) for each in inner)
    if inner:
        return "\n".join(_blocks(inner, depth + 1))
    return "" if kind in ("paragraph", "doc") else _leaf(node, kind)


def _list(node: Any, kind: str, depth: int) -> str:
    first = _attribute(node, "order")
    number = first if isinstance(first, int) else 1
    lines = []
    for place, item in enumerate(_content(node)):
        sign = f"{number + place}. " if kind == "orderedList" else "- "
        if kind == "taskList" and _kind(item) == "taskItem":
            sign += "[x] " if _attribute(item, "state") == "DONE" else "[ ] "
        nested = _content(item) if _kind(item) in _ITEMS else [item]
        told = "\n".join(_blocks(nested, depth + 1)).split("\n")
        lines.append("\n".join([f"{sign}{told[0]}", *(f"  {each}" for each in told[1:])]))
    return "\n".join(lines)


def _row(row: Any, depth: int) -> str:
    if _kind(row) != "tableRow":
        return "\n".join(_blocks([row], depth + 1))
    inner = [_content(each) if _kind(each) in _CELLS else [each] for each in _content(row)]
    cells = [" ".join(_blocks(each, depth + 2)).replace("\n", " ") for each in inner]
    return f"| {' | '.join(cells)} |"


def _line(nodes: Sequence[Any], depth: int) -> str:
    return "".join(_inline(each, depth) for each in nodes)


def _inline(node: Any, depth: int) -> str:
    kind = _kind(node)
    if kind == "text":
        return _marked(node)
    if kind == "hardBreak":
        return "\n"
    if kind == "mention":
        name = _word(_attribute(node, "text")) or "@somebody"
        return f"[{name if name.startswith('@') else f'@{name}'}](accountid:{_word(_attribute(node, 'id'))})"
    inner = _content(node)
    return "\n".join(_blocks(inner, depth + 1)) if inner else _leaf(node, kind)


def _marked(node: Any) -> str:
    text = str(_get(node, "text") or "")
    marks = _get(node, "marks")
    marks = [each for each in marks if isinstance(each, Mapping)] if isinstance(marks, list) else []
    kinds = [_kind(each) for each in marks]
    href = next((_word(_attribute(each, "href")) for each in marks if _kind(each) == "link"), "")
    if "code" in kinds and "`" not in text:
        text = f"`{text}`"
    elif text.strip() == text:
        for kind, sign in _AROUND.items():
            text = f"{sign}{text}{sign}" if kind in kinds else text
    return text if href in ("", text) else f"[{text}]({href})"


def _leaf(node: Any, kind: str) -> str:
    """What an element without content is about, in its own attributes."""
    attributes = _get(node, "attrs")
    attributes = attributes if isinstance(attributes, Mapping) else {}
    if kind == "date":
        return _date(attributes.get("timestamp"))
    for name in ("url", "text", "shortName", "title", "alt"):
        if word := _word(attributes.get(name)):
            return word if kind in ("emoji", "inlineCard", "blockCard", "embedCard") else f"[{kind}: {word}]"
    told = " ".join(filter(None, (_word(attributes.get(name)) for name in ("id", "extensionKey"))))
    return f"[{kind}: {told}]" if told else f"[{kind}]"


def _date(milliseconds: Any) -> str:
    try:
        return datetime.fromtimestamp(int(str(milliseconds)) / 1000, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return f"[date: {_word(milliseconds)}]"


_INLINE = frozenset(
    {
        *("text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status", "placeholder"),
        *("mediaInline", "inlineExtension"),
    }
)


def _longest_run(code: str) -> int:
    longest = run = 0
    for each in code:
        run = run + 1 if each == "`" else 0
        longest = max(longest, run)
    return longest


def _word(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _kind(node: Any) -> str:
    return _word(_get(node, "type")) or "unknown"


def _content(node: Any) -> Sequence[Any]:
    found = _get(node, "content")
    return found if isinstance(found, list) else []


def _get(node: Any, name: str) -> Any:
    return node.get(name) if isinstance(node, Mapping) else None


def _attribute(node: Any, name: str) -> Any:
    return _get(_get(node, "attrs"), name)
