"""A configuration as it may be written down: without keys, headers and passwords."""

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = ("env:", "file:")
_NAME = (
    r"(?:[^=&#\s]*[-_.])?(?:api|access|auth)?"
    r"(?:key|token|secret|password|passwd|pwd|sig|signature|authorization)"
)
_LEFT_OUT = ("headers", "extra_body")
# As far as the last @, since a password may hold one.
_USER = re.compile(r"(?<=://)[^/\s]*@")
_QUERY = re.compile(rf"(?<=[?&]){_NAME}=[^&#\s]*&?", re.IGNORECASE)


class Unprinted(dict[str, Any]):
    """A configuration that prints as it may be written down."""

    def __repr__(self) -> str:
        return repr(without_secrets(dict(self)))


def without_secrets(config: Any) -> Any:
    """The configuration without headers and `extra_body`, and without credentials in addresses.

    A vendor alone knows what in these is secret, and so nothing of them is kept. A literal key becomes
    `env:<DEPLOYMENT>_API_KEY`.
    """
    if isinstance(config, str):
        return _address(config)
    if isinstance(config, Mapping):
        bare = {key: without_secrets(value) for key, value in config.items() if key not in _LEFT_OUT}
        key = config.get("api_key")
        if key is not None and not (isinstance(key, str) and key.startswith(_REFERENCE)):
            bare["api_key"] = f"env:{_variable(config)}"
        return bare
    if isinstance(config, (list, tuple)):
        return [without_secrets(item) for item in config]
    return config


def _address(text: str) -> str:
    if "://" not in text:
        return text
    text = _USER.sub("", text)
    shorter = _QUERY.sub("", text)
    return text if shorter == text else shorter.rstrip("?&")


def _variable(deployment: Mapping[str, Any]) -> str:
    return re.sub(r"\W", "_", str(deployment.get("id", "INTERLOCK"))).upper() + "_API_KEY"
