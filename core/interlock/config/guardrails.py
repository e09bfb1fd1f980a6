"""The section `guardrails`: what Interlock reads of each, and what is left for the guardrail's own schema."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict

from interlock.config.schema import Part, Seconds, Text, nothing_is_empty
from interlock.types.models import Unprinted


class GuardrailConfig(Part):
    """`timeout` is in seconds, for each time that it is asked; `on_error: pass` goes on without it where it
    fails. None leaves either to the guardrail.
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
