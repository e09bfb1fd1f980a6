"""A model that judges by a policy in words."""

from interlock_guardrails.judge.guardrail import Judge
from interlock_guardrails.judge.options import JudgeOptions

__all__ = ["Judge", "JudgeOptions"]
