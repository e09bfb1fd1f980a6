"""The section `guardrails`: what Interlock reads of each, and what is left for the guardrail's own schema."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict

from interlock.config.schema import Part, Seconds, Text, nothing_is_empty
from interlock.types.models import Unprinted


class GuardrailConfig(Part):
    """What is None is left to the guardrail.

    Attributes:
        timeout: seconds for each time that it is asked; without it, the guardrail's own.
        on_error: where it fails, `block` ends the call and `pass` goes on; without it, the guardrail's own.
    """

    model_config = ConfigDict(extra="allow")

    timeout: Seconds | None = None
    on_error: Literal["block", "pass"] | None = None

    @property
    def options(self) -> Mapping[str, Any]:
        """What is written beside, for the guardrail's own schema. A secret may stand in it."""
        return Unprinted(self.model_extra or {})

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [("timeout", self.timeout), ("on_error", self.on_error), ("options", self.options)]


Guardrails = dict[Text, Annotated[GuardrailConfig, BeforeValidator(nothing_is_empty)]]
