"""Examples of tasks: one JSON object a line, `{"text": "…", "task": "…"}`."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from interlock.errors import ConfigError

__all__ = ["FEWEST", "Example", "background", "names_of", "read_examples"]

FEWEST: Final = 10
"""Examples of a task below which nothing can be said of it."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LARGEST: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    task: str


def read_examples(path: Path) -> tuple[Example, ...]:
    """The examples of a file, in its order; each text once.

    Raises:
        ConfigError: the file cannot be read; a line is none; a text is an example of two tasks.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"{path} is larger than {_LARGEST:,} bytes.", key="examples")
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.", key="examples") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is no UTF-8.", key="examples") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        example = _example(line, f"{path}, line {number}")
        if found.setdefault(example.text, example.task) != example.task:
            what = f"the text is an example of {found[example.text]} already, and of {example.task} here."
            raise ConfigError(f"{path}, line {number}: {what}", key="task")
    if not found:
        raise ConfigError(f"{path} has no examples.", key="examples")
    return tuple(Example(text, task) for text, task in found.items())


def _example(line: str, where: str) -> Example:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ConfigError(f"{where} is no JSON object.", key="examples") from None
    if not isinstance(row, dict):
        raise ConfigError(f"{where} is no JSON object.", key="examples")
    for key in ("text", "task"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise ConfigError(f'{where}: "{key}" must be text, and is not.', key=key)
    if not _NAME.fullmatch(row["task"]):
        what = "is no name for a task; use lower-case letters, digits and underscores."
        raise ConfigError(f"{where}: {row['task']!r} {what}", key="task")
    return Example(row["text"], row["task"])


@cache
def background() -> tuple[Example, ...]:
    """Interlock's own labelled prompts, by which its own tasks are known."""
    text = (files("interlock_embeddings") / "data" / "prompts.jsonl").read_text(encoding="utf-8")
    return tuple(_example(line, "prompts.jsonl") for line in text.splitlines())


def names_of(examples: Iterable[Example], taken: Sequence[str]) -> tuple[str, ...]:
    """The tasks of the examples that are not `taken`, sorted.

    Raises:
        ConfigError: there are none, or one has too few examples.
    """
    counts: dict[str, int] = {}
    for example in examples:
        if example.task not in taken:
            counts[example.task] = counts.get(example.task, 0) + 1
    if not counts:
        raise ConfigError(f"there is no task but Interlock's own: {', '.join(taken)}.", key="task")
    for name, count in sorted(counts.items()):
        if count < FEWEST:
            what = f"{name} has {count} examples; {FEWEST} are the fewest, and 20 or more are better."
            raise ConfigError(what, key="examples")
    return tuple(sorted(counts))
