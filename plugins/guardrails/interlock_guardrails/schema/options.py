"""What the configuration says of schemas."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from interlock import ConfigError

__all__ = ["SchemaOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaOptions:
    """What an answer, and the arguments of a tool call, must fit.

    Raises:
        ConfigError: no schema at all, or two for the answer.

    Attributes:
        schema: the JSON schema of answers, written here.
        file: a file that holds the JSON schema of answers instead.
        within: where an answer's JSON stands: the whole text, which may be in one code fence, or the first
            block fenced as json, with prose around it.
        tools: the name of a tool, and the JSON schema of its arguments.
        action: block, which asks another deployment, or flag, which goes on and is recorded.
    """

    schema: dict[str, Any] | None = None
    file: Path | None = None
    within: Literal["whole", "fenced"] = "whole"
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    action: Literal["block", "flag"] = "block"

    def __post_init__(self) -> None:
        if self.schema is not None and self.file is not None:
            raise ConfigError("the schema of answers stands in schema already.", key="file")
        if self.schema is None and self.file is None and not self.tools:
            raise ConfigError("says no schema; say file:, schema: or tools:.")
