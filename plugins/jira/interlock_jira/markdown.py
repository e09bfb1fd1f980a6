"""A model's Markdown as Atlassian's document format: paragraphs, lists, headings, quotes, code, links.

What is none of these stays as it was written. In a text node nothing mentions anybody.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Node = Mapping[str, Any]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([A-Za-z0-9_+#.-]{0,40})[ \t]*")
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")
_BULLET = re.compile(r"[ \t]*[-*+][ \t]+(\S.*)")
_NUMBER = re.compile(r"[ \t]*(0|[1-9][0-9]{0,8})[.)][ \t]+(\S.*)")
_QUOTE = re.compile(r" {0,3}> ?(.*)")
# Each part is bounded, so that no text takes time by its square.
_SPAN = re.compile(
    r"`(?P<code>[^`\n]{1,1000})`"
    r"|\*\*(?=[^\s*])(?P<strong>[^\n]{1,500}?)(?<=[^\s*])\*\*"
    r"|(?<![\w*])\*(?=[^\s*])(?P<em>[^*\n]{1,500}?)(?<=[^\s*])\*(?![\w*])"
    r"|\[(?P<who>@[^\[\]\n]{1,200})\]\(accountid:(?P<id>[A-Za-z0-9:_-]{1,128})\)"
    r"|\[(?P<label>[^\[\]\n]{1,500})\]\((?P<href>(?:https?://|mailto:)[^\s()<>]{1,2000})\)"
    r"|(?P<bare>https?://[^\s()<>\[\]\"`*]{1,2000}[^\s()<>\[\]\"`*.,;:!?'])"
)


def document(text: str, *, mentions: bool) -> Node:
    """The text as a document. With `mentions`, `[@name](accountid:id)` is one, and notifies."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return {"type": "doc", "version": 1, "content": _blocks(lines, mentions=mentions)}


def _blocks(lines: Sequence[str], *, mentions: bool, quoted: bool = False) -> list[Node]:
    found: list[Node] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif fence := _FENCE.fullmatch(line):
            node, at = _code(lines, at, fence)
            found.append(node)
        elif (heading := _HEADING.fullmatch(line)) and not quoted:
            level, said = len(heading[1]), heading[2]
            found.append(_node("heading", _inline(said, mentions), attrs={"level": level}))
            at += 1
        elif _BULLET.fullmatch(line) or _NUMBER.fullmatch(line):
            node, at = _list(lines, at, mentions)
            found.append(node)
        elif _QUOTE.fullmatch(line) and not quoted:
            end = _while(lines, at, lambda each: bool(_QUOTE.fullmatch(each)))
            inner = [match[1] for each in lines[at:end] if (match := _QUOTE.fullmatch(each))]
            inside = _blocks(inner, mentions=mentions, quoted=True)
            found += [_node("blockquote", inside)] if inside else [_paragraph(lines[at:end], mentions)]
            at = end
        else:
            end = _while(lines, at + 1, lambda each: _is_plain(each, quoted=quoted))
            found.append(_paragraph(lines[at:end], mentions))
            at = end
    return found


def _code(lines: Sequence[str], at: int, fence: re.Match[str]) -> tuple[Node, int]:
    shut = re.compile(rf" {{0,3}}{re.escape(fence[1][0])}{{{len(fence[1])},}}[ \t]*")
    end = _while(lines, at + 1, lambda each: not shut.fullmatch(each))
    code = "\n".join(lines[at + 1 : end])
    attributes = {"language": fence[2]} if fence[2] else None
    return _node("codeBlock", [_text(code)] if code else [], attrs=attributes), end + 1


def _list(lines: Sequence[str], at: int, mentions: bool) -> tuple[Node, int]:
    """Items of one kind; of numbers, those that count on. A line that is indented belongs to its item."""
    first = None if _BULLET.fullmatch(lines[at]) else _NUMBER.fullmatch(lines[at])
    number = int(first[1]) if first else None
    items: list[list[str]] = []
    while at < len(lines):
        line = lines[at]
        bullet, counted = _BULLET.fullmatch(line), _NUMBER.fullmatch(line)
        if number is None and bullet:
            items.append([bullet[1]])
        elif number is not None and not bullet and counted and int(counted[1]) == number + len(items):
            items.append([counted[2]])
        elif line[:2].strip() == "" and line.strip() and not bullet and not counted and items:
            items[-1].append(line.strip())
        else:
            break
        at += 1
    inner = [_node("listItem", [_paragraph(each, mentions)]) for each in items]
    if number is None:
        return _node("bulletList", inner), at
    return _node("orderedList", inner, attrs={"order": number}), at


def _paragraph(lines: Sequence[str], mentions: bool) -> Node:
    content: list[Node] = []
    for place, line in enumerate(lines):
        content += [{"type": "hardBreak"}] if place else []
        content += _inline(line, mentions)
    return _node("paragraph", content)


def _inline(text: str, mentions: bool, marks: tuple[Node, ...] = ()) -> list[Node]:
    return list(_spans(text, mentions, marks))


def _spans(text: str, mentions: bool, marks: tuple[Node, ...]) -> Iterator[Node]:
    at = 0
    for found in _SPAN.finditer(text):
        if found["label"] and found["label"] == found["href"]:
            continue
        if at < found.start():
            yield _text(text[at : found.start()], marks)
        at = found.end()
        if found["code"]:
            yield _text(found["code"], (_mark("code"),))
        elif found["strong"]:
            yield from _spans(found["strong"], mentions, (*marks, _mark("strong")))
        elif found["em"]:
            yield from _spans(found["em"], mentions, (*marks, _mark("em")))
        elif found["who"] and mentions:
            yield {"type": "mention", "attrs": {"id": found["id"], "text": found["who"]}}
        elif found["href"]:
            yield _text(found["label"], (*marks, _link(found["href"])))
        elif found["bare"]:
            yield _text(found["bare"], (*marks, _link(found["bare"])))
        else:
            yield _text(found[0], marks)
    if at < len(text):
        yield _text(text[at:], marks)


def _is_plain(line: str, *, quoted: bool) -> bool:
    starts = (_FENCE, _BULLET, _NUMBER) if quoted else (_FENCE, _BULLET, _NUMBER, _HEADING, _QUOTE)
    return bool(line.strip()) and not any(each.fullmatch(line) for each in starts)


def _while(lines: Sequence[str], at: int, holds: Any) -> int:
    while at < len(lines) and holds(lines[at]):
        at += 1
    return at


def _node(kind: str, content: Sequence[Node], *, attrs: Mapping[str, Any] | None = None) -> Node:
    return {"type": kind, **({"attrs": attrs} if attrs else {}), "content": list(content)}


def _text(text: str, marks: Sequence[Node] = ()) -> Node:
    return {"type": "text", "text": text, **({"marks": list(marks)} if marks else {})}


def _mark(kind: str) -> Node:
    return {"type": kind}


def _link(href: str) -> Node:
    return {"type": "link", "attrs": {"href": href}}
