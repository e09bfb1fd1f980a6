"""Presidio's analyzer with spaCy's models: made once a process, asked by one thread at a time."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from interlock.errors import PluginError
from interlock.forks import lock_of
from interlock_presidio.options import MODELS

__all__ = ["DISTRIBUTION", "ENTITIES", "Engine", "Seen", "engine_of", "lacking"]

DISTRIBUTION: Final = "interlock-presidio"
ENTITIES: Final = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "ORG": "ORGANIZATION",
}
"""A spaCy model's label -> Presidio's entity. What has another label is left out."""
# A model's parts that nothing of a name depends on take most of its time.
_UNUSED: Final = ("tagger", "parser", "senter", "morphologizer", "attribute_ruler", "lemmatizer")

Models = tuple[tuple[str, str], ...]


class Seen(NamedTuple):
    """One of Presidio's results; `start` and `end` count characters."""

    entity: str
    start: int
    end: int
    score: float


def lacking(models: Models) -> str:
    """What must be installed before anything is found, and how; empty where nothing is missing."""
    if find_spec("presidio_analyzer") is None or find_spec("spacy") is None:
        return 'presidio-analyzer is not installed: pip install "interlock-presidio[english]"'
    for language, model in models:
        if find_spec(model) is None if model.isidentifier() else not (Path(model) / "config.cfg").is_file():
            way = (
                'pip install "interlock-presidio[english]"'
                if model == MODELS.get(language)
                else f"install it, or name another in detectors.presidio.models.{language}"
            )
            return f"the spaCy model {model!r} is not installed: {way}"
    return ""


class Engine:
    """Loads its models when it is first asked, which takes seconds and some 200 MB. Threads may share it."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._analyzer: Any = None
        self._lock = lock_of(self)  # of spaCy, nobody promises that threads may share a model

    def find(self, text: str, language: str, threshold: float) -> Sequence[Seen]:
        """Presidio's results at or above the threshold.

        Raises:
            PluginError: something is not installed; the message says what to do.
        """
        with self._lock:
            if self._analyzer is None:
                self._analyzer = _analyzer(self._models)
            # A model keeps every word that it meets, and lets go of those that it met in a zone.
            with self._analyzer.nlp_engine.get_nlp(language).memory_zone():
                found = self._analyzer.analyze(
                    text, language, entities=sorted({*ENTITIES.values()}), score_threshold=threshold
                )
                return [Seen(each.entity_type, each.start, each.end, each.score) for each in found]


class _Engines:
    """One for each choice of models."""

    def __init__(self) -> None:
        self._made: dict[Models, Engine] = {}
        self._lock = lock_of(self)

    def of(self, models: Models) -> Engine:
        with self._lock:
            return self._made.setdefault(models, Engine(models))


_ENGINES: Final = _Engines()


def engine_of(models: Models) -> Engine:
    """The one engine of this process for these models."""
    return _ENGINES.of(models)


def _analyzer(models: Models) -> Any:
    if lacks := lacking(models):
        raise PluginError(f"{lacks}.", distribution=DISTRIBUTION)
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer

    loaded = {language: _model(model) for language, model in models}
    labels = {label for each in loaded.values() for label in each.get_pipe("ner").labels}
    nlp = SpacyNlpEngine(
        models=[{"lang_code": language, "model_name": model} for language, model in models],
        ner_model_configuration=NerModelConfiguration(
            model_to_presidio_entity_mapping=ENTITIES, labels_to_ignore=sorted(labels - set(ENTITIES))
        ),
    )
    nlp.nlp = loaded  # its own `load` would download what is missing
    languages = list(loaded)
    entities = sorted({*ENTITIES.values()})
    recognizers = [
        SpacyRecognizer(supported_language=each, supported_entities=entities) for each in languages
    ]
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognizers, supported_languages=languages),
        nlp_engine=nlp,
        supported_languages=languages,
    )


def _model(name: str) -> Any:
    import spacy

    model = spacy.load(name, exclude=_UNUSED)
    if "ner" not in model.pipe_names:
        raise PluginError(f"the spaCy model {name!r} finds no names.", distribution=DISTRIBUTION)
    if "tok2vec" in model.pipe_names and "ner" not in model.get_pipe("tok2vec").listening_components:
        model.remove_pipe("tok2vec")
    return model
