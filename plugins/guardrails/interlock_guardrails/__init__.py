"""Guardrails that are asked where the configuration has a section of their name.

`secrets`, `length`, `schema` and `injection`. The rules by which secrets are found are those of
interlock-privacy.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import Guardrail
from interlock_guardrails.injection import Injection, InjectionOptions
from interlock_guardrails.length import Bounds, Length, LengthOptions
from interlock_guardrails.schema import Schema, SchemaOptions
from interlock_guardrails.secrets import Secrets, SecretsOptions

__all__ = [
    "Bounds",
    "Injection",
    "InjectionOptions",
    "Length",
    "LengthOptions",
    "Schema",
    "SchemaOptions",
    "Secrets",
    "SecretsOptions",
]


@hookimpl
def interlock_guardrails() -> Iterable[Guardrail]:
    return [Secrets(), Length(), Schema(), Injection()]
