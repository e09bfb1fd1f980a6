"""Outcomes as arrays: a row for each prompt, a column for each model."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Truths = NDArray[np.bool_]
EXCLUDED: Final = "excluded"
"""The `error` of a prompt that a rule keeps from a model: nobody was asked, and nobody will be."""
_UNKNOWN = float("nan")
_COLUMNS = ("correct", "cost", "confidence", "accepted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One model's answer to one prompt, marked.

    Attributes:
        prompt: the prompt's id; the same for every model that was asked it.
        correct: 0 to 1; half marks are allowed. NaN where there is none.
        answer: what it said, in a form in which the same is written the same, such as `B` or `42`. Empty is
            an answer that says nothing, which agrees with none.
        cost: US dollars, or any unit that all rows share.
        confidence: 0 to 1, of the signal that a cascade is to go by.
        accepted: whether a verifier accepted the answer.
        length: characters of the prompt.
        text: the prompt's words, where they are known and are not its id.
        deployment: who answered, by its id.
        served_model: as what the vendor says that it answered.
        error: why there is no mark, such as `RateLimited`, or `excluded`; empty where that is not known.
        graded_by: whose mark it is, such as `exact`, `experts` or `rubric`; empty where that is not known.
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
    text: str = ""
    deployment: str = ""
    served_model: str = ""
    error: str = ""
    graded_by: str = ""

    @property
    def excluded(self) -> bool:
        """Whether a rule keeps the prompt from the model, so that there is no mark."""
        return isnan(self.correct) and self.error.strip().casefold() == EXCLUDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """A table of outcomes. Arrays are of shape (prompts, models); what nobody knows is NaN.

    `answers` holds one number for each different answer to a prompt, -1 where a model has said nothing that
    could be compared; `excluded` says of a cell that all its rows are; `lengths` is of shape (prompts,), in
    characters. `texts` are the prompts' words, empty where they are not known. `served` says which models
    vendors said they served for each model, and `deployments` which were asked, both sorted, where that is
    known; `graded_by` how many marks are whose.
    """

    prompts: tuple[str, ...]
    tasks: tuple[str, ...]
    models: tuple[str, ...]
    correct: Numbers
    answers: Places
    cost: Numbers
    confidence: Numbers
    accepted: Numbers
    excluded: Truths
    lengths: Numbers = field(repr=False)
    texts: tuple[str, ...] = field(repr=False, default=())
    served: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deployments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    graded_by: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Outcome]) -> Self:
        """The table of rows in any order.

        Of several for the same prompt and model, such as repeats, each number is the mean of those that are
        known, and the latest answer counts.
        """
        prompts: dict[str, int] = {}
        models: dict[str, int] = {}
        at: list[tuple[int, int]] = []
        given: dict[str, list[float]] = {name: [] for name in _COLUMNS}
        tasks: dict[int, str] = {}
        texts: dict[int, str] = {}
        lengths: dict[int, float] = {}
        said: dict[int, dict[str, int]] = {}
        answers: list[int] = []
        kept_from: list[bool] = []
        served: dict[str, set[str]] = {}
        deployments: dict[str, set[str]] = {}
        graders: Counter[str] = Counter()
        for row in rows:
            graders[row.graded_by] += not isnan(row.correct)
            if row.served_model:
                served.setdefault(row.model, set()).add(row.served_model)
            if row.deployment:
                deployments.setdefault(row.model, set()).add(row.deployment)
            prompt = prompts.setdefault(row.prompt, len(prompts))
            at.append((prompt, models.setdefault(row.model, len(models))))
            for name, column in given.items():
                value = getattr(row, name)
                column.append(_UNKNOWN if value is None else float(value))
            known = said.setdefault(prompt, {})
            kept_from.append(row.excluded)
            answers.append(known.setdefault(row.answer, len(known)) if row.answer else -1)
            if row.task:
                tasks[prompt] = row.task
            if row.text:
                texts[prompt] = row.text
            if row.length is not None:
                lengths[prompt] = row.length
        shape = len(prompts), len(models)
        where = np.array(at, dtype=np.int64).reshape(-1, 2)
        latest = np.full(shape, -1, dtype=np.int64)
        latest[where[:, 0], where[:, 1]] = answers
        return cls(
            prompts=tuple(prompts),
            tasks=tuple(tasks.get(each, "") for each in range(len(prompts))),
            models=tuple(models),
            answers=latest,
            excluded=_all(np.array(kept_from, dtype=np.bool_), where, shape),
            lengths=np.array(
                [
                    lengths.get(each, len(texts[each]) if each in texts else _UNKNOWN)
                    for each in range(len(prompts))
                ],
                dtype=np.float64,
            ),
            texts=tuple(texts.get(each, "") for each in range(len(prompts))),
            served={model: tuple(sorted(each)) for model, each in served.items()},
            deployments={model: tuple(sorted(each)) for model, each in deployments.items()},
            graded_by=dict(sorted(graders.items())),
            **{
                name: _means(np.array(column, dtype=np.float64), where, shape)
                for name, column in given.items()
            },
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
            excluded=self.excluded[which],
            lengths=self.lengths[which],
            texts=tuple(self.texts[at] for at in which) if self.texts else (),
            served=self.served,
            deployments=self.deployments,
            graded_by=self.graded_by,
        )

    def answered_by(self, models: Sequence[str]) -> Self:
        """The prompts that every one of these models was asked and marked on."""
        columns = [self.place(model) for model in models]
        return self.rows(np.flatnonzero(~np.isnan(self.correct[:, columns]).any(axis=1)))


def _all(values: Truths, where: Places, shape: tuple[int, int]) -> Truths:
    """Whether a cell has values, all of them true."""
    found, others = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    found[where[values, 0], where[values, 1]] = True
    others[where[~values, 0], where[~values, 1]] = True
    return found & ~others


def _means(values: Numbers, where: Places, shape: tuple[int, int]) -> Numbers:
    """Of each cell's values that are known; NaN where none is."""
    known = ~np.isnan(values)
    cells = (where[:, 0] * shape[1] + where[:, 1])[known]
    sums = np.bincount(cells, weights=values[known], minlength=shape[0] * shape[1])
    counts = np.bincount(cells, minlength=shape[0] * shape[1])
    return np.where(counts > 0, sums / np.maximum(counts, 1), _UNKNOWN).reshape(shape)
