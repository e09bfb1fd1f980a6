"""PluginHost: finds plugins, keeps their failures apart from each other, and collects what they offer.

pluggy calls the hooks but does not load the plugins: its own loader stops at the first that fails to import.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from typing import Any

import pluggy

from interlock import hookspecs
from interlock.errors import PluginError
from interlock.http import redacting_logger
from interlock.protocols import ProviderFacts
from interlock.types.names import nearest

GROUP = "interlock"
API = 1
_log = redacting_logger("interlock.plugins")


@dataclass(slots=True, kw_only=True)
class PluginReport:
    """One plugin's state. `failures` are sentences; `offers` maps a hook to what was taken from it."""

    name: str
    distribution: str
    version: str = ""
    blocked: bool = False
    failures: list[str] = field(default_factory=list)
    offers: dict[str, list[str]] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return "blocked" if self.blocked else "failed" if self.failures else "ok"


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
        self._disabled = {*disabled, *(name.strip() for name in named if name.strip())}
        self._strict = environ.get("INTERLOCK_STRICT_PLUGINS", "") == "1"
        self._hooks = pluggy.PluginManager("interlock")
        self._hooks.add_hookspecs(hookspecs)
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
        self._admit(plugin, PluginReport(name=name, distribution="interlock" if ours else "(given)"))

    def offers(self, hook: str, protocol: type, describe: str = "name") -> list[Any]:
        """Everything that plugins offer for `hook` and that implements `protocol`; the rest is reported."""
        found: list[Any] = []
        caller = getattr(self._hooks.hook, hook)
        for implementation in caller.get_hookimpls():
            report = self._reports[id(implementation.plugin)]
            try:
                offered = list(implementation.function())
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it is reported
                self._fail(report, f"{hook} raised {_cause(error)}")
                continue
            for item in offered:
                if complaint := _complaint(item, protocol, describe):
                    self._fail(report, f"{hook} offered {_type_name(item)}: {complaint}")
                    continue
                found.append(item)
                report.offers.setdefault(hook, []).append(_label(item, describe))
        return found

    def refuse(self, hook: str, item_label: str, reason: str) -> None:
        """Report an offer that is well-formed and still cannot be used, such as a name already taken."""
        for report in reversed(self.reports):
            labels = report.offers.get(hook, [])
            if item_label in labels:
                labels.remove(item_label)
                self._fail(report, f"{hook} offered {item_label!r}: {reason}")
                return

    def observers(self, hook: str) -> bool:
        """Whether anybody observes `hook`: most routers have no observer and skip the call."""
        return bool(getattr(self._hooks.hook, hook).get_hookimpls())

    def notify(self, hook: str, **arguments: object) -> None:
        """Tell every observer. What one raises is reported and stops nobody else."""
        for implementation in getattr(self._hooks.hook, hook).get_hookimpls():
            try:
                implementation.function(*(arguments[name] for name in implementation.argnames))
            except Exception as error:  # noqa: BLE001 - an observer must not break a call; it is reported
                report = self._reports[id(implementation.plugin)]
                sentence = f"{hook} raised {_cause(error)}"
                if sentence not in report.failures:
                    self._fail(report, sentence)

    def _load(self, entry_point: EntryPoint) -> None:
        facts = entry_point.dist.metadata if entry_point.dist else None
        report = PluginReport(
            name=entry_point.name,
            distribution=facts["Name"] if facts and "Name" in facts else "?",
            version=facts["Version"] if facts and "Version" in facts else "",
        )
        if self._disabled & {report.name, report.distribution}:
            report.blocked = True
            self.reports.append(report)
            return
        try:
            plugin = entry_point.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - importing runs a stranger's code
            self.reports.append(report)
            self._fail(report, f"could not be imported: {_cause(error)}")
            return
        self._admit(plugin, report)

    def _admit(self, plugin: object, report: PluginReport) -> None:
        self.reports.append(report)
        if self._disabled & {report.name}:
            report.blocked = True
            return
        try:
            self._hooks.register(plugin, name=f"{report.distribution}:{report.name}:{id(plugin)}")
        except Exception as error:  # noqa: BLE001 - pluggy raises several kinds for a wrong signature
            self._fail(report, f"could not be registered: {_cause(error)}")
            return
        self._reports[id(plugin)] = report
        known = [name for name in dir(hookspecs) if name.startswith("interlock_")]
        for caller in self._hooks.get_hookcallers(plugin) or ():
            if not caller.has_spec():
                near = nearest(caller.name, known)
                hint = f"; did you mean {near!r}?" if near else ""
                self._hooks.unregister(plugin)
                self._fail(report, f"there is no hook {caller.name!r}{hint}")
                return
        marked = {caller.name for caller in self._hooks.get_hookcallers(plugin) or ()}
        for name in known:
            if name not in marked and callable(getattr(plugin, name, None)):
                self._fail(report, f"{name} is not marked with @interlock.hookimpl, and so is not called")

    def _fail(self, report: PluginReport, sentence: str) -> None:
        report.failures.append(sentence)
        _log.warning("plugin %s (%s): %s", report.name, report.distribution, sentence)
        if self._strict:
            raise PluginError(f"plugin {report.name}: {sentence}", distribution=report.distribution)


def _complaint(item: object, protocol: type, describe: str) -> str | None:
    """Why an offer cannot be used, or None."""
    try:
        return _misfit(item, protocol) or _misnamed(item, describe)
    except Exception as error:  # noqa: BLE001 - looking at a stranger's object may run its code
        return f"looking at it raised {_cause(error)}"


def _misfit(item: object, protocol: type) -> str | None:
    api = getattr(item, "api", API)
    if api != API:
        return f"it speaks api {api!r}; this version of interlock speaks {API}"
    if isinstance(item, type):
        return "it is a class; offer an instance"
    if not isinstance(item, protocol):
        missing = sorted(name for name in _wanted(protocol) if not hasattr(item, name))
        lacks = f"; it lacks {', '.join(missing)}" if missing else ""
        return f"that is no {protocol.__name__}{lacks}"
    return None


def _misnamed(item: object, describe: str) -> str | None:
    """Names are what offers are found by, and so must be text."""
    facts = getattr(item, "facts", None)
    if describe == "facts.name" and not isinstance(facts, ProviderFacts):
        return f"its facts are no ProviderFacts but {type(facts).__name__}"
    name = attrgetter(describe)(item)
    return None if isinstance(name, str) and name else f"its {describe} is {name!r}, and must be text"


def _wanted(protocol: type) -> set[str]:
    names = {name for parent in protocol.__mro__ for name in getattr(parent, "__annotations__", {})}
    return names | {name for name in vars(protocol) if not name.startswith("_")}


def _label(item: object, attribute: str) -> str:
    return str(attrgetter(attribute)(item))


def _type_name(item: object) -> str:
    return item.__name__ if isinstance(item, type) else f"a {type(item).__name__}"


def _cause(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
