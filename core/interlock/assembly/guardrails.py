"""The guardrails of a router, as its configuration has each of them asked."""

from collections.abc import Mapping

from interlock.config import Config, GuardrailConfig
from interlock.engine.guarding.guards import Guards
from interlock.engine.guarding.sides import Manner
from interlock.protocols import Guardrail


def guards_of(config: Config, offered: Mapping[str, Guardrail]) -> Guards | None:
    """None without guardrails, so that no call pays for what is not there."""
    return Guards(list(offered.values()), _manners(config, offered)) if offered else None


def _manners(config: Config, offered: Mapping[str, Guardrail]) -> dict[str, Manner]:
    unwritten = GuardrailConfig()
    written = {name: config.guardrails.get(name, unwritten) for name in offered}
    return {
        name: Manner.of(each, written[name].timeout, written[name].on_error) for name, each in offered.items()
    }
