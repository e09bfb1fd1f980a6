"""Instructions to the model in what tools gave back, in documents and, if wanted, in requests."""

from interlock_guardrails.injection.guardrail import Injection
from interlock_guardrails.injection.options import InjectionOptions
from interlock_guardrails.injection.scoring import Score, scored

__all__ = ["Injection", "InjectionOptions", "Score", "scored"]
