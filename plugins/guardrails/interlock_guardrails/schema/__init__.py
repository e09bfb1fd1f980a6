"""Answers and tool calls that must fit a JSON schema."""

from interlock_guardrails.schema.guardrail import Schema
from interlock_guardrails.schema.options import SchemaOptions

__all__ = ["Schema", "SchemaOptions"]
