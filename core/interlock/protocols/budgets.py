"""Budgets that do not stand in the configuration."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from interlock.types.budgets import Budget
from interlock.types.request import Request


@runtime_checkable
class BudgetSource(Protocol):
    """Says which budgets concern a request, beside those of the configuration.

    A budget is known by its `id`, and within one window goes on from what was counted under it, whatever else
    of it has changed since: its limits are those of the last time that it was told. Another `per` or `each`
    makes another budget of it.
    """

    api: int
    name: str

    def budgets(self, request: Request) -> Sequence[Budget]:
        """The budgets that concern this request, none if no budget does. Their ids differ.

        Asked several times for each request and on the hot path: it returns at once, from memory. What it
        raises keeps the request from every deployment.
        """
        ...
