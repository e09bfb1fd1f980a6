"""Reads the text form of Prometheus back, by a reading of its own."""

import re
from typing import Any

from interlock_server.operation.metrics import exposition

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]
_LINE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)')
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"')
_ESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def series_in(text: str) -> Series:
    """Name and labels of each series to its value. Every line must be one of the format's."""
    found: Series = {}
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith(("# HELP ", "# TYPE ")):
            continue
        match = _LINE.fullmatch(line)
        assert match, line
        name, labels, value = match.groups()
        pairs = tuple(
            (label, re.sub(r"\\.", lambda each: _ESCAPED[each[0]], quoted))
            for label, quoted in _LABEL.findall(labels or "")
        )
        assert (name, pairs) not in found, line
        found[name, pairs] = float(value)
    return found


def series_of(instruments: list[dict[str, Any]]) -> Series:
    return series_in(exposition(instruments))
