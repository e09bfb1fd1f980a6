"""Keys, tokens, passwords and addresses that hold one: kept from leaving, and from being handed over."""

from interlock_guardrails.secrets.guardrail import Secrets
from interlock_guardrails.secrets.options import SecretsOptions

__all__ = ["Secrets", "SecretsOptions"]
