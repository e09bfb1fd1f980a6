"""At which endpoint a model is asked, of a vendor that has both."""

import re
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from interlock.types.models import Deployment
from interlock_openai.vendors import Vendor

# Models that no other endpoint serves.
_ALONE = re.compile(
    r"(gpt-5(\.\d+)?-(pro|codex)|o1-pro|o3-pro|o\d+(-mini)?-deep-research|codex-mini|computer-use)"
)
# From 5.4 on, tools and thought go together at Responses alone.
_BETTER = re.compile(r"gpt-(5\.[4-9]|5\.\d\d|[6-9]|\d\d)")
_PHASES = re.compile(r"gpt-5\.3-codex|" + _BETTER.pattern)
_OWN_HOSTS = (
    "api.openai.com",
    *(
        f"{service}.azure.{zone}"
        for service in ("openai", "services.ai", "cognitiveservices")
        for zone in ("com", "us")
    ),
)


def endpoint_of(deployment: Deployment, vendor: Vendor) -> Literal["chat", "responses"]:
    """What the configuration says, or else what is known of the model.

    Another host than the vendor's own is a gateway, which may know chat completions alone.
    """
    given = deployment.traits.endpoint or deployment.card.traits.endpoint
    if given is not None:
        return given
    if vendor.name not in ("openai", "azure"):
        return "chat"
    return _wanted(deployment.name, deployment.card.id, deployment.base_url)


@lru_cache(maxsize=1024)
def _wanted(name: str, card: str, base_url: str) -> Literal["chat", "responses"]:
    if _fits(_ALONE, name, card):
        return "responses"
    return "responses" if _fits(_BETTER, name, card) and _is_own(base_url) else "chat"


@lru_cache(maxsize=1024)
def _knows_phases(name: str, card: str) -> bool:
    return _fits(_PHASES, name, card)


def knows_phases(deployment: Deployment) -> bool:
    """Whether the model wants to be told which of its words were an answer."""
    return _knows_phases(deployment.name, deployment.card.id)


def _fits(pattern: re.Pattern[str], name: str, card: str) -> bool:
    """By what the vendor calls the model, or its card does: Azure's names are the user's own."""
    return any(map(pattern.match, (name.lower(), card.partition("/")[2])))


def _is_own(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    return any(host == own or host.endswith(f".{own}") for own in _OWN_HOSTS)
