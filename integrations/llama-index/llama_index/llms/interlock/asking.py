"""From an instance's fields and a call's keywords to the options of the router's verbs."""

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from interlock import Constraints, Request, RequestError, Settings, tighten
from llama_index.llms.interlock.tools import written_tools

_FREE, _UNSET = Constraints(), Settings()
_SETTINGS = tuple(field.name for field in fields(Settings))
_ROUTING = tuple(field.name for field in fields(Request) if field.name not in ("messages", "settings"))
_PLAIN = tuple(name for name in _ROUTING if name not in ("constraints", "metadata"))
_KNOWN = (*_ROUTING, "residency", "settings", *_SETTINGS)
_IGNORED = ("extra_headers",)  # core's DocumentContextExtractor gives every model one of Anthropic's


def options(standing: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a call asks for: its own keywords over those of the instance, None meaning not given.

    Constraints are the exception: a call's tighten the instance's and never replace them.

    Raises:
        RequestError: naming the keyword that there is none of.
    """
    for name in given:
        if name not in _KNOWN and name not in _IGNORED:
            near = get_close_matches(name, _KNOWN, n=1)
            raise RequestError(
                f"there is no such keyword; there are {', '.join(_KNOWN)}.",
                key=name,
                suggestion=near[0] if near else None,
            )
    asked = {name: value for name in _PLAIN if (value := _first(name, given, standing)) is not None}
    settings = _settings(standing) | _settings(given)
    if settings:
        asked["settings"] = settings
    if (rules := tighten(_constraints(standing), _constraints(given))) != _FREE:
        asked["constraints"] = rules
    if metadata := _mapping(standing, "metadata") | _mapping(given, "metadata"):
        asked["metadata"] = {
            name: value if isinstance(value, int | float) else str(value) for name, value in metadata.items()
        }
    if "tools" in asked:
        asked["tools"] = written_tools(asked["tools"])
        if not asked["tools"]:
            asked.pop("tool_choice", None)  # there is nothing to choose from
    return asked


def _first(name: str, *sources: Mapping[str, Any]) -> Any:
    return next((source[name] for source in sources if source.get(name) is not None), None)


def _settings(source: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: source[name] for name in _SETTINGS if source.get(name) is not None}
    return _mapping(source, "settings") | plain


def _constraints(source: Mapping[str, Any]) -> Constraints:
    rules, residency = source.get("constraints"), source.get("residency")
    given = Request("", constraints=rules).constraints if rules else _FREE  # a request refuses unknown keys
    return given if residency is None else tighten(given, Constraints(residency=residency))


def _mapping(source: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = source.get(key)
    if value is None:
        return {}
    if isinstance(value, Settings):
        return {name: said for name in _SETTINGS if (said := getattr(value, name)) != getattr(_UNSET, name)}
    if not isinstance(value, Mapping):
        raise RequestError(f"expected a mapping, not {type(value).__name__}", key=key)
    return dict(value)
