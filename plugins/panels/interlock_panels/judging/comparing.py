"""Answers beside each other, in one order and in the other."""

import asyncio
from dataclasses import dataclass

from interlock_panels.judging import prompts, schemas
from interlock_panels.judging.bench import Bench
from interlock_panels.judging.labels import drawn
from interlock_panels.showing import Material


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom a judge prefers, by the member's label, and its own words; those are content."""

    label: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What one judge says of the same answers in each order in which it was asked.

    Attributes:
        choices: one for each order; None where it said nothing that can be read.
    """

    choices: tuple[Choice | None, ...]

    @property
    def label(self) -> str | None:
        """Whom it prefers in every order, if there is such a one."""
        labels = {None if each is None else each.label for each in self.choices}
        return labels.pop() if len(labels) == 1 else None

    @property
    def is_heard(self) -> bool:
        """Whether anything that it said can be read."""
        return any(each is not None for each in self.choices)

    @property
    def is_flipped(self) -> bool:
        """Whether it prefers another in another order."""
        return len({each.label for each in self.choices if each is not None}) > 1

    @property
    def reason(self) -> str:
        """Its own words on whom it prefers in every order."""
        return next((each.reason for each in self.choices if each is not None and each.reason), "")


async def compared(
    bench: Bench, material: Material, labels: tuple[str, ...], *, both_orders: bool
) -> tuple[Ballot, ...]:
    """A ballot of each judge. In one order alone, that is drawn."""
    orders = [labels, labels[::-1]]
    if not both_orders:
        orders = [orders[int(bench.random() * 2) % 2]]
    ballots = [[_asked(bench, material, order, judge) for order in orders] for judge in bench.seats]
    said = await asyncio.gather(*(asyncio.gather(*each) for each in ballots))
    return tuple(Ballot(choices=tuple(each)) for each in said)


async def _asked(bench: Bench, material: Material, order: tuple[str, ...], judge: int) -> Choice | None:
    options = bench.options
    names = dict(zip(drawn(len(order), bench.random, material.texts(*order)), order, strict=True))
    told = prompts.COMPARE.format(
        data=prompts.DATA,
        criteria=prompts.judged_by(options.criteria),
        instructions=prompts.told_further(options.instructions),
    )
    reminder = prompts.COMPARE_REMINDER.format(labels=" or ".join(names))
    said = await bench.ask(
        judge, lambda most: material.prompt(told, names, reminder, most), schemas.better(list(names))
    )
    better = None if said is None else said.get("better")
    if said is None or not isinstance(better, str) or better not in names:
        return None
    return Choice(label=names[better], reason=renamed(said.get("reason"), names))


def renamed(reason: object, names: dict[str, str]) -> str:
    """A judge's words with the members' own labels."""
    if not isinstance(reason, str):
        return ""
    for name, label in names.items():
        reason = reason.replace(name, label)
    return reason
