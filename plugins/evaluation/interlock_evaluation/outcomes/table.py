"""Outcomes as arrays: a row for each prompt, a column for each model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
_UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One model's answer to one prompt, marked.

    Attributes:
        prompt: the prompt's id; the same for every model that was asked it.
        correct: 0 to 1; half marks are allowed.
        answer: what it said, in a form in which the same is written the same, such as `B` or `42`. Empty is
            an answer that says nothing, which agrees with none.
        cost: US dollars, or any unit that all rows share.
        confidence: 0 to 1, of the signal that a cascade is to go by.
        accepted: whether a verifier accepted the answer.
        length: characters of the prompt.
    """

    prompt: str
    model: str
    correct: float
    task: str = ""
    answer: str | None = None
    cost: float | None = None
    confidence: float | None = None
    accepted: bool | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """A table of outcomes. Arrays are of shape (prompts, models); what nobody knows is NaN.

    `answers` holds one number for each different answer to a prompt, -1 where a model has said nothing that
    could be compared; `lengths` is of shape (prompts,), in characters.
    """

    prompts: tuple[str, ...]
    tasks: tuple[str, ...]
    models: tuple[str, ...]
    correct: Numbers
    answers: Places
    cost: Numbers
    confidence: Numbers
    accepted: Numbers
    lengths: Numbers = field(repr=False)

    @classmethod
    def of(cls, rows: Iterable[Outcome]) -> Self:
        """The table of rows in any order; of two for the same prompt and model the later counts."""
        prompts: dict[str, int] = {}
        models: dict[str, int] = {}
        cells: dict[tuple[int, int], Outcome] = {}
        for row in rows:
            at = prompts.setdefault(row.prompt, len(prompts)), models.setdefault(row.model, len(models))
            cells[at] = row
        shape = len(prompts), len(models)
        tasks = [""] * len(prompts)
        said: list[dict[str, int]] = [{} for _ in prompts]
        answers = np.full(shape, -1, dtype=np.int64)
        numbers = {name: np.full(shape, _UNKNOWN) for name in ("correct", "cost", "confidence", "accepted")}
        lengths = np.full(len(prompts), _UNKNOWN)
        for (prompt, model), row in cells.items():
            for name, array in numbers.items():
                if (value := getattr(row, name)) is not None:
                    array[prompt, model] = value
            if row.answer:
                answers[prompt, model] = said[prompt].setdefault(row.answer, len(said[prompt]))
            tasks[prompt] = row.task or tasks[prompt]
            if row.length is not None:
                lengths[prompt] = row.length
        return cls(
            prompts=tuple(prompts),
            tasks=tuple(tasks),
            models=tuple(models),
            answers=answers,
            lengths=lengths,
            **numbers,
        )

    def place(self, model: str) -> int:
        """The column of a model. Raises KeyError."""
        try:
            return self.models.index(model)
        except ValueError:
            raise KeyError(model) from None

    def rows(self, which: Places) -> Self:
        """The table of some of the prompts, in that order; one may occur more than once."""
        return type(self)(
            prompts=tuple(self.prompts[at] for at in which),
            tasks=tuple(self.tasks[at] for at in which),
            models=self.models,
            correct=self.correct[which],
            answers=self.answers[which],
            cost=self.cost[which],
            confidence=self.confidence[which],
            accepted=self.accepted[which],
            lengths=self.lengths[which],
        )

    def answered_by(self, models: Sequence[str]) -> Self:
        """The prompts that every one of these models was asked and marked on."""
        columns = [self.place(model) for model in models]
        return self.rows(np.flatnonzero(~np.isnan(self.correct[:, columns]).any(axis=1)))
