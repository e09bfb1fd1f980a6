"""Budgets that plugins tell for each request, before they are counted by."""

from collections.abc import Iterable, Sequence
from functools import partial

from interlock.budgets.books import Sourced
from interlock.logs import redacting_logger
from interlock.protocols import BudgetSource
from interlock.types.budgets import Budget
from interlock.types.remembered import Remembered
from interlock.types.request import Request

_log = redacting_logger("interlock.budgets")


class Untold(Exception):
    """A source did not say which budgets concern a request. Its text is a sentence."""


class BudgetSources:
    """What plugins say of budgets, checked."""

    def __init__(self, sources: Iterable[BudgetSource]) -> None:
        self._sources = tuple((source, Remembered(partial(_sound, source.name))) for source in sources)

    def of(self, request: Request) -> Sourced:
        """The budgets that concern a request.

        Raises:
            Untold: by no fault of the request.
        """
        found: Sourced = ()
        for source, checked in self._sources:
            name = source.name
            try:
                told = source.budgets(request)
                # A source may tell the same each time, and what is a tuple stays as it is.
                sound = checked(told) if type(told) is tuple else _sound(name, told)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything
                _log.error("the budgets of %s could not be told: %s", name, type(error).__name__)
                what = f"the budgets of {name} are not known, and what cannot be counted is not sent"
                raise Untold(what) from None
            found = (*found, *sound) if found else sound
        return found


def _sound(source: str, told: Sequence[object]) -> Sourced:
    found: list[tuple[str, Budget]] = []
    for budget in told:
        if not isinstance(budget, Budget):
            raise TypeError("a source offers Budgets")
        found.append((source, budget))
    if len({budget.id for _, budget in found}) != len(found):
        raise ValueError("several budgets have one id")
    return tuple(found)
