"""For authors of plugins: what proves that a plugin keeps the contract, and doubles to test with.

Nothing here needs pytest; its fixtures (`scripted_provider`, `scripted_router`, `fake_clock`,
`loopback_upstream`) are there wherever Interlock is installed.
"""

from interlock.testing.arbiter_rules import ArbiterConformance
from interlock.testing.classifier_rules import ClassifierConformance
from interlock.testing.clock import FakeClock
from interlock.testing.command_rules import CommandConformance
from interlock.testing.connector_rules import ConnectorConformance
from interlock.testing.effect_rules import ToolConformance
from interlock.testing.grant_rules import GrantBookConformance
from interlock.testing.guardrail_rules import GuardrailConformance
from interlock.testing.health_rules import SharedHealthConformance
from interlock.testing.ledger_rules import LedgerConformance
from interlock.testing.limits_rules import LimitsConformance
from interlock.testing.log_rules import LogConformance
from interlock.testing.options_rules import OptionsConformance
from interlock.testing.provider_rules import ProviderConformance
from interlock.testing.routers import scripted_providers, scripted_router
from interlock.testing.rules import Conformance, rules_of
from interlock.testing.scripted import ScriptedProvider, Step
from interlock.testing.store_rules import StoreConformance
from interlock.testing.upstream import End, Received, Reply, Upstream

__all__ = [
    "ArbiterConformance",
    "ClassifierConformance",
    "CommandConformance",
    "Conformance",
    "ConnectorConformance",
    "End",
    "FakeClock",
    "GrantBookConformance",
    "GuardrailConformance",
    "LedgerConformance",
    "LimitsConformance",
    "LogConformance",
    "OptionsConformance",
    "ProviderConformance",
    "Received",
    "Reply",
    "ScriptedProvider",
    "SharedHealthConformance",
    "Step",
    "StoreConformance",
    "ToolConformance",
    "Upstream",
    "rules_of",
    "scripted_providers",
    "scripted_router",
]
