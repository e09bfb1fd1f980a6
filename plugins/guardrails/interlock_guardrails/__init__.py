"""Guardrails that are asked where the configuration has a section of their name.

`secrets`, `length`, `schema`, `injection`, `topics` and `judge`. The rules by which secrets are found are
those of interlock-privacy.
"""

from collections.abc import Iterable
from typing import Any

from interlock import hookimpl
from interlock.protocols import CommandOffer, Guardrail
from interlock_guardrails.injection import Injection, InjectionOptions
from interlock_guardrails.judge import Judge, JudgeOptions
from interlock_guardrails.length import Bounds, Length, LengthOptions
from interlock_guardrails.schema import Schema, SchemaOptions
from interlock_guardrails.secrets import Secrets, SecretsOptions
from interlock_guardrails.topics import Topic, Topics, TopicsOptions

__all__ = [
    "Bounds",
    "Injection",
    "InjectionOptions",
    "Judge",
    "JudgeOptions",
    "Length",
    "LengthOptions",
    "Schema",
    "SchemaOptions",
    "Secrets",
    "SecretsOptions",
    "Topic",
    "Topics",
    "TopicsOptions",
]


@hookimpl
def interlock_guardrails() -> Iterable[Guardrail]:
    return [Secrets(), Length(), Schema(), Injection(), Topics(), Judge()]


def _verb() -> Any:
    from interlock_guardrails.verb import app  # noqa: PLC0415 - who uses no verb waits for nothing

    return app


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [CommandOffer(name="guard", help="Try the configured guardrails on a text.", load=_verb)]
