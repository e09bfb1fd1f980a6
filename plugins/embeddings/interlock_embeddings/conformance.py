"""What `interlock plugins check` runs: the classifier and its options against the rules."""

from typing import ClassVar

from interlock.testing import ClassifierConformance, OptionsConformance
from interlock_embeddings.classifier import Embeddings


class Classifying(ClassifierConformance):
    classifier = Embeddings()


class Configuring(OptionsConformance):
    offer = Embeddings()
    written: ClassVar = {"below": 0.7}
