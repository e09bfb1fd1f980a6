"""Years of traffic as sums, drawn day by day, and when a look at them first raises an alarm."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from interlock_evaluation.watching.changes import Change, changes_of
from interlock_evaluation.watching.traffic import Place, Sums, Tally, Traffic

TASKS = ("code_generation", "conversational", "quantitative", "translation")
DEPLOYMENTS = ("a", "b", "c")
SHARES = np.array([0.4, 0.3, 0.2, 0.1])


@dataclass(frozen=True, kw_only=True)
class World:
    """`calls` a day on average; `wander` is how far days differ, as the standard deviation of a logarithm.

    From the day `change` on, `failing` and `slower` say how many times as much, of all or `one` deployment,
    and `moved` the share of calls that go from the first task to the second.
    """

    calls: int
    wander: float = 0.0
    weekends: bool = False
    change: int = -1
    failing: float = 1.0
    slower: float = 1.0
    moved: float = 0.0
    one: bool = False

    def day(self, number: int, random: np.random.Generator) -> Traffic:
        """Days of the baseline lie below 0."""
        off = self.weekends and number % 7 >= 5
        shares = SHARES[::-1] if off else SHARES
        changed = 0 <= self.change <= number
        if changed:
            shares = shares + np.array([-self.moved, self.moved, 0, 0])
        if self.wander:
            shares = shares * np.exp(random.normal(0, self.wander, len(shares)))
            shares = shares / shares.sum()
        found = Traffic()
        counts = random.multinomial(random.poisson(self.calls / (2 if off else 1)), shares)
        for task, count in zip(TASKS, counts, strict=True):
            for deployment, asked in zip(
                DEPLOYMENTS, random.multinomial(count, [0.5, 0.3, 0.2]), strict=True
            ):
                hit = changed and (not self.one or deployment == "b")
                found.places[Place(deployment, task)] = self._tally(int(asked), random, hit)
            found.tasks[task] = int(count)
        found.calls = int(counts.sum())
        return found

    def _tally(self, asked: int, random: np.random.Generator, changed: bool) -> Tally:
        wander = np.exp(random.normal(0, self.wander, 4)) if self.wander else np.ones(4)
        failed = int(random.binomial(asked, min(1.0, 0.02 * (self.failing if changed else 1) * wander[0])))
        refused = int(random.binomial(asked - failed, min(1.0, 0.01 * wander[1])))
        seconds = random.normal(np.log(wander[2] * (self.slower if changed else 1)), 0.6, asked - failed)
        dollars = random.normal(np.log(0.002 * wander[3]), 0.8, asked - failed)
        return Tally(
            asked=asked,
            errors=Counter({"ServerError": failed} if failed else {}),
            refused=refused,
            latency=_sums(seconds),
            cost=_sums(dollars),
        )


def _sums(logs: np.ndarray) -> Sums:
    return Sums(
        count=len(logs), total=float(np.exp(logs).sum()), logs=float(logs.sum()), squares=float(logs @ logs)
    )


def first_alarm(
    world: World, seed: int, *, baseline: int, days: int, every: int, first: int = 0, level: float = 0.05
) -> int | None:
    """The day, from 0, of the first look that says that something has changed; one each `every` days."""
    random = np.random.default_rng([11, seed])
    before = [world.day(number - baseline, random) for number in range(baseline)]
    after: list[Traffic] = []
    for number in range(days):
        after.append(world.day(number, random))
        if number < first or ((number - first) % every and number != days - 1):
            continue
        if any(each.drifted for each in look(before, after, level)):
            return number
    return None


def look(before: list[Traffic], after: list[Traffic], level: float = 0.05) -> list[Change]:
    return changes_of(before, after, least=30, level=level, horizon=366)
