"""One answer scored alone: nothing that it says can change what is thought of another."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interlock_panels.judging import prompts, schemas
from interlock_panels.judging.bench import Bench, Prompted
from interlock_panels.judging.folding import median_of
from interlock_panels.showing import Material

BEST: Final = 10
"""The best score that a judge can give; the worst is 0."""
_NAME: Final = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What judges are asked of an answer.

    Attributes:
        told: the instructions before the data.
        reminder: what is said after it.
        names: what is graded, as their JSON calls it.
        most: the best grade; the worst is 0.
    """

    told: str
    reminder: str
    names: tuple[str, ...]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What judges think of one answer.

    Attributes:
        grades: a name for each thing that was graded, and the median of the judges' grades; empty where no
            judge has graded it so that it can be read.
        reason: one judge's own words; content.
    """

    grades: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""

    @property
    def score(self) -> float | None:
        """The one grade, where one was asked for."""
        return self.grades.get(_NAME)


CONTROLS: Final = (
    "Which metal is liquid at room temperature? Answer with its name alone.",
    "How many days has a leap year? Answer with the number alone.",
    "In which country does the river Po flow into the sea? Answer with its name alone.",
    "What is the square root of 1,764? Answer with the number alone.",
)
"""Questions that hardly any answer to another one answers."""


async def scored(bench: Bench, material: Material, label: str, instead: str | None = None) -> Scored:
    """A score from 0 to BEST, as an answer to the conversation, or to another question `instead`."""
    options = bench.options
    told = prompts.SCORE.format(
        data=prompts.DATA,
        criteria=prompts.judged_by(options.criteria),
        instructions=prompts.told_further(options.instructions),
    )
    sheet = Sheet(told=told, reminder=prompts.SCORE_REMINDER, names=(_NAME,), most=BEST)
    return await graded(bench, material, label, sheet, instead)


async def graded(
    bench: Bench, material: Material, label: str, sheet: Sheet, instead: str | None = None
) -> Scored:
    """Grades by every judge, in a question of its own each."""
    schema = schemas.grades(sheet.names, sheet.most)

    def prompt(most: int) -> Prompted:
        return material.prompt(sheet.told, {"": label}, sheet.reminder, most, instead=instead)

    said = await asyncio.gather(*(bench.ask(judge, prompt, schema) for judge in bench.seats))
    valid = [each for each in said if each is not None and _is_filled(each, sheet)]
    if not valid:
        return Scored()
    reason = valid[0].get("reason")
    return Scored(
        grades={name: median_of([each[name] for each in valid]) for name in sheet.names},
        reason=reason if isinstance(reason, str) else "",
    )


def _is_filled(said: Mapping[str, Any], sheet: Sheet) -> bool:
    return all(_is_grade(said.get(name), sheet.most) for name in sheet.names)


def _is_grade(value: Any, most: int) -> bool:
    whole = type(value) is int or (type(value) is float and value.is_integer())
    return whole and 0 <= value <= most
