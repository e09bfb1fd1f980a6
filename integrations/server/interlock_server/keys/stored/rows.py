"""A key as a database keeps it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock import ConfigError
from interlock_server.keys.entry import principal_of
from interlock_server.keys.ring import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """`fields` are those of a file beside the secret, as JSON; `made_at` and `revoked_at` are in seconds
    since the epoch.
    """

    id: str
    sha256: str
    fields: str
    made_at: float
    revoked_at: float | None = None

    def written(self) -> Mapping[str, Any]:
        """The fields as a file would have them.

        Raises:
            ConfigError: they are no JSON object.
        """
        try:
            fields = json.loads(self.fields)
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            raise ConfigError("its fields are no JSON object.", key=self.id)
        return fields

    def key(self) -> Key:
        """The key, revoked or not.

        Raises:
            ConfigError: a later version, or somebody else, has written what is not known here.
        """
        return Key(principal=principal_of(self.id, self.written()), digests=(self.sha256,))
