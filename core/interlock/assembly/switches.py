"""Which plugins are switched off: never Interlock's own rules, and no name that was meant to be another."""

from collections.abc import Mapping

from interlock.config import Config
from interlock.errors import ConfigError
from interlock.plugins import PluginHost
from interlock.types.classifiers import CLASSIFIERS
from interlock.types.commands import COMMANDS
from interlock.types.connectors import CONNECTORS
from interlock.types.detectors import DETECTORS
from interlock.types.health import HEALTH_SHARES
from interlock.types.logs import LOGS
from interlock.types.names import nearest
from interlock.types.providers import PROVIDERS
from interlock.types.stores import STORES

_VARIABLE = "INTERLOCK_DISABLED_PLUGINS"
_OURS = frozenset({"builtins", "interlock"})
_PREFIX = "interlock-"


def check_kept(config: Config, environ: Mapping[str, str]) -> None:
    """Raises ConfigError when what Interlock itself offers is switched off."""
    for name, where in _switched_off(config, environ).items():
        if name in _OURS:
            what = f"{name!r} cannot be switched off: without it no rule holds, about residency or anything."
            raise _error(config, where, what, None)


def check_meant(config: Config, environ: Mapping[str, str], host: PluginHost) -> None:
    """Raises ConfigError for a name that nothing has, and that is nearly a name of something."""
    known = _known(host)
    short = sorted({name.removeprefix(_PREFIX) for name in known})
    for name, where in _switched_off(config, environ).items():
        if name not in known and (near := nearest(name.removeprefix(_PREFIX), short)):
            what = f"no plugin and no distribution is called {name!r}."
            suggestion = near if near in known else f"{_PREFIX}{near}"
            raise _error(config, where, what, suggestion)


def not_installed(host: PluginHost) -> list[str]:
    """What is switched off and not installed here, which is no mistake where a configuration is shared."""
    here = {name for report in host.reports for name in (report.name, report.distribution)}
    return sorted(host.disabled - here)


def _known(host: PluginHost) -> frozenset[str]:
    here = {name for report in host.reports for name in (report.name, report.distribution)}
    shipped = (PROVIDERS, STORES, LOGS, HEALTH_SHARES, COMMANDS, CONNECTORS, DETECTORS, CLASSIFIERS)
    return frozenset(here.union(*(each.values() for each in shipped)))


def _switched_off(config: Config, environ: Mapping[str, str]) -> dict[str, str]:
    """Each name, and where it stands: the key in the configuration, or the variable."""
    variable = (name.strip() for name in environ.get(_VARIABLE, "").split(","))
    written = {name: f"plugins.disabled.{index}" for index, name in enumerate(config.plugins.disabled)}
    return {name: _VARIABLE for name in variable if name} | written


def _error(config: Config, where: str, message: str, suggestion: str | None) -> ConfigError:
    if where == _VARIABLE:
        return ConfigError(message, key=where, source="environment", suggestion=suggestion)
    return config.error(where, message, suggestion)
