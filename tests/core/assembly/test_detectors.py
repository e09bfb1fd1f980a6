"""Guardrails are given the detectors that they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from interlock import ConfigError, Verdict, hookimpl
from interlock.assembly import assemble
from interlock.assembly.detectors import in_use
from interlock.protocols import Detector
from interlock.testing import scripted_router
from interlock.types.findings import Finding


@dataclass(frozen=True)
class Terms:
    words: tuple[str, ...] = ("heron",)


class Words:
    api = 1
    kinds = frozenset({"codename"})
    options = Terms

    def __init__(self, name: str = "words", terms: Terms = Terms()) -> None:
        self.name, self.terms = name, terms

    def configured(self, options: Terms) -> "Words":
        return Words(self.name, options)

    def find(self, text: str) -> list[Finding]:
        return [
            Finding(kind="codename", rule="words", start=at, end=at + len(word), value=word)
            for word in self.terms.words
            if (at := text.lower().find(word)) >= 0
        ]


@dataclass(frozen=True)
class Choice:
    detectors: tuple[str, ...] = ()


class Stops:
    """A guardrail that ends calls in which anything is found."""

    api = 1
    name = "stops"
    phases = frozenset({"request"})
    options = Choice

    def __init__(self, detectors: Sequence[str] = (), given: Sequence[Detector] = ()) -> None:
        self.detectors, self.given = detectors, given

    def configured(self, options: Choice) -> "Stops":
        return Stops(options.detectors)

    def detecting(self, detectors: Sequence[Detector]) -> "Stops":
        return Stops(self.detectors, detectors)

    def inspect(self, call: Any) -> Verdict:
        found = [it for each in self.given for passage in call.passages for it in each.find(passage.text)]
        return Verdict(action="block", category=found[0].kind) if found else Verdict()


class Plugin:
    def __init__(self, guardrail: Any, *detectors: Any) -> None:
        self.interlock_guardrails = hookimpl(lambda: [guardrail])
        self.interlock_detectors = hookimpl(lambda: list(detectors))


def complaint(plugin: Plugin, **written: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        assemble({"plugins": {"disabled": []}, **written}, plugins=[plugin], environ={})
    return str(caught.value)


def test_a_guardrail_asks_the_detectors_that_its_options_name_with_options_of_their_own() -> None:
    router = scripted_router(
        {"a": ["fine"]},
        plugins=[Plugin(Stops(), Words(), Words("others"))],
        detectors={"words": {"words": ["egret"]}},
        guardrails={"stops": {"detectors": ["words"]}},
    )
    assert router.complete_sync("the heron").text == "fine"
    with pytest.raises(Exception, match="codename"):
        router.complete_sync("the egret")
    assert list(in_use(router.wiring.offers)) == ["words"]


def test_one_that_nothing_names_is_never_asked() -> None:
    router = scripted_router({"a": ["fine"]}, plugins=[Plugin(Stops(), Words())])
    assert router.complete_sync("the heron").text == "fine"
    assert in_use(router.wiring.offers) == {}


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("wrods", "no installed plugin offers the detector 'wrods'. Did you mean 'words'?"),
        ("stops", "no installed plugin offers the detector 'stops'; there are words"),
    ],
)
def test_a_detector_that_nobody_offers_is_refused_by_its_key(named: str, told: str) -> None:
    written = {"guardrails": {"stops": {"detectors": ["words", named]}}}
    said = complaint(Plugin(Stops(), Words()), **written)
    assert said.startswith(f"mapping: guardrails.stops.detectors.1: {told}")


def test_a_known_detector_that_is_missing_says_what_to_install() -> None:
    written = {"guardrails": {"stops": {"detectors": ["presidio"]}}}
    told = complaint(Plugin(Stops()), plugins={"disabled": ["interlock-presidio"]}, **written)
    assert "guardrails.stops.detectors.0: no installed plugin offers the detector 'presidio': " in told
    assert "interlock-presidio" in told


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ConfigError("no such kind.", key="kinds.0", suggestion="codename"), "stops.kinds.0: no such kind."),
        (ValueError("they do not go together"), "stops: they do not go together"),
        (KeyError("x"), "stops: the guardrail 'stops' cannot take its detectors: it raised KeyError"),
        (None, "detecting returned nothing."),
    ],
)
def test_detectors_that_a_guardrail_cannot_take_are_its_configurations_mistake(
    raised: Any, told: str
) -> None:
    class Fails(Stops):
        def configured(self, options: Choice) -> "Stops":
            return Fails(options.detectors)

        def detecting(self, detectors: Sequence[Detector]) -> Any:
            if raised is not None:
                raise raised

    assert told in complaint(Plugin(Fails(), Words()), guardrails={"stops": {"detectors": ["words"]}})
