"""OpenAI and every OpenAI-compatible vendor, as providers for Interlock."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.http import HttpProvider
from interlock.protocols import Provider
from interlock_openai.codec import ChatCompletions
from interlock_openai.limits import LIMITS
from interlock_openai.vendors import VENDORS, Vendor

__all__ = ["LIMITS", "VENDORS", "ChatCompletions", "Vendor", "interlock_providers"]


@hookimpl
def interlock_providers() -> Iterable[Provider]:
    return [HttpProvider(vendor.facts, ChatCompletions(vendor)) for vendor in VENDORS]
