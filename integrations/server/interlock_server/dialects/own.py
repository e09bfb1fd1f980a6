"""What is Interlock's own in a body of any dialect: the object `interlock`, and metadata."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from interlock import RequestError
from interlock.types.request import RESCUE_MODES, Options
from interlock_server.dialects.reading import Fields, kind_of

OWN = "interlock"
"""The field of a body, of whichever dialect."""

RESERVED = "server."
"""How names of metadata begin that the server alone sets."""

MOST_METADATA = 16
LONGEST_NAME = 64
LONGEST_VALUE = 512

_KNOWN = frozenset(
    {
        "constraints", "demands", "ensemble", "metadata", "prefer", "rescue",
        "run", "step", "task", "timeout",
    }
)  # fmt: skip
_RESCUES = tuple(mode for mode in RESCUE_MODES if mode != "restart")


def own_options(body: Mapping[str, Any], path: str = OWN) -> Options:
    """What the object `interlock` of a body asks for, empty where there is none.

    Raises:
        RequestError: a field that is not known or not of its kind, by its path.
    """
    given = body.get(OWN)
    if given is None:
        return {}
    own, options = Fields(given, path, _KNOWN), Options()
    for name in ("task", "prefer", "run", "step"):
        if (text := own.text(name)) is not None:
            options[name] = text
    if (seconds := own.number("timeout", 0)) is not None:
        options["timeout"] = seconds
    if (rescue := own.text("rescue")) is not None:
        options["rescue"] = _rescue(own, rescue)
    if (constraints := own.mapping("constraints")) is not None:
        options["constraints"] = _constraints(constraints, own.at("constraints"))
    if "demands" in own:
        options["demands"] = _names(own.get("demands"), own.at("demands"))
    if "metadata" in own:
        options["metadata"] = metadata_of(own.get("metadata"), own.at("metadata"))
    if "ensemble" in own:
        options["ensemble"] = _ensemble(own.get("ensemble"), own.at("ensemble"))
    return options


def place_of(key: str) -> str:
    """Where an argument of a request stands in a body, as far as dialects agree: settings at the top, what is
    Interlock's own in its object.
    """
    head, _, rest = key.partition(".")
    if head == "settings":
        return rest
    return f"{OWN}.{key}" if head in _KNOWN and head != "metadata" else key


def metadata_of(given: Any, path: str) -> dict[str, str | float]:
    """Metadata as a request takes it: at most sixteen short names with short texts, numbers or truth values.

    Raises:
        RequestError: what is no such thing, or a name that the server alone sets.
    """
    if not isinstance(given, Mapping):
        raise RequestError(f"expected names and texts, not {kind_of(given)}", key=path)
    if len(given) > MOST_METADATA:
        raise RequestError(f"expected at most {MOST_METADATA} names, not {len(given)}", key=path)
    found: dict[str, str | float] = {}
    for name, value in given.items():
        if not 0 < len(name) <= LONGEST_NAME:
            raise RequestError(f"expected names of 1 to {LONGEST_NAME} characters", key=path)
        where = f"{path}.{name}"
        if name.startswith(RESERVED):
            raise RequestError(f"names that begin with {RESERVED} are the server's own", key=where)
        if isinstance(value, str) and len(value) > LONGEST_VALUE:
            raise RequestError(f"expected at most {LONGEST_VALUE} characters, not {len(value)}", key=where)
        if not isinstance(value, str | int | float) or (isinstance(value, float) and not isfinite(value)):
            raise RequestError(f"expected text or a number, not {kind_of(value)}", key=where)
        found[name] = value
    return found


def _rescue(own: Fields, rescue: str) -> str:
    if rescue == "restart":
        raise own.wrong("rescue", f"a stream cannot be begun again over HTTP; use {', '.join(_RESCUES)}")
    return own.one_of("rescue", _RESCUES) or rescue


def _constraints(given: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Texts, lists of texts and truth values; the request itself knows the names."""
    return {
        name: value if isinstance(value, bool) else _names(value, f"{path}.{name}")
        for name, value in given.items()
        if value is not None
    }


def _names(given: Any, path: str) -> list[str]:
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise RequestError("expected a name or a list of names", key=path)
    return names


def _ensemble(given: Any, path: str) -> str | Mapping[str, Any]:
    if not isinstance(given, str | Mapping):
        raise RequestError(f"expected a name or an object, not {kind_of(given)}", key=path)
    return given
