"""How often the embeddings' opinion is right, beside the built-in classifier's, as Markdown tables.

Run by `learn.py --report`. Nothing is learned from, and no trust is chosen on, prompts of the author whom a
line of the first table is about.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from learn import OTHERS, OWN, SHIPPED, Row, as_learned, gathered, learn, rows_of, scored, trusted

from interlock.types.decisions import Classification
from interlock_embeddings.combining import combined
from interlock_embeddings.options import BELOW

_LINES = (
    ("heldout", ("blind", "varied")),
    ("blind", ("heldout", "varied")),
    ("varied", ("heldout", "blind")),
    ("unseen", ("heldout", "blind")),
)
"""Whom a line is about, and the others. What opinions are worth is found out on theirs, by what is learned
from the built-in classifier's author; then all are learned from."""
_BINS = 10


class Answer(NamedTuple):
    row: Row
    task: str
    confidence: float
    asked: bool

    @property
    def right(self) -> bool:
        return self.task == self.row.task


def print_report() -> None:
    print("| prompts | number | built-in | both | asked | calibration error | both |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    base = learn(gathered(OWN))
    for name, names in _LINES:
        chosen = gathered(names)
        facts = learn(gathered((*OWN, *names)))
        _line(name, rows_of(name), answers(facts, trusted(base, chosen), chosen, rows_of(name)))
    others = gathered(OTHERS)
    rows = rows_of("unseen")
    shipped = answers(learn(gathered(SHIPPED)), trusted(base, others), others, rows)
    _line("unseen, by what is shipped", rows, shipped)
    print("\n| unseen prompts | number | built-in | both |\n| --- | ---: | ---: | ---: |")
    _parts(shipped, lambda row: f"in {row.language}")
    _parts(shipped, lambda row: row.task)


def answers(
    facts: dict[str, Any], trust: tuple[float, float], known: Sequence[Row], rows: Sequence[Row]
) -> list[Answer]:
    model = as_learned(facts, trust, known)
    found = []
    for row, scores in zip(rows, scored(facts, rows), strict=True):
        if row.confidence >= BELOW or row.named == "eu_regulated":
            found.append(Answer(row, row.named, row.confidence, asked=False))
            continue
        opinion = combined(model, scores, Classification(task=row.named, confidence=row.confidence))
        found.append(Answer(row, opinion.task, opinion.confidence, asked=True))
    return found


def _line(name: str, rows: Sequence[Row], both: Sequence[Answer]) -> None:
    alone = [Answer(row, row.named, row.confidence, asked=False) for row in rows]
    asked = sum(each.asked for each in both) / len(both)
    print(
        f"| {name} | {len(rows)} | {_right(alone)} | {_right(both)} | {asked:.0%} "
        f"| {_calibration(alone):.1%} | {_calibration(both):.1%} |"
    )


def _right(found: Sequence[Answer]) -> str:
    return f"{sum(each.right for each in found) / len(found):.1%}"


def _calibration(found: Sequence[Answer]) -> float:
    """The expected calibration error: by how much confidence and being right differ, on average."""
    error = 0.0
    for band in range(_BINS):
        held = [each for each in found if band < each.confidence * _BINS <= band + 1]
        if held:
            sure = sum(each.confidence for each in held)
            error += abs(sure - sum(each.right for each in held)) / len(found)
    return error


def _parts(found: Iterable[Answer], key: Callable[[Row], str]) -> None:
    parts: dict[str, list[Answer]] = {}
    for each in found:
        parts.setdefault(key(each.row), []).append(each)
    for name, part in sorted(parts.items(), key=lambda each: (-len(each[1]), each[0])):
        alone = sum(each.row.named == each.row.task for each in part) / len(part)
        print(f"| {name} | {len(part)} | {alone:.0%} | {sum(each.right for each in part) / len(part):.0%} |")
