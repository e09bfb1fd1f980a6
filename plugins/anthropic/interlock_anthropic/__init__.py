"""Anthropic's Messages API, as a provider for Interlock."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.http import HttpProvider
from interlock.protocols import Provider, ProviderFacts
from interlock_anthropic.codec import Messages
from interlock_anthropic.limits import LIMITS
from interlock_anthropic.vendor import NAME

__all__ = ["FACTS", "LIMITS", "Messages", "interlock_providers"]

FACTS = ProviderFacts(
    name=NAME,
    env=("ANTHROPIC_API_KEY",),
    base_url="https://api.anthropic.com/v1",
    region="global",
    offers="interlock_anthropic:offers.toml",
    hint="Set ANTHROPIC_API_KEY to a key from platform.claude.com/settings/keys.",
)


@hookimpl
def interlock_providers() -> Iterable[Provider]:
    return [HttpProvider(FACTS, Messages())]
