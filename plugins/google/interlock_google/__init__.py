"""Google's Gemini API (generateContent), as a provider for Interlock."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.http import HttpProvider
from interlock.protocols import Provider
from interlock_google.codec import FACTS, GenerateContent
from interlock_google.limits import LIMITS

__all__ = ["FACTS", "LIMITS", "GenerateContent", "interlock_providers"]


@hookimpl
def interlock_providers() -> Iterable[Provider]:
    return [HttpProvider(FACTS, GenerateContent())]
