"""The section `tools`: what the user says of tools, whatever they say of themselves."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.schema import Part, Seconds, Text, number
from interlock.types.tool_policies import RequiresGrant, ToolPolicy, ToolRule
from interlock.types.tools import Repeat, RepeatWay, ToolEffect

_Settling = Annotated[float, BeforeValidator(number), Field(ge=0, allow_inf_nan=False)]


class ToolRuleConfig(Part):
    """What holds for the tools that `tools` names; `retention` and `settles_within` are in seconds."""

    tools: Text
    effect: ToolEffect | None = None
    repeat: RepeatWay | None = None
    retention: Seconds | None = None
    settles_within: _Settling | None = None

    @model_validator(mode="after")
    def _retains_keys(self) -> Self:
        if self.retention is not None and self.repeat != "key":
            message = "is how long a service remembers a key; it goes with repeat: key."
            raise PydanticCustomError("named", "{message}", {"at": "retention", "message": message})
        return self

    def rule(self) -> ToolRule:
        repeat = None if self.repeat is None else Repeat(self.repeat, retention=self.retention)
        return ToolRule(
            tools=self.tools, effect=self.effect, repeat=repeat, settles_within=self.settles_within
        )


class ToolsConfig(Part):
    """The first of the `rules` that fits a tool decides."""

    requires_grant: RequiresGrant = "destructive"
    rules: tuple[ToolRuleConfig, ...] = ()

    def policy(self) -> ToolPolicy:
        return ToolPolicy(rules=tuple(each.rule() for each in self.rules), requires_grant=self.requires_grant)
