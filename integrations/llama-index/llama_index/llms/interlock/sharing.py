"""A configuration without its secrets: what may be written down, pickled or sent elsewhere."""

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any
from urllib.parse import urlsplit, urlunsplit

Config = str | dict[str, Any]

_REFERENCES = ("env:", "file:")


def as_config(source: "str | PathLike[str] | Mapping[str, Any] | None") -> Config | None:
    if source is None or isinstance(source, str):
        return source
    return dict(source) if isinstance(source, Mapping) else fspath(source)


class Unprinted(dict[str, Any]):
    """A configuration that prints as it may be written down."""

    def __repr__(self) -> str:
        return repr(without_secrets(dict(self)))


def without_secrets(config: Config | None) -> Config | None:
    """The same configuration, but for keys given by value, headers, `extra_body`, and passwords in addresses.

    Whoever reads it again finds keys where Interlock looks for them anyway, in the environment.
    """
    if not isinstance(config, dict):
        return config
    kept = {key: _bare(value) if isinstance(value, str) else value for key, value in config.items()}
    if isinstance(parts := config.get("deployments"), list | tuple):
        kept["deployments"] = [_deployment(part) if isinstance(part, Mapping) else part for part in parts]
    return kept


def _deployment(part: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in part.items():
        if key in ("headers", "extra_body") or (key == "api_key" and not _is_reference(value)):
            continue
        kept[key] = _bare(value) if isinstance(value, str) else value
    return kept


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_REFERENCES)


def _bare(text: str) -> str:
    """An address without a user's name and password."""
    if "://" not in text or "@" not in text:
        return text
    parts = urlsplit(text)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
