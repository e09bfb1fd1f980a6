"""A configuration as it may be written down: without keys, headers and passwords."""

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = ("env:", "file:")
_NAME = (
    r"(?:[^=&#\s]*[-_.])?(?:api|access|auth)?"
    r"(?:key|token|secret|password|passwd|pwd|sig|signature|authorization)"
)
_SECRET = re.compile(_NAME, re.IGNORECASE)
# As far as the last @, since a password may hold one.
_USER = re.compile(r"(?<=://)[^/\s]*@")
_QUERY = re.compile(rf"(?<=[?&]){_NAME}=[^&#\s]*&?", re.IGNORECASE)


def without_secrets(config: Any) -> Any:
    """The configuration without headers, and without credentials in addresses and in `extra_body`.

    A literal key becomes `env:<DEPLOYMENT>_API_KEY`.
    """
    if isinstance(config, str):
        return _address(config)
    if isinstance(config, Mapping):
        bare = {key: without_secrets(value) for key, value in config.items() if key != "headers"}
        key = config.get("api_key")
        if key is not None and not (isinstance(key, str) and key.startswith(_REFERENCE)):
            bare["api_key"] = f"env:{_variable(config)}"
        if "extra_body" in config:
            bare["extra_body"] = _unnamed(config["extra_body"])
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


def _unnamed(body: Any) -> Any:
    """A body, which its vendor alone understands, without what is called a key, a token and the like."""
    if isinstance(body, Mapping):
        return {name: _unnamed(value) for name, value in body.items() if not _SECRET.fullmatch(str(name))}
    if isinstance(body, (list, tuple)):
        return [_unnamed(item) for item in body]
    return without_secrets(body)


def _variable(deployment: Mapping[str, Any]) -> str:
    return re.sub(r"\W", "_", str(deployment.get("id", "INTERLOCK"))).upper() + "_API_KEY"
