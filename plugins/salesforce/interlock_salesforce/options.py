"""The connector's own options."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

from interlock import ConfigError
from interlock_salesforce.names import is_name

_VERSION = re.compile(r"[1-9][0-9]{1,2}\.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesforceOptions:
    """What a connector to one org may be told.

    Attributes:
        auth: `client_credentials`: the key is `consumer_key:consumer_secret`. `jwt`: it is the private key in
            PEM whose certificate the app has. `bearer`: it is the token of a session, and is never renewed.
        consumer_key: of the External Client App, for `jwt`.
        username: of the user as whom `jwt` acts.
        audience: for `jwt`; empty means https://login.salesforce.com, of a sandbox https://test.salesforce.com.
        token_path: of the endpoint for tokens: the org's own, or that of the connector's `issuer`.
        version: of the REST API.
        references: object -> an external id field of it that nobody else writes: what is created goes there
            under the reference of its run, which makes it once, however often it is sent.
        settles_within: seconds after which what SOQL does not show has not been written.

    Raises:
        ConfigError: a value is none of these, or what `jwt` needs is missing.
    """

    auth: Literal["client_credentials", "jwt", "bearer"] = "client_credentials"
    consumer_key: str = ""
    username: str = ""
    audience: str = ""
    token_path: str = "/services/oauth2/token"  # noqa: S105 - where tokens are, and none
    version: str = "66.0"
    references: Mapping[str, str] = field(default_factory=dict)
    settles_within: float = 60.0

    def __post_init__(self) -> None:
        if self.auth == "jwt":
            for name in ("consumer_key", "username"):
                if not getattr(self, name):
                    raise ConfigError("is missing: jwt needs it.", key=name)
        if not _VERSION.fullmatch(self.version):
            raise ConfigError(f"expected a version such as 66.0, not {self.version!r}.", key="version")
        for name, reference in self.references.items():
            for each in (name, reference):
                if not is_name(each):
                    raise ConfigError(f"{each!r} is no API name of Salesforce's.", key="references")
        if not (isfinite(self.settles_within) and self.settles_within >= 0):
            raise ConfigError(f"expected seconds, not {self.settles_within}.", key="settles_within")

    @property
    def root(self) -> str:
        """The path below which the REST API is."""
        return f"/services/data/v{self.version}"

    def reference(self, name: str) -> str | None:
        """The field for references of an object; Salesforce does not tell capitals from small letters."""
        known = {each.casefold(): reference for each, reference in self.references.items()}
        return known.get(name.casefold())
