"""Marked answers as routes are learned from them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import numpy as np

from interlock_evaluation.learning.features import Features
from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.statistics import Numbers, Places

_ROUNDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Marks and costs of shape (prompts, models), NaN where a model was not asked or not marked.

    Attributes:
        tasks: names, in order.
        task: of each prompt, its place among `tasks`.
        lengths: characters of each prompt, NaN where they are not known.
        features: of the prompts' words, where routes are refined by them.
    """

    models: tuple[str, ...]
    tasks: tuple[str, ...]
    marks: Numbers
    cost: Numbers
    task: Places
    lengths: Numbers
    features: Features | None = None

    @classmethod
    def of(
        cls, outcomes: Outcomes, *, without: Collection[str] = (), features: Features | None = None
    ) -> Self:
        """Of a table, without models that may not be used anywhere."""
        kept = [at for at, model in enumerate(outcomes.models) if model not in without]
        tasks = tuple(sorted(set(outcomes.tasks)))
        place = {task: at for at, task in enumerate(tasks)}
        return cls(
            models=tuple(outcomes.models[at] for at in kept),
            tasks=tasks,
            marks=outcomes.correct[:, kept],
            cost=outcomes.cost[:, kept],
            task=np.array([place[task] for task in outcomes.tasks], dtype=np.int64),
            lengths=outcomes.lengths,
            features=features,
        )

    def __len__(self) -> int:
        return len(self.task)

    @property
    def words(self) -> Features:
        """The features. Raises ValueError where there are none."""
        if self.features is None:
            raise ValueError("prompts' words are needed.")
        return self.features

    def rows(self, which: Places) -> Self:
        """Those of some prompts, in that order; with features, each at most once."""
        return type(self)(
            models=self.models,
            tasks=self.tasks,
            marks=self.marks[which],
            cost=self.cost[which],
            task=self.task[which],
            lengths=self.lengths[which],
            features=None if self.features is None else self.features.rows(which),
        )

    def at(self, choice: Places) -> tuple[Numbers, Numbers]:
        """The mark and the cost of the model that was chosen for each prompt."""
        rows = np.arange(len(self))
        return self.marks[rows, choice], self.cost[rows, choice]

    def sums(self, values: Numbers, groups: Places, count: int) -> Numbers:
        """Of values of shape (prompts, models), by group: (groups, models). NaN counts for nothing."""
        member = np.zeros((count, len(groups)))
        member[groups, np.arange(len(groups))] = 1.0
        found: Numbers = member @ np.nan_to_num(values)
        return found

    def standings(self) -> Numbers:
        """How good each model is on all prompts, where some were asked of some models alone.

        Without gaps it is the mean. With them a model that was asked the easy ones would look better than it
        is; so each prompt has a level and each model a distance from it, by least squares.
        """
        known = ~np.isnan(self.marks)
        counts = known.sum(axis=0)
        if known.all() or not known.any():
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.where(counts > 0, np.nan_to_num(self.marks).sum(axis=0) / counts, np.nan)
        marks = np.nan_to_num(self.marks)
        model = np.zeros(len(self.models))
        per_prompt = np.maximum(known.sum(axis=1), 1)
        for _ in range(_ROUNDS):
            level = ((marks - model) * known).sum(axis=1) / per_prompt
            model = ((marks - level[:, None]) * known).sum(axis=0) / np.maximum(counts, 1)
        found: Numbers = np.where(counts > 0, model + level[known.any(axis=1)].mean(), np.nan)
        return found
