"""ClassifierConformance: our own classifier keeps the rules, and one that breaks a rule fails its test."""

import itertools
import socket
import time
from typing import Any

import pytest

from interlock import Classification
from interlock.classifiers.heuristics import HeuristicClassifier
from interlock.protocols import ClassifyCall
from interlock.testing import ClassifierConformance

RULES = [name for name in dir(ClassifierConformance) if name.startswith("test_")]


class TestHeuristicClassifier(ClassifierConformance):
    classifier = HeuristicClassifier()


class Kit(ClassifierConformance):
    def __init__(self, classifier: Any) -> None:
        self.classifier = classifier


class Steady:
    """Thinks that everything is talk."""

    api = 1
    name = "steady"

    def classify(self, call: ClassifyCall) -> Classification | None:
        return Classification(task="conversational", confidence=0.5)


@pytest.mark.parametrize("rule", RULES)
def test_a_classifier_that_keeps_the_contract_passes(rule: str) -> None:
    getattr(Kit(Steady()), rule)()


class Silent(Steady):
    def classify(self, call: ClassifyCall) -> None:
        return None


@pytest.mark.parametrize("rule", RULES)
def test_having_no_opinion_breaks_no_rule(rule: str) -> None:
    getattr(Kit(Silent()), rule)()


class Nameless:
    api = 1

    def classify(self, call: ClassifyCall) -> None: ...


class Later(Steady):
    async def classify(self, call: ClassifyCall) -> None: ...


class BadRefine(Steady):
    def refine(self, call: ClassifyCall, sofar: Classification) -> None: ...


class Fickle(Steady):
    turns = itertools.count()

    def classify(self, call: ClassifyCall) -> Classification:
        return Classification(task="conversational", confidence=1 / (1 + next(self.turns)))


class Says(Steady):
    def __init__(self, **fields: Any) -> None:
        self.fields = {"task": "conversational", "confidence": 1.0} | fields

    def classify(self, call: ClassifyCall) -> Classification:
        return Classification(**self.fields)


class Quotes(Steady):
    def classify(self, call: ClassifyCall) -> Classification:
        words = call.request.messages[-1].text.split()
        return Classification(task="conversational", confidence=0.5, evidence=tuple(words[:1]))


class Brittle(Steady):
    def classify(self, call: ClassifyCall) -> Classification | None:
        call.request.messages[-1].text.encode("utf-8")
        return super().classify(call)


class Hopeful(Steady):
    def classify(self, call: ClassifyCall) -> Classification | None:
        assert call.request.messages[-1].parts[0].text or True
        return super().classify(call)


class Guesses(Steady):
    def classify(self, call: ClassifyCall) -> Any:
        return "conversational"


class Calls(Steady):
    def classify(self, call: ClassifyCall) -> Classification | None:
        socket.socket().close()
        return super().classify(call)


class Reads(Steady):
    def classify(self, call: ClassifyCall) -> Classification | None:
        with open(__file__):  # noqa: PTH123 - the plainest way
            return super().classify(call)


class Dozes(Steady):
    def classify(self, call: ClassifyCall) -> Classification | None:
        time.sleep(0)
        return super().classify(call)


BREACHES = [
    ("is_a_classifier", Nameless(), AssertionError, "no Classifier: it needs api, name, classify"),
    ("is_a_classifier", Later(), AssertionError, "classify must not be a coroutine function"),
    ("is_a_classifier", BadRefine(), AssertionError, "refine must be a coroutine function"),
    ("names_known_tasks", Says(task="chatting"), AssertionError, "'chatting' is no task; there are"),
    ("names_known_tasks", Says(confidence=97), AssertionError, "confidence 97 is not between 0 and 1"),
    ("names_known_tasks", Says(confidence=float("nan")), AssertionError, "confidence nan"),
    ("names_known_tasks", Says(evidence=["a list"]), AssertionError, "evidence must be a tuple of text"),
    ("names_known_tasks", Guesses(), AssertionError, "classify returned a str"),
    ("gives_the_same_answer", Fickle(), AssertionError, "classified in two ways"),
    ("survives_hostile_text", Brittle(), UnicodeEncodeError, "surrogates not allowed"),
    ("survives_messages_without_text", Hopeful(), (AttributeError, IndexError), "."),
    ("does_no_io", Calls(), AssertionError, "opened a file or socket"),
    ("does_no_io", Reads(), AssertionError, "opened a file or socket"),
    ("does_no_io", Dozes(), AssertionError, "or slept"),
    ("keeps_the_prompt_out", Quotes(), AssertionError, "the evidence repeats the prompt"),
]


@pytest.mark.parametrize(("rule", "classifier", "kind", "sentence"), BREACHES)
def test_a_breach_fails_its_rule(rule: str, classifier: Any, kind: type[Exception], sentence: str) -> None:
    (name,) = [name for name in RULES if name.startswith(f"test_{rule}")]
    with pytest.raises(kind, match=sentence):
        getattr(Kit(classifier), name)()
