"""The section `connectors`: which services give tools, where they are, and with which key."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.schema import DestinationConfig, Part, PlacesText, Seconds, Text, at_key
from interlock.types.jurisdictions import BESIDE, UnknownRegionError, normalise
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


class IssuerConfig(Part):
    """The authorization server that gives tokens for a connector, by its issuer identifier."""

    url: Text
    region: PlacesText | None = None
    operator: Text | None = None
    parent: Text | None = None
    on_premise: bool | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        for key in ("region", "operator", "parent"):
            try:
                if (value := getattr(self, key)) is not None:
                    normalise(value)
            except UnknownRegionError as unknown:
                raise at_key(key, str(unknown), unknown.suggestion) from None
        return self

    @property
    def places(self) -> str:
        """The region: one as it is written, several as their codes; empty without one."""
        region = self.region or ""
        return normalise(region) if BESIDE in region else region


class ConnectorConfig(DestinationConfig):
    """One connector of the kind `connector`, whose schema checks the `options`; secrets may stand there."""

    id: Annotated[str, AfterValidator(_id)]
    connector: Text
    issuer: IssuerConfig | None = None
    timeouts: ConnectorTimeoutsConfig = ConnectorTimeoutsConfig()
    options: Annotated[dict[str, Any], AfterValidator(Unprinted)] = Field(default_factory=dict)
