"""What `interlock plugins check` runs: the classifier and its options against the rules."""

from typing import ClassVar

from interlock.testing import ClassifierConformance, OptionsConformance
from interlock_judge.classifier import Judge


class Classifying(ClassifierConformance):
    classifier = Judge()


class Configuring(OptionsConformance):
    offer = Judge()
    written: ClassVar = {"below": 0.7}
