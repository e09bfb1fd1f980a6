"""The section `budgets`: what may be spent, by whom, where, in which time."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.schema import Dollars, Limit, Names, Part, Text
from interlock.types.budgets import Budget


class BudgetConfig(Part):
    """A limit for each calendar window in UTC. `deployments` are models or deployments; none means all."""

    id: Text
    per: Literal["minute", "hour", "day", "month"]
    usd: Dollars | None = None
    tokens: Limit | None = None
    requests: Limit | None = None
    each: Text | None = None
    where: dict[Text, Text] = Field(default_factory=dict)
    deployments: Names = ()

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.usd is None and self.tokens is None and self.requests is None:
            message = "limits nothing; it needs usd, tokens or requests."
            raise PydanticCustomError("named", "{message}", {"message": message})
        return self

    def budget(self, deployments: frozenset[str]) -> Budget:
        """The budget, over the deployments that its names stand for."""
        return Budget(
            id=self.id,
            per=self.per,
            usd=self.usd,
            tokens=self.tokens,
            requests=self.requests,
            each=self.each,
            where=self.where,
            deployments=deployments,
        )


def _ids_differ(budgets: tuple[BudgetConfig, ...]) -> tuple[BudgetConfig, ...]:
    seen: dict[str, int] = {}
    for index, budget in enumerate(budgets):
        first = seen.setdefault(budget.id, index)
        if first != index:
            message = f"{budget.id!r} is the id of budgets.{first} too; each needs its own."
            raise PydanticCustomError("named", "{message}", {"at": f"{index}.id", "message": message})
    return budgets


Budgets = Annotated[tuple[BudgetConfig, ...], AfterValidator(_ids_differ)]
