"""The detectors that guardrails name, given to them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from interlock.assembly.offers import Offers
from interlock.config import Config
from interlock.config.complaints import said
from interlock.errors import ConfigError
from interlock.logs import redact
from interlock.plugins.claims import way_out
from interlock.plugins.fitting import complaint
from interlock.plugins.running import attempt, cause
from interlock.protocols import DetectingGuardrail, Detector, Guardrail
from interlock.types.detectors import DETECTORS
from interlock.types.names import nearest


def with_detectors(config: Config, offers: Offers) -> Offers:
    """The offers, each guardrail with the detectors that it names.

    Raises:
        ConfigError: nobody offers one, or the guardrail cannot take them.
    """
    guardrails: Mapping[str, Guardrail] = {
        name: _detecting(config, offers, name, each)
        if isinstance(each, DetectingGuardrail) and each.detectors
        else each
        for name, each in offers.guardrails.items()
    }
    return replace(offers, guardrails=dict(guardrails))


def in_use(offers: Offers) -> dict[str, Detector]:
    """The detectors that some guardrail asks, by name."""
    named = [
        name
        for each in offers.guardrails.values()
        if isinstance(each, DetectingGuardrail)
        for name in each.detectors
    ]
    return {name: offers.detectors[name] for name in dict.fromkeys(named)}


def _detecting(config: Config, offers: Offers, name: str, guardrail: DetectingGuardrail) -> Guardrail:
    path = ["guardrails", name]
    found = [
        _named(config, offers, detector, [*path, "detectors", str(at)])
        for at, detector in enumerate(guardrail.detectors)
    ]
    made, raised = attempt(partial(guardrail.detecting, found))
    if isinstance(raised, ConfigError):
        steps = raised.key.split(".") if raised.key else []
        raise config.error([*path, *steps], redact(raised.message), raised.suggestion) from None
    if isinstance(raised, ValueError):
        raise config.error(path, said(raised)) from None
    if raised is not None:
        why = f"the guardrail {name!r} cannot take its detectors: it raised {redact(cause(raised))}."
        raise config.error(path, why) from None
    if made is None or (wrong := complaint(made, DetectingGuardrail, "name")):
        wrong = "nothing" if made is None else f"a {type(made).__name__}: {wrong}"
        what = f"the guardrail {name!r} cannot take its detectors: detecting returned {wrong}."
        raise config.error(path, what)
    return made


def _named(config: Config, offers: Offers, name: str, path: list[str]) -> Detector:
    known = list(offers.detectors)
    if name in offers.detectors:
        return offers.detectors[name]
    if why := offers.quarrel("detectors", name):
        raise config.error(path, f"{why}.")
    what = f"no installed plugin offers the detector {name!r}"
    if owner := DETECTORS.get(name):
        raise config.error(path, f"{what}: {way_out(owner, offers.installed.get(owner))}.")
    near = nearest(name, [*known, *DETECTORS])
    there = f"; there are {', '.join(known)}" if known else "; none offers any"
    raise config.error(path, f"{what}{'' if near else there}.", near)
