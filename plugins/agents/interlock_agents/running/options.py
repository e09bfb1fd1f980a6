"""What a run was started with, as it is kept: whoever resumes it needs no more than its id."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self

from interlock import Constraints, Request, RequestError
from interlock.types.names import nearest
from interlock_agents.budgets import Amounts

Drive = Literal["models", "policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Of one run.

    Attributes:
        drive: who does its model nodes.
        limit: calls of models and tools.
        budget: what its calls may cost; 0 is no limit.
    """

    drive: Drive = "models"
    limit: int = 50
    budget: Amounts = field(default_factory=Amounts)
    constraints: Constraints = field(default_factory=Constraints)

    def written(self) -> str:
        """As JSON text."""
        constraints = {each.name: getattr(self.constraints, each.name) for each in fields(Constraints)}
        plain = {
            "drive": self.drive,
            "limit": self.limit,
            "budget": {"usd": self.budget.usd, "tokens": self.budget.tokens, "seconds": self.budget.seconds},
            "constraints": {
                name: sorted(value) if isinstance(value, frozenset) else value
                for name, value in constraints.items()
                if value
            },
        }
        return json.dumps(plain)

    @classmethod
    def read(cls, text: str) -> Self:
        """Out of what `written` gave."""
        plain: Mapping[str, Any] = json.loads(text)
        return cls(
            drive=plain["drive"],
            limit=plain["limit"],
            budget=Amounts(**plain["budget"]),
            constraints=Constraints(**plain["constraints"]),
        )


def constraints_of(given: Constraints | Mapping[str, Any] | None) -> Constraints:
    """Constraints as callers write them. Raises RequestError for what cannot be meant."""
    return Request("", constraints=given or Constraints()).constraints


def amounts_of(given: Amounts | Mapping[str, float] | None) -> Amounts:
    """A budget as callers write it. Raises RequestError for what is none."""
    if given is None or isinstance(given, Amounts):
        return given or Amounts()
    known = ("usd", "tokens", "seconds")
    for name in given:
        if name not in known:
            message = f"there is no such budget; there are {', '.join(known)}."
            raise RequestError(message, key=f"budget.{name}", suggestion=nearest(str(name), known))
    return Amounts(**given)  # type: ignore[arg-type]  # checked there
