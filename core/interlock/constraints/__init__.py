"""Hard rules. What breaks one is excluded, with a sentence that says why; nothing is ever relaxed."""

from interlock.constraints.destinations import objection
from interlock.constraints.evidence import Evidence, breach, contradicts, told
from interlock.constraints.pins import pin_for
from interlock.constraints.rules import BUILTIN, Embedders, needs, vendors_of

__all__ = [
    "BUILTIN",
    "Embedders",
    "Evidence",
    "breach",
    "contradicts",
    "needs",
    "objection",
    "pin_for",
    "told",
    "vendors_of",
]
