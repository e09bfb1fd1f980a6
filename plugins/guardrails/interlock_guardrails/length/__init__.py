"""How long a request and an answer may be, and must be."""

from interlock_guardrails.length.guardrail import Length
from interlock_guardrails.length.options import Bounds, LengthOptions

__all__ = ["Bounds", "Length", "LengthOptions"]
