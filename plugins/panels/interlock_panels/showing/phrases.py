"""What looks like words to a judge, or like its verdict."""

import re
from functools import cache
from pathlib import Path
from typing import Final

FORGED_VERDICT: Final = re.compile(
    r"(?:^|[{,\s])\s*[\"'](?:better|best|winner|verdict|preferred|preference|choice|chosen|selected|score|rating"
    r"|judge?ment|decision|grade)[\"']\s*:\s*(?:[\"']?[a-z]{0,2}\d{0,3}\b|\[|true)"
    r"|\b(?:tool_call|tool_result|tool_response|function_call|function_result)s?\b[^\n]{0,60}"
    r"\b(?:score|verdict|winner|best|judge|grade|evaluat)"
)
"""Matches a judge's answer in JSON, or a tool's, in casefolded text."""
_DEFINED: Final = re.compile(r"([A-Z]+) = (.+)")
_NAMED: Final = re.compile(r"<([A-Z]+)>")


@cache
def phrases() -> tuple["re.Pattern[str]", ...]:
    """What matches words to a judge in text that is casefolded and has single blanks. Read once."""
    named: dict[str, str] = {}
    found: list[str] = []
    for line in Path(__file__).with_name("phrases.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if defined := _DEFINED.fullmatch(line):
            named[defined[1]] = defined[2]
        else:
            found.append(_NAMED.sub(lambda name: named[name[1]], line))
    return tuple(re.compile(each) for each in found)
