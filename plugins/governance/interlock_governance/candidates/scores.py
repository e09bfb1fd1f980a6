"""Which published results say something about a task."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from interlock.types.models import ModelCard

BENCHMARKS: Final[Mapping[str, tuple[str, ...]]] = {
    "long_document": ("LongBench v2",),
    "cjk_language": ("CMMLU",),
    "code_generation": ("HumanEval+",),
    "agentic_tool_use": (*("ToolBench", "agent runs: tool-call success", "agent runs: task completion"),),
    "quantitative": ("MATH-500", "GSM8K extended"),
}
"""Task -> results that measure it. Of what is not here, no public result speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedScore:
    """A result in percent, beside that of the current model; None where its card has none."""

    benchmark: str
    value: float
    now: float | None
    source: str


def compared(task: str, card: ModelCard, current: ModelCard | None) -> tuple[ComparedScore, ...]:
    """What the card has of the task's results."""
    before = {} if current is None else {score.benchmark: score.value for score in current.scores}
    return tuple(
        ComparedScore(
            benchmark=score.benchmark,
            value=score.value,
            now=before.get(score.benchmark),
            source=score.source,
        )
        for wanted in BENCHMARKS.get(task, ())
        for score in card.scores
        if score.benchmark == wanted
    )
