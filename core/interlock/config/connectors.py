"""The section `connectors`: which services give tools, where they are, and with which key."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from interlock.config.schema import DestinationConfig, Part, Seconds, Text
from interlock.types.models import Timeouts, Unprinted

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}", re.ASCII)


def _id(value: str) -> str:
    """It may stand before a tool's name, and so consists of what vendors take in one."""
    if not _ID.fullmatch(value):
        message = "expected a letter, and up to 31 more letters, digits, hyphens and underscores."
        raise PydanticCustomError("named", "{message}", {"message": message})
    return value


class ConnectorTimeoutsConfig(Part):
    """Seconds: `connect` until a connection stands, `total` for one run of a tool."""

    connect: Seconds | None = None
    total: Seconds | None = None

    def over(self, base: Timeouts) -> Timeouts:
        return Timeouts(connect=self.connect or base.connect, total=self.total or base.total)


class ConnectorConfig(DestinationConfig):
    """One connector of the kind `connector`, whose schema checks the `options`; secrets may stand there."""

    id: Annotated[str, AfterValidator(_id)]
    connector: Text
    timeouts: ConnectorTimeoutsConfig = ConnectorTimeoutsConfig()
    options: Annotated[dict[str, Any], AfterValidator(Unprinted)] = Field(default_factory=dict)
