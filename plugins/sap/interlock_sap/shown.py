"""What would be done, for the person who is to agree."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock import Preview
from interlock_tools import Arguments, Call

_OF_THE_REQUEST = "etag"


def preview_of(what: str, arguments: Arguments, calls: Sequence[Call]) -> Preview:
    """The arguments line by line, items numbered; `calls` are what would be sent, without the run's mark."""
    text = "\n".join([what, *_lines(arguments.values)])
    changes = [{"method": each.method, "path": each.path, "body": each.body} for each in calls]
    return Preview(text=text, changes={"requests": changes})


def _lines(values: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for name, value in values.items():
        if name == _OF_THE_REQUEST:
            continue
        if isinstance(value, list):
            lines.append(f"{_called(name)}:")
            lines += [f"  {number}. {_line(each)}" for number, each in enumerate(value, 1)]
        else:
            lines.append(f"{_called(name)}: {value}")
    return lines


def _line(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    return ", ".join(f"{_called(name)} {value}" for name, value in item.items() if name != _OF_THE_REQUEST)


def _called(name: str) -> str:
    return name.replace("_", " ")
