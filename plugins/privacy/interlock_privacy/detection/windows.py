"""Which groups of a chain, one after another, may be a value."""

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import pairwise

from interlock_privacy.detection.chains import LINE, TIGHT

__all__ = ["ALL", "MOST_GROUPS", "PART", "SHORTEST", "UNIT", "windows", "with_letters", "wrapped"]

# A window is all of a line, the groups between two spaces, or any others.
ALL, UNIT, PART = range(3)
# Groups of the longest value that is looked for, spelt out digit by digit.
MOST_GROUPS = 34
SHORTEST = 6
# More groups of one size in a row than this are a table, not values in groups.
_TABLE = 48


def windows(
    spans: Sequence[tuple[int, int]],
    gaps: Sequence[int],
    first: int,
    last: int,
    known: Mapping[tuple[int, ...], Mapping[int, Container[tuple[int, ...]]]],
) -> Iterator[tuple[int, int, int]]:
    """Of groups without the end of a line in between: all, each unit, and what is in groups of some rule.

    Each with the way in which it is one. Where all of them are a value that is well supported, nothing else
    is.
    """
    if last - first == 1:
        if spans[first][1] - spans[first][0] >= SHORTEST:
            yield first, last, UNIT
        return
    units = [first, *(place for place in range(first + 1, last) if gaps[place] != TIGHT), last]
    if len(units) > 2 and last - first <= MOST_GROUPS:
        yield first, last, ALL
    for unit, close in pairwise(units):
        if spans[close - 1][1] - spans[unit][0] >= SHORTEST:
            yield unit, close, UNIT
    if len(units) > 2:
        yield from _grouped(spans, gaps, first, last, known)
        for close in units[2:-1]:
            if close - first > MOST_GROUPS:
                break
            yield first, close, PART


def _grouped(
    spans: Sequence[tuple[int, int]],
    gaps: Sequence[int],
    first: int,
    last: int,
    known: Mapping[tuple[int, ...], Mapping[int, Container[tuple[int, ...]]]],
) -> Iterator[tuple[int, int, int]]:
    """Windows anywhere that are written in the groups of some rule."""
    sizes = tuple([stop - start for start, stop in spans[first:last]])
    repeated = 0
    for place in range(len(sizes) - 1):
        repeated = repeated + 1 if sizes[place] == sizes[place + 1] else 0
        wanted = known.get((sizes[place], sizes[place + 1]))
        if wanted is None or repeated > _TABLE or (place and gaps[first + place] == TIGHT):
            continue
        for count, groups in wanted.items():
            close = place + count
            if sizes[place:close] in groups and (close == len(sizes) or gaps[first + close] != TIGHT):
                yield first + place, first + close, PART


def with_letters(
    sizes: Sequence[int], gaps: Sequence[int], before: int, last: int, begun: Container[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Groups from `before` to `last` with letters before or after them, where some value begins so."""
    letters, size = 0, sum(sizes[before:last])
    ends = [(last, size), (last + 1, size + sizes[-1])][: len(sizes) - last + 1]
    unit = before + 1
    while unit < last and gaps[unit] == TIGHT:
        unit += 1
    if unit < last:
        ends.append((unit, sum(sizes[before:unit])))
    for begin in range(before, -1, -1):
        if begin < before:
            letters += sizes[begin]
        for end, total in ends:
            if (begin < before or end > last) and (letters, letters + total) in begun:
                yield begin, end


def wrapped(
    spans: Sequence[tuple[int, int]], gaps: Sequence[int], first: int, close: int, last: int
) -> Iterator[tuple[int, int]]:
    """Groups that the end of a line divides: what a line ends with, and what the next begins with.

    The line goes from `first` to `close`, and the run to `last`.
    """
    begin, end = close - 1, close + 1
    while begin > first and gaps[begin] == TIGHT:
        begin -= 1
    while end < last and gaps[end] == TIGHT:
        end += 1
    if spans[end - 1][1] - spans[begin][0] > SHORTEST:
        yield begin, end
    if begin > first and close - first <= MOST_GROUPS:
        yield first, end
    part = end
    while end < last and gaps[end] != LINE:
        end += 1
    if (end > part or begin > first) and end - first <= MOST_GROUPS:
        yield first, end
