"""Budgets that plugins tell for each request, before they are counted by."""

from collections.abc import Iterable

from interlock.budgets.books import Sourced
from interlock.logs import redacting_logger
from interlock.protocols import BudgetSource
from interlock.types.budgets import Budget
from interlock.types.request import Request

_log = redacting_logger("interlock.budgets")


class Untold(Exception):
    """A source did not say which budgets concern a request. Its text is a sentence."""


class BudgetSources:
    """What plugins say of budgets, checked."""

    def __init__(self, sources: Iterable[BudgetSource]) -> None:
        self._sources = tuple((source.name, source.budgets) for source in sources)

    def of(self, request: Request) -> Sourced:
        """The budgets that concern a request.

        Raises:
            Untold: by no fault of the request.
        """
        found: list[tuple[str, Budget]] = []
        for name, budgets in self._sources:
            try:
                told = budgets(request)
                found += [(name, _sound(budget)) for budget in told]
                if len({budget.id for budget in told}) != len(told):
                    raise ValueError("several budgets have one id")
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything
                _log.error("the budgets of %s could not be told: %s", name, type(error).__name__)
                what = f"the budgets of {name} are not known, and what cannot be counted is not sent"
                raise Untold(what) from None
        return found


def _sound(budget: object) -> Budget:
    if not isinstance(budget, Budget):
        raise TypeError("a source offers Budgets")
    return budget
