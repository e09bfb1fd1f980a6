"""What is written for plugins' offers: checked by the schema of each, and given to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from interlock.assembly.offers import ALWAYS, Offers
from interlock.config import Config, GuardrailConfig
from interlock.config.complaints import said
from interlock.config.options import BrokenSchema, needed, read_options
from interlock.errors import ConfigError
from interlock.logs import redact
from interlock.plugins import PluginHost, PluginReport
from interlock.plugins.claims import way_out
from interlock.plugins.fitting import complaint
from interlock.plugins.running import attempt, cause
from interlock.protocols import Arbiter, Classifier, Configurable, Constraint, Detector, Guardrail, Strategy
from interlock.strategies.cascade import CascadeStrategy
from interlock.strategies.hedge import Hedge
from interlock.types.arbiters import ARBITERS
from interlock.types.classifiers import CLASSIFIERS
from interlock.types.detectors import DETECTORS
from interlock.types.names import nearest

OWN: Final = tuple(GuardrailConfig.model_fields)
"""What Interlock reads itself among a guardrail's options."""
HEDGED: Final = (
    f"{Hedge.name!r} goes around whichever strategy is chosen; write hedge: {{…}}, with its settings."
)
CASCADED: Final = (
    f"{CascadeStrategy.name!r} has a section of its own: write cascades: {{TASK: {{…}}}}, "
    "or default in the place of a task for all of them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A key of the configuration, and the kind of offer whose options stand there by name.

    `known` are names whose distribution is known whether or not it is installed.
    """

    key: str
    kind: str
    noun: str
    protocol: type
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def hook(self) -> str:
        return f"interlock_{self.kind}"


GUARDRAILS: Final[Mapping[str, str]] = {
    "privacy": "interlock-privacy",
    **dict.fromkeys(("secrets", "length", "schema", "injection", "topics", "judge"), "interlock-guardrails"),
}
"""Guardrail -> the distribution that it belongs to."""

SECTIONS: Final = (
    Section(key="classifiers", kind="classifiers", noun="classifier", protocol=Classifier, known=CLASSIFIERS),
    Section(key="rules", kind="constraints", noun="rule", protocol=Constraint),
    Section(key="detectors", kind="detectors", noun="detector", protocol=Detector, known=DETECTORS),
    Section(key="guardrails", kind="guardrails", noun="guardrail", protocol=Guardrail, known=GUARDRAILS),
    Section(key="strategies", kind="strategies", noun="strategy", protocol=Strategy),
    Section(key="arbiters", kind="arbiters", noun="arbiter", protocol=Arbiter, known=ARBITERS),
)


def with_options(
    config: Config,
    offers: Offers,
    host: PluginHost,
    environ: Mapping[str, str],
    known: Mapping[str, Mapping[str, Any]],
) -> Offers:
    """The offers, each as its options have it; those that are `known`, by kind and name, are not read again.

    What a call may do without is left out when it lacks options that it needs, and `offers.quarrel` says why.

    Raises:
        ConfigError: a name that nobody offers; options that its schema refuses; or options that are needed
            and not written, of something that every request is up to.
    """
    taken: dict[str, Any] = {}
    contested, options = dict(offers.contested), dict(offers.options)
    for section in SECTIONS:
        giver = _Giver(
            config, offers, host, environ=environ, section=section, known=known.get(section.kind, {})
        )
        taken[section.kind] = giver.give()
        contested[section.kind] = contested.get(section.kind, {}) | giver.left_out
        options[section.kind] = giver.options
    return replace(offers, contested=contested, options=options, **taken)


class _Fault(Exception):
    """What a plugin has done wrong, in words."""


class _Lacking(Exception):
    """Nothing is written where something must be."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__()
        self.keys = keys


class _Giver:
    """Gives the options of one section."""

    def __init__(
        self,
        config: Config,
        offers: Offers,
        host: PluginHost,
        *,
        environ: Mapping[str, str],
        section: Section,
        known: Mapping[str, Any],
    ) -> None:
        self._config = config
        self._offers = offers
        self._host = host
        self._environ = environ
        self._section = section
        self._known = known
        self._written: Mapping[str, Any] = getattr(config, section.key)
        self.left_out: dict[str, str] = {}
        self.options: dict[str, Any] = {}

    def give(self) -> dict[str, Any]:
        found: Mapping[str, Any] = getattr(self._offers, self._section.kind)
        for name in self._written:
            if name not in found:
                raise self._unknown(name, list(found))
        return dict(self._each(found))

    def _each(self, found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, item in found.items():
            if name not in self._written and self._section.kind == "guardrails" and _listed(item):
                continue
            if not isinstance(item, Configurable):
                self._refuse_any(name)
                yield name, item
                continue
            made, raised = attempt(partial(self._made, name, item))
            if raised is None:
                yield name, made
            elif isinstance(raised, ConfigError):
                raise raised from None
            elif isinstance(raised, _Lacking):
                self._leave_out(name, raised.keys)
            else:
                self._at_fault(name, _reason(raised))

    def _made(self, name: str, item: Configurable) -> Any:
        """The offer with its options. What is no ConfigError and not _Lacking is its plugin's fault."""
        path = [self._section.key, name]
        options = self._known[name] if name in self._known else self._read(name, item.options, path)
        made = _configured(self._config, self._section, item, options, path)
        self.options[name] = options
        return made

    def _read(self, name: str, schema: type, path: list[str]) -> Any:
        missing = needed(schema, self._own)
        if missing and name not in self._written:
            raise _Lacking(missing)
        return read_options(
            schema,
            self._given(name),
            path=path,
            error=self._config.error,
            folder=self._config.folder,
            environ=self._environ,
            beside=self._own,
        )

    @property
    def _own(self) -> tuple[str, ...]:
        return OWN if self._section.kind == "guardrails" else ()

    def _given(self, name: str) -> Mapping[str, Any]:
        written = self._written.get(name, {})
        return written.options if isinstance(written, GuardrailConfig) else written

    def _refuse_any(self, name: str) -> None:
        for key in self._given(name):
            near = nearest(key, self._own)
            known = f"; there are {', '.join(self._own)}" if self._own and not near else ""
            what = f"{name!r} takes no options of its own{known}."
            raise self._config.error([self._section.key, name, key], what, near)

    def _leave_out(self, name: str, missing: list[str]) -> None:
        """What needs options and has none: refused where every request is up to it, else left out."""
        whose = self._host.offering(self._section.hook, name)
        keys = ", ".join(f"{key}: …" for key in missing)
        why = f"{name!r} needs options: write {self._section.key}: {{{name}: {{{keys}}}}}"
        if self._section.kind in ALWAYS:
            off = f", or switch it off with {_off(whose)}" if whose.installed else ""
            raise self._config.error([self._section.key, name], f"{why}{off}.")
        self.left_out[name] = why

    def _at_fault(self, name: str, reason: str) -> None:
        """The plugin cannot take its options, whatever they are. It is reported as any that fails."""
        whose = self._host.withdraw(self._section.hook, name, reason)
        what = f"{self._section.noun} {name!r} of {whose.distribution}"
        why = f"the {what} cannot take its options: {reason}"
        if self._section.kind in ALWAYS or name in self._written:
            off = f"; go on without it with {_off(whose)}" if whose.installed else ""
            raise self._config.error([self._section.key, name], f"{why}{off}.")
        self.left_out[name] = why

    def _unknown(self, name: str, known: list[str]) -> ConfigError:
        path, noun = [self._section.key, name], self._section.noun
        if why := self._offers.quarrel(self._section.kind, name):
            return self._config.error(path, f"{why}.")
        if name == Hedge.name and self._section.key == "strategies":
            return self._config.error(path, HEDGED)
        if name == CascadeStrategy.name and self._section.key == "strategies":
            return self._config.error(path, CASCADED)
        for other in SECTIONS:
            if name in getattr(self._offers, other.kind):
                what = f"{name!r} is no {noun} but a {other.noun}; write its options below {other.key}."
                return self._config.error(path, what)
        what = f"no installed plugin offers the {noun} {name!r}"
        if owner := self._section.known.get(name):
            way = way_out(owner, self._offers.installed.get(owner))
            return self._config.error(path, f"{what}: {way}.")
        near = nearest(name, [*known, *self._section.known])
        failing = {each: state for each, state in self._offers.installed.items() if state != "ok"}
        ways = [way_out(each, state) for each, state in failing.items()]
        if not near and not ways:
            ways = [f"there are {', '.join(known)}" if known else "none offers any"]
        return self._config.error(path, "; ".join((what, *([] if near else ways))) + ".", near)


def arbiter_for(
    config: Config,
    arbiter: Arbiter,
    given: Mapping[str, Any],
    *,
    path: Sequence[str],
    environ: Mapping[str, str],
    known: object | None = None,
) -> tuple[Arbiter, Any]:
    """An arbiter as offered, made for one ensemble, and the options that it has there: what the ensemble says
    at `path` goes before what stands below `arbiters`. Options that are `known` are not read again.

    Raises:
        ConfigError: it takes no options, its schema refuses these, or the plugin cannot take them.
    """
    if not isinstance(arbiter, Configurable):
        raise config.error([*path, next(iter(given))], f"{arbiter.name!r} takes no options.")

    def make() -> tuple[Arbiter, Any]:
        options = known
        if options is None:
            options = read_options(
                arbiter.options,
                {**config.arbiters.get(arbiter.name, {}), **given},
                path=path,
                error=config.error,
                folder=config.folder,
                environ=environ,
            )
        return _configured(config, SECTIONS[-1], arbiter, options, path), options

    made, raised = attempt(make)
    if made is not None:
        return made
    if isinstance(raised, ConfigError):
        raise raised from None
    why = "" if raised is None else _reason(raised)
    raise config.error(path, f"the arbiter {arbiter.name!r} cannot take its options: {why}.")


def _configured(config: Config, section: Section, item: Any, options: object, path: Sequence[str]) -> Any:
    """The offer as the options have it. What is no ConfigError is its plugin's fault."""
    try:
        made = item.configured(options)
    except ConfigError as error:
        steps = error.key.split(".") if error.key else []
        raise config.error([*path, *steps], redact(error.message), error.suggestion) from None
    except ValueError as error:
        raise config.error(path, said(error)) from None
    if why := complaint(made, section.protocol, "name"):
        raise _Fault(f"configured returned a {type(made).__name__}: {why}")
    if made.name != item.name:
        raise _Fault(f"configured returned one that is called {made.name!r}")
    return made


def _listed(guardrail: Guardrail) -> bool:
    """Whether it works only where the configuration has a section of its name."""
    return bool(getattr(guardrail, "listed", False))


def _reason(raised: BaseException) -> str:
    """What a plugin has done wrong, in one line and without keys."""
    own = isinstance(raised, BrokenSchema | _Fault)
    return redact(str(raised) if own else f"it raised {cause(raised)}")


def _off(whose: PluginReport) -> str:
    return f"plugins: {{disabled: [{whose.distribution}]}}"
