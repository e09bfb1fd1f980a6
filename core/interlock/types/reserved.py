"""Names that a request's `extra` may not use: they decide where a request goes, what it says, or how much
of it comes, and what decides that has been checked. Pure data and comparison.
"""

from collections.abc import Mapping
from typing import Any

from interlock.errors import RequestError

# By what stands in their place. Spelled as `folded` spells them.
_PLACES: Mapping[str, str] = {
    **dict.fromkeys(("model", "models", "modelid", "engine", "deployment", "deploymentid"), "model="),
    **dict.fromkeys(
        (
            "messages", "contents", "content", "input", "inputs", "prompt", "system", "systeminstruction",
            "systemprompt", "instructions", "documents", "conversation", "conversationid",
            "previousresponseid", "cachedcontent",
        ),
        "the request's messages",
    ),
    **dict.fromkeys(
        ("tools", "functions", "mcpservers", "websearchoptions", "searchparameters", "enablesearch"), "tools="
    ),
    **dict.fromkeys(("toolchoice", "toolconfig", "functioncall"), "tool_choice="),
    **dict.fromkeys(
        ("maxtokens", "maxcompletiontokens", "maxoutputtokens", "maxnewtokens"), "settings.max_tokens"
    ),
    **dict.fromkeys(("n", "candidatecount", "bestof", "numreturnsequences"), ""),
    **dict.fromkeys(("stream", "streamoptions"), "router.stream"),
    # Vendors that route, fetch or compute elsewhere when a body says so.
    **dict.fromkeys(
        (
            "provider", "providers", "route", "router", "routing", "fallback", "fallbacks", "transforms",
            "plugins", "preset", "region", "location", "inferencegeo", "kvtransferparams", "datasources",
            "url", "baseurl", "apibase", "endpoint", "apikey", "headers", "extraheaders", "extraquery",
            "extrabody",
        ),
        "",
    ),
}  # fmt: skip
# What of a body is a body again to the model behind it.
_BODIES = frozenset({"generationconfig", "inferenceconfig", "additionalmodelrequestfields"})


def folded(name: object) -> str:
    """A key as the laxest vendor reads it: without case, underscores and the like."""
    return "".join(letter for letter in str(name).casefold() if letter.isalnum())


def reserved(extra: Mapping[str, Any], path: str = "") -> tuple[str, str] | None:
    """The first key that is reserved, dotted, and what stands in its place; None when there is none."""
    for name, value in extra.items():
        key, where = folded(name), f"{path}{name}"
        if key in _PLACES:
            return where, _PLACES[key]
        if key in _BODIES and isinstance(value, Mapping) and (found := reserved(value, f"{where}.")):
            return found
    return None


def complaint(place: str) -> str:
    """What to say of a reserved key."""
    way = f"{place} is the way for a request; " if place else ""
    return (
        "a request's extra may not say where it goes, what it says or how much comes back: "
        f"{way}extra_body of the deployment, in the configuration, is the operator's."
    )


def check_extra(extra: Mapping[str, Any]) -> None:
    """Raises RequestError naming the key that is reserved."""
    if not isinstance(extra, Mapping):
        raise RequestError(f"expected a mapping, not {type(extra).__name__}", key="settings.extra")
    if found := reserved(extra):
        key, place = found
        raise RequestError(complaint(place), key=f"settings.extra.{key}")
