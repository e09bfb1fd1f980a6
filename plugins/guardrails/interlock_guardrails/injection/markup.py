"""What a page holds but does not show: comments, and elements whose style hides them."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

__all__ = ["undisplayed"]

_TAG = re.compile("<[a-z]+", re.IGNORECASE)
# All of them, those within others too.
_STYLE = re.compile(
    r"(?=(display:\s?none|visibility:\s?hidden|font-size:\s?[01](?:px|pt)?\b|opacity:\s?0\b"
    r"|color:\s?(?:white|#fff\b|#ffffff)|hidden\b|aria-hidden=[^>]true))",
    re.IGNORECASE,
)
# Without letters that `re` takes for others when it disregards case.
_STYLES: Final = ("play:", "dden", "font-", "opac", "color")
_IN_MARKDOWN = re.compile(r"^\[[^\]\n]{1,40}\]:\s?(?:#|<>)\s?[(\"']([^\n]{1,2000})", re.MULTILINE)
_BESIDE_STYLE: Final = 200  # characters between a tag's name and a style, and between that and the tag's end
_MOST: Final = 1_500  # characters of a comment or an element

_Span = tuple[int, int, int, int]  # where it starts, where its content does, where that ends, where it ends


def undisplayed(text: str) -> list[tuple[int, str]]:
    """Each with its place, those of HTML first."""
    spans = list(_comments(text)) if "-->" in text else []
    if "</" in text:
        lower = text.lower()
        if any(each in lower for each in _STYLES):
            spans += _elements(text)
    found: list[tuple[int, str]] = []
    past = 0
    for start, first, last, end in sorted(spans):
        if start >= past:
            found.append((start, text[first:last]))
            past = end
    if "]:" in text and ("\n[" in text or text[0] == "["):
        found += [(each.start(), each[1]) for each in _IN_MARKDOWN.finditer(text)]
    return found


# An end is looked for once, not from each beginning, of which a text may hold thousands.
def _comments(text: str) -> Iterator[_Span]:
    end = 0
    start = text.find("<!--")
    while start >= 0:
        first = start + 4
        if end <= first and (end := text.find("-->", first + 1)) < 0:
            return
        if end - first <= _MOST:
            yield start, first, end, end + 3
        start = text.find("<!--", first)


def _elements(text: str) -> Iterator[_Span]:
    end = 0
    for opened, styles in _styled(text):
        first = opened + 1
        if end <= first and (end := text.find("</", first + 1)) < 0:
            return
        if end - first > _MOST:
            continue
        for tag in _TAG.finditer(text, text.rfind(">", 0, opened) + 1, styles[-1]):
            style = bisect_left(styles, tag.start() + 2)
            if style < len(styles) and styles[style] <= tag.end() + _BESIDE_STYLE:
                yield tag.start(), first, end, end + 2


def _styled(text: str) -> Iterator[tuple[int, list[int]]]:
    """Where a tag with a style that hides ends, and where its styles are."""
    opened, styles = -1, list[int]()
    for style in _STYLE.finditer(text):
        at, behind = style.span(1)
        end = opened if opened >= behind else text.find(">", behind, behind + _BESIDE_STYLE + 1)
        if end < 0:
            continue
        if end != opened:
            if styles:
                yield opened, styles
            opened, styles = end, []
        if end - behind <= _BESIDE_STYLE:
            styles.append(at)
    if styles:
        yield opened, styles
