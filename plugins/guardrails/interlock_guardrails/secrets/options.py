"""What the configuration says of secrets."""

from dataclasses import dataclass
from typing import Literal

from interlock import ConfigError
from interlock.types.passages import Phase

__all__ = ["SecretsAction", "SecretsOptions"]

SecretsAction = Literal["block", "mask", "flag", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsOptions:
    """What is done with a secret, by where it stands: block, mask, flag, or ignore, which does not look.

    Raises:
        ConfigError: nothing is looked at.

    Attributes:
        request: in what the caller sends, earlier turns included.
        tool_result: in what a tool gave back.
        answer: in the text and the reasoning of an answer.
        tool_arguments: in the arguments of a tool call that the model asks for.
    """

    request: SecretsAction = "mask"
    tool_result: SecretsAction = "mask"
    answer: SecretsAction = "mask"
    tool_arguments: SecretsAction = "block"

    def __post_init__(self) -> None:
        if not self.actions:
            raise ConfigError(
                "request, tool_result, answer and tool_arguments are all ignored, so nothing is looked at; "
                "leave the section out."
            )

    @property
    def actions(self) -> dict[Phase, SecretsAction]:
        """The action of each phase that is looked at."""
        told: dict[Phase, SecretsAction] = {
            "request": self.request,
            "tool_result": self.tool_result,
            "answer": self.answer,
            "tool_arguments": self.tool_arguments,
        }
        return {phase: action for phase, action in told.items() if action != "ignore"}
