"""What `interlock plugins check` runs: the classifier and its options against the rules."""

from typing import ClassVar

from interlock.testing import ClassifierConformance, CommandConformance, OptionsConformance
from interlock_embeddings import interlock_commands
from interlock_embeddings.classifier import Embeddings


class Classifying(ClassifierConformance):
    classifier = Embeddings()


class Configuring(OptionsConformance):
    offer = Embeddings()
    written: ClassVar = {"below": 0.7}


class Tasks(CommandConformance):
    (command,) = interlock_commands()
    runs: ClassVar = (("--help",),)
