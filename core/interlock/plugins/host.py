"""PluginHost: finds plugins, keeps their failures apart from each other, and collects what they offer.

pluggy calls the hooks but does not load the plugins: its own loader stops at the first that fails to import.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, entry_points, version
from operator import attrgetter
from typing import Any

import pluggy

from interlock import hookspecs
from interlock.errors import PluginError
from interlock.logs import redacting_logger
from interlock.plugins.fitting import complaint
from interlock.plugins.running import attempt, cause
from interlock.types.names import nearest

GROUP = "interlock"
_log = redacting_logger("interlock.plugins")


@dataclass(slots=True, kw_only=True)
class PluginReport:
    """One plugin's state. `failures` are sentences; `offers` maps a hook to what was taken from it.

    An `installed` one was found; any other was given in code, by Interlock itself or by the user.
    """

    name: str
    distribution: str
    version: str = ""
    installed: bool = False
    blocked: bool = False
    failures: list[str] = field(default_factory=list)
    offers: dict[str, list[str]] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return "blocked" if self.blocked else "failed" if self.failures else "ok"


@dataclass(frozen=True, slots=True)
class Claim:
    """An offer, the name under which it would be found, and whose it is."""

    item: Any
    name: str
    report: PluginReport


class PluginHost:
    """The plugins of one router.

    Args:
        plugins: objects registered beside what is installed: modules or instances with hook implementations.
        discover: look for installed distributions with an entry point in the group `interlock`.
        disabled: names of plugins or distributions that are not loaded.
        environ: holds INTERLOCK_DISABLED_PLUGINS (more names, by commas) and INTERLOCK_STRICT_PLUGINS=1.
    """

    def __init__(
        self,
        plugins: Iterable[object] = (),
        *,
        discover: bool = True,
        disabled: Iterable[str] = (),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        environ = os.environ if environ is None else environ
        named = environ.get("INTERLOCK_DISABLED_PLUGINS", "").split(",")
        self.disabled = frozenset({*disabled, *(name.strip() for name in named if name.strip())})
        self._strict = environ.get("INTERLOCK_STRICT_PLUGINS", "") == "1"
        self._hooks = pluggy.PluginManager("interlock")
        self._hooks.add_hookspecs(hookspecs)
        self._implemented: dict[str, list[pluggy.HookImpl]] = {}
        self._reports: dict[int, PluginReport] = {}  # by the plugin's id: not every object can be a key
        self.reports: list[PluginReport] = []
        for plugin in plugins:
            self.register(plugin)
        if discover:
            for entry_point in sorted(entry_points(group=GROUP), key=lambda found: found.name):
                self._load(entry_point)

    def register(self, plugin: object, name: str | None = None) -> None:
        """Take a plugin that is at hand already."""
        module = getattr(plugin, "__name__", None)
        ours = module is not None and module.startswith("interlock.")
        name = name or (module.rpartition(".")[2] if module else type(plugin).__name__)
        report = PluginReport(name=name, distribution="(given)")
        if ours:
            report.distribution, report.version = "interlock", version("interlock")
        self._admit(plugin, report)

    def offers(self, hook: str, protocol: type, describe: str = "name") -> list[Any]:
        """Everything that plugins offer for `hook` and that implements `protocol`; the rest is reported."""
        return [claim.item for claim in self.claims(hook, protocol, describe)]

    def claims(self, hook: str, protocol: type, describe: str = "name") -> list[Claim]:
        """As `offers`, with whose they are. Several may claim one name."""
        found: list[Claim] = []
        caller = getattr(self._hooks.hook, hook)
        for implementation in caller.get_hookimpls():
            report = self._reports[id(implementation.plugin)]
            offered, error = attempt(partial(_listed, implementation.function))
            if error is not None:
                self.fail(report, f"{hook} raised {cause(error)}")
            for item in offered or ():
                if why := complaint(item, protocol, describe):
                    self.fail(report, f"{hook} offered {_type_name(item)}: {why}")
                    continue
                name = str(attrgetter(describe)(item))
                found.append(Claim(item, name, report))
                report.offers.setdefault(hook, []).append(name)
        return found

    def refuse(self, hook: str, claim: Claim, reason: str) -> None:
        """Report an offer that is well-formed and still cannot be used, such as a name already taken."""
        claim.report.offers[hook].remove(claim.name)
        self.fail(claim.report, f"{hook} offered {claim.name!r}: {reason}")

    def withdraw(self, hook: str, name: str, reason: str) -> PluginReport:
        """As `refuse`, of what was taken already. The report of the plugin whose offer it was."""
        report = self.offering(hook, name)
        report.offers[hook].remove(name)
        self.fail(report, f"{hook} offered {name!r}: {reason}")
        return report

    def offering(self, hook: str, name: str) -> PluginReport:
        """The report of the plugin whose offer was taken under a name."""
        return next(report for report in self.reports if name in report.offers.get(hook, ()))

    def observers(self, hook: str) -> bool:
        """Whether anybody observes `hook`: most routers have no observer and skip the call."""
        return bool(self._implementations(hook))

    def notify(self, hook: str, **arguments: object) -> None:
        """Tell every observer. What one raises is reported and stops nobody else."""
        for implementation in self._implemented.get(hook) or self._implementations(hook):
            try:
                implementation.function(*map(arguments.__getitem__, implementation.argnames))
            except Exception as error:  # noqa: BLE001 - an observer must not break a call; it is reported
                report = self._reports[id(implementation.plugin)]
                sentence = f"{hook} raised {cause(error)}"
                if sentence not in report.failures:
                    self.fail(report, sentence)

    def _implementations(self, hook: str) -> list[pluggy.HookImpl]:
        found = self._implemented.get(hook)
        if found is None:
            found = self._implemented[hook] = getattr(self._hooks.hook, hook).get_hookimpls()
        return found

    def _load(self, entry_point: EntryPoint) -> None:
        facts = entry_point.dist.metadata if entry_point.dist else None
        report = PluginReport(
            name=entry_point.name,
            distribution=facts["Name"] if facts and "Name" in facts else "?",
            version=facts["Version"] if facts and "Version" in facts else "",
            installed=True,
        )
        if self.disabled & {report.name, report.distribution}:
            report.blocked = True
            self.reports.append(report)
            return
        plugin, error = attempt(entry_point.load)
        if error is not None:
            self.reports.append(report)
            self.fail(report, f"could not be imported: {cause(error)}")
            return
        self._admit(plugin, report)

    def _admit(self, plugin: object, report: PluginReport) -> None:
        self.reports.append(report)
        if self.disabled & {report.name}:
            report.blocked = True
            return
        try:
            self._hooks.register(plugin, name=f"{report.distribution}:{report.name}:{id(plugin)}")
        except Exception as error:  # noqa: BLE001 - pluggy raises several kinds for a wrong signature
            self.fail(report, f"could not be registered: {cause(error)}")
            return
        self._implemented.clear()
        self._reports[id(plugin)] = report
        known = [name for name in dir(hookspecs) if name.startswith("interlock_")]
        for caller in self._hooks.get_hookcallers(plugin) or ():
            if not caller.has_spec():
                near = nearest(caller.name, known)
                hint = f"; did you mean {near!r}?" if near else ""
                self._hooks.unregister(plugin)
                self.fail(report, f"there is no hook {caller.name!r}{hint}")
                return
        marked = {caller.name for caller in self._hooks.get_hookcallers(plugin) or ()}
        for name in known:
            if name not in marked and callable(getattr(plugin, name, None)):
                self.fail(report, f"{name} is not marked with @interlock.hookimpl, and so is not called")

    def fail(self, report: PluginReport, sentence: str) -> None:
        """Report what is wrong with a plugin; while plugins are strict, raise PluginError."""
        report.failures.append(sentence)
        _log.warning("plugin %s (%s): %s", report.name, report.distribution, sentence)
        if self._strict:
            raise PluginError(f"plugin {report.name}: {sentence}", distribution=report.distribution)


def _listed(hook: Callable[[], Iterable[Any]]) -> list[Any]:
    return list(hook())


def _type_name(item: object) -> str:
    return item.__name__ if isinstance(item, type) else f"a {type(item).__name__}"
