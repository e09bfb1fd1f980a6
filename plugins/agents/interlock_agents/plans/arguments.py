"""Values as the arguments of a tool, which are JSON: bytes go where a tool takes them as base64."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from interlock import RequestError
from interlock_agents.plans.schemas import misfits, schema_complaint

__all__ = ["as_arguments"]


def as_arguments(value: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a tool, with references filled, as the JSON that it is given.

    Args:
        value: by name; bytes may be in it.
        parameters: the tool's JSON schema. Its patterns are the tool's to heed, and one that is no schema
            forbids nothing.

    Raises:
        RequestError: they do not fit it, bytes where it does not say `contentEncoding: base64` among them;
            naming the arguments and no value.
    """
    usable = schema_complaint(parameters, patterns=False) is None
    found = misfits(parameters if usable else {"type": "object"}, value, patterns=False)
    wrong = [f"{'.'.join(map(str, at)) or 'the arguments'}: {message}" for at, message in found]
    if wrong:
        raise RequestError("; ".join(wrong), key="with")
    return {name: _as_json(item) for name, item in value.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {name: _as_json(item) for name, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, list | tuple) else value
