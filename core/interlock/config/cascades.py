"""The section `cascades`: tasks that are asked cheap first."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from interlock.config.schema import Dollars, Limit, Names, Part, Share, Text, at_key
from interlock.types.escalations import SignalName

_COMPARED = 3


class CascadeConfig(Part):
    """Models or deployments, cheapest first; without `steps` they go by price. `signal` says what an answer
    has to satisfy so that the next step is not asked.

    `threshold` is what the signal's value must reach, from 0 to 1. `verifier` are the models that an arbiter,
    which `mode` names, asks about an answer. `calibration` is a file that says what the signal is worth.
    `max_cost` is in US dollars for each call, `max_steps` how many steps it may ask.
    """

    steps: Annotated[Names, Field(max_length=26)] = ()
    signal: SignalName = "schema"
    threshold: Share | None = None
    verifier: Annotated[Names, Field(max_length=9)] = ()
    mode: Text = "verify"
    calibration: Text | None = None
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
        elif self.signal == "logprobs" and self.threshold is None and self.calibration is None:
            raise at_key("threshold", "is missing: logprobs needs a value to reach.")
        if self.signal == "verifier" and not self.verifier:
            raise at_key("verifier", "is missing: this says which model is asked about an answer.")
        if self.signal != "verifier" and self.verifier:
            raise at_key("verifier", f"{self.signal} asks nobody; leave this out, or write signal: verifier.")
        if self.calibration is not None and (self.signal == "schema" or not self.steps):
            what = "needs steps" if not self.steps else "schema has nothing to calibrate"
            raise at_key("calibration", f"{what}: what was measured holds for the models that were asked.")
        return self
