"""From an instance's fields and a call's keywords to the options of the router's verbs."""

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from interlock import Constraints, Request, RequestError, Settings
from llama_index.llms.interlock.arguments import SETTINGS, body, named
from llama_index.llms.interlock.rules import RULES
from llama_index.llms.interlock.tools import written_tools

_FREE, _UNSET = Constraints(), Settings()
_ROUTING = tuple(field.name for field in fields(Request) if field.name not in ("messages", "settings"))
_PLAIN = tuple(name for name in _ROUTING if name not in ("constraints", "metadata"))
_KNOWN = (*_ROUTING, *RULES, "settings", *SETTINGS)
_IGNORED = ("extra_headers",)  # core's DocumentContextExtractor gives every model one of Anthropic's


def options(standing: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a call asks for: its own keywords over those of the instance, None meaning not given.

    Constraints are the exception: a call's tighten the instance's and never replace them.

    Raises:
        RequestError: naming the keyword that there is none of.
    """
    given = named(given)
    if additional := standing.get("additional_kwargs"):
        standing = _added(standing, body(additional, (*SETTINGS, "tool_choice", "output")))
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
    if (rules := _constraints(standing).tightened(_constraints(given))) != _FREE:
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
    plain = {name: source[name] for name in SETTINGS if source.get(name) is not None}
    return _mapping(source, "settings") | plain


def _constraints(source: Mapping[str, Any]) -> Constraints:
    """As a whole and by name; all of them hold."""
    whole = source.get("constraints")
    given = Request("", constraints=whole).constraints if whole else _FREE  # a request refuses unknown keys
    by_name = {name: source[name] for name in RULES if source.get(name) is not None}
    return given.tightened(Constraints(**by_name)) if by_name else given


def _added(standing: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    extra = {**(standing.get("extra") or {}), **body.get("extra", {})}
    return {**standing, **body, **({"extra": extra} if extra else {})}


def _mapping(source: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = source.get(key)
    if value is None:
        return {}
    if isinstance(value, Settings):
        return {name: said for name in SETTINGS if (said := getattr(value, name)) != getattr(_UNSET, name)}
    if not isinstance(value, Mapping):
        raise RequestError(f"expected a mapping, not {type(value).__name__}", key=key)
    return dict(value)
