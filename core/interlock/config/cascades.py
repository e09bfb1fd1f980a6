"""The section `cascades`: tasks that are asked cheap first."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from interlock.config.schema import Dollars, Limit, Names, Part, Share, at_key

_COMPARED = 3


class CascadeConfig(Part):
    """Models or deployments, cheapest first; without `steps` they go by price. `signal` says what an answer
    has to satisfy so that the next step is not asked.

    `threshold` is what the signal's value must reach, from 0 to 1. `max_cost` is in US dollars for each call,
    `max_steps` how many steps it may ask.
    """

    steps: Annotated[Names, Field(max_length=26)] = ()
    signal: Literal["schema", "agreement", "logprobs"] = "schema"
    threshold: Share | None = None
    absent: Literal["escalate", "accept"] = "escalate"
    rejected: Literal["fail", "hand_over"] = "fail"
    max_cost: Dollars | None = None
    max_steps: Limit | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.steps) == 1:
            raise at_key("steps", "expected at least two: one step is no cascade.")
        if self.signal == "agreement" and self.steps and len(self.steps) < _COMPARED:
            raise at_key("steps", "expected at least three: two that are compared, and one to settle it.")
        if self.signal in ("schema", "agreement"):
            if self.threshold is not None:
                raise at_key("threshold", f"{self.signal} has none: an answer satisfies it or does not.")
        elif self.threshold is None:
            raise at_key("threshold", f"is missing: {self.signal} needs a value to reach.")
        return self
