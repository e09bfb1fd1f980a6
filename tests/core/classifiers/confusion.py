"""The labelled prompts beside what the classifier says of them, as Markdown tables.

Run it to see the tables of docs/classification.md: `uv run python tests/core/classifiers/confusion.py`, and
with the path of another file of such rows, as `heldout.jsonl` beside it, for its matrix and share alone.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from interlock.classifiers.heuristics import HeuristicClassifier
from interlock.classifiers.lexicon import TASKS
from interlock.classifiers.tokens import estimate_request_tokens
from interlock.protocols import ClassifyCall
from interlock.types.decisions import Classification
from interlock.types.request import Request

LABELLED = Path(__file__).with_name("labelled.jsonl")
HELD_OUT = Path(__file__).with_name("heldout.jsonl")
PLAIN = Path(__file__).with_name("plain.jsonl")
SHORT = {task: task.split("_")[0] for task in TASKS}
BANDS = ((0.0, 0.5), (0.5, 0.65), (0.65, 0.8), (0.8, 0.9), (0.9, 1.01))


class Judged(NamedTuple):
    text: str
    task: str
    language: str
    trap: bool
    answer: Classification


def judged(path: Path = LABELLED) -> Iterator[Judged]:
    """Every prompt of a file with the classifier's answer; `repeat` makes a long text of a short row."""
    classifier = HeuristicClassifier()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        request = Request(row["text"] * row.get("repeat", 1))
        call = ClassifyCall(request=request, input_tokens=estimate_request_tokens(request))
        yield Judged(row["text"], row["task"], row["language"], row["trap"], classifier.classify(call))


def tables(rows: list[Judged]) -> str:
    return "\n\n".join((matrix(rows), _tasks(rows), _languages(rows), _confidences(rows)))


def matrix(rows: list[Judged]) -> str:
    counts = Counter((row.task, row.answer.task) for row in rows)
    lines = [
        "| labelled \\ answered | " + " | ".join(SHORT.values()) + " |",
        "| --- |" + " ---: |" * len(TASKS),
    ]
    for task in TASKS:
        cells = " | ".join(str(counts[task, answer] or "") for answer in TASKS)
        lines.append(f"| {task} | {cells} |".replace("|  |", "| |").replace("|  |", "| |"))
    return "\n".join(lines)


def _tasks(rows: list[Judged]) -> str:
    labelled = Counter(row.task for row in rows)
    answered = Counter(row.answer.task for row in rows)
    right = Counter(row.task for row in rows if row.task == row.answer.task)
    lines = ["| task | prompts | precision | recall |", "| --- | ---: | ---: | ---: |"]
    lines += [
        f"| {task} | {labelled[task]} | {right[task] / max(1, answered[task]):.1%} "
        f"| {right[task] / max(1, labelled[task]):.1%} |"
        for task in TASKS
    ]
    return "\n".join(lines)


def _languages(rows: list[Judged]) -> str:
    lines = ["| prompts | number | right |", "| --- | ---: | ---: |"]
    groups = [(f"in {name}", [row for row in rows if row.language == name]) for name in _names(rows)]
    groups += [("traps", [row for row in rows if row.trap]), ("all", rows)]
    lines += [f"| {name} | {len(group)} | {accuracy(group):.1%} |" for name, group in groups]
    return "\n".join(lines)


def _confidences(rows: list[Judged]) -> str:
    lines = ["| confidence | prompts | right |", "| --- | ---: | ---: |"]
    for low, high in BANDS:
        group = [row for row in rows if low <= row.answer.confidence < high]
        lines.append(f"| {low:.2f} to {min(high, 1):.2f} | {len(group)} | {accuracy(group):.1%} |")
    return "\n".join(lines)


def _names(rows: list[Judged]) -> list[str]:
    return [name for name, _ in Counter(row.language for row in rows).most_common()]


def accuracy(rows: list[Judged]) -> float:
    return sum(row.task == row.answer.task for row in rows) / max(1, len(rows))


if __name__ == "__main__":
    if sys.argv[1:]:
        found = list(judged(Path(sys.argv[1])))
        print(
            matrix(found), f"{sum(row.task == row.answer.task for row in found)} of {len(found)}", sep="\n\n"
        )
    else:
        print(tables(list(judged())))
