"""The guardrails of a router, as its configuration has each of them asked."""

from collections.abc import Mapping
from inspect import iscoroutinefunction

from interlock.config import Config, GuardrailConfig
from interlock.engine.guarding.guards import Guards
from interlock.engine.guarding.sides import Manner
from interlock.errors import ConfigError
from interlock.protocols import GUARDRAIL_TIMEOUT, Guardrail
from interlock.types.passages import PHASES


def guards_of(config: Config, offered: Mapping[str, Guardrail]) -> Guards | None:
    """None without guardrails, so that no call pays for what is not there.

    Raises:
        ConfigError: one would be asked about nothing, or not as it means to be, and nobody would notice.
    """
    for name, guardrail in offered.items():
        if why := _mistaken(guardrail):
            raise ConfigError(f"of guardrails, {name!r} {why}.", key="plugins")
    return Guards(list(offered.values()), _manners(config, offered)) if offered else None


def _mistaken(guardrail: Guardrail) -> str | None:
    phases: object = guardrail.phases
    known = ", ".join(sorted(PHASES))
    if not isinstance(phases, (frozenset, set)) or not phases or not phases <= PHASES:
        return f"says that its phases are {phases!r}; a frozenset of {known} is expected"
    on_error = getattr(guardrail, "on_error", "block")
    if on_error not in ("block", "pass"):
        return f"says on_error = {on_error!r}; block or pass is expected"
    timeout = getattr(guardrail, "timeout", GUARDRAIL_TIMEOUT)
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        return f"says timeout = {timeout!r}; a positive number of seconds is expected"
    if iscoroutinefunction(getattr(guardrail, "restore", None)):
        return "has a restore that is awaited; only inspect may be"
    if iscoroutinefunction(getattr(guardrail, "release", None)):
        return "has a release that is awaited; only inspect may be"
    return None


def _manners(config: Config, offered: Mapping[str, Guardrail]) -> dict[str, Manner]:
    unwritten = GuardrailConfig()
    written = {name: config.guardrails.get(name, unwritten) for name in offered}
    return {
        name: Manner.of(each, written[name].timeout, written[name].on_error) for name, each in offered.items()
    }
