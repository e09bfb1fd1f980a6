"""Files of learned routes whose evidence holds no more: the same file, with the reason in it."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

from interlock.config.learned import read_learned_text
from interlock.documents import Node
from interlock.errors import ConfigError
from interlock.types.names import nearest

_STALE: Final = re.compile(r', stale: "(?:[^"\\]|\\.)*"\}$')


def with_stale(text: str, why: Mapping[str, str], *, where: str) -> str:
    """The text of a file of learned routes whose evidence of each task in `why` says that it is stale.

    Comments stay where the evidence of a task is one line, as `interlock eval learn` writes it; else they
    are lost.

    Raises:
        ConfigError: the text holds no such routes, or no evidence of a task.
    """
    _, root = read_learned_text(text, where)
    wanted: dict[str, Any] = root.plain()
    if all((wanted.get("evidence") or {}).get(task, {}).get("stale") == why[task] for task in why):
        return text
    for task, reason in why.items():
        evidence = wanted.get("evidence") or {}
        if task not in evidence:
            near = nearest(task, evidence)
            raise ConfigError("has no evidence.", key=f"evidence.{task}", source=where, suggestion=near)
        evidence[task]["stale"] = reason
    lines = text.split("\n")
    for task, reason in why.items():
        _mark(lines, root, task, reason)
    marked = "\n".join(lines)
    if _plain(marked, where) == wanted:
        return marked
    return yaml.safe_dump(wanted, default_flow_style=None, sort_keys=False, width=10**6, allow_unicode=True)


def _mark(lines: list[str], root: Node, task: str, reason: str) -> None:
    """Where the evidence is `task: {…}` in a line, put the reason at its end. What else there is, is left."""
    line = root.value["evidence"].keys[task] - 1
    whole = lines[line]
    said = _STALE.sub("}", whole.rstrip())
    if said.endswith("}"):
        lines[line] = (
            f"{said[:-1]}, stale: {json.dumps(reason, ensure_ascii=False)}}}{whole[len(whole.rstrip()) :]}"
        )


def _plain(text: str, where: str) -> Any:
    try:
        return read_learned_text(text, where)[1].plain()
    except ConfigError:
        return None
