"""What `interlock plugins check` needs to run the kits: the arbiters, and options as they may be written."""

from typing import ClassVar

from interlock.testing import ArbiterConformance, OptionsConformance
from interlock_panels import (
    Rank,
    RankOptions,
    Score,
    ScoreOptions,
    SelectBest,
    SelectOptions,
    Synthesise,
    Verify,
)


class SelectBestConformance(ArbiterConformance):
    """As it is where nothing is written."""

    arbiter = SelectBest()


class SelectAtOnceConformance(ArbiterConformance):
    """All answers in one question, several times."""

    arbiter = SelectBest().configured(SelectOptions(isolate=False, samples=3, criteria=("It is true.",)))
    judges = 2


class SynthesiseConformance(ArbiterConformance):
    """As it is where nothing is written."""

    arbiter = Synthesise()


class RankConformance(ArbiterConformance):
    """As it is where nothing is written."""

    arbiter = Rank()


class KnockoutConformance(ArbiterConformance):
    """Where who loses is compared no more."""

    arbiter = Rank().configured(RankOptions(pairs="knockout", by="bradley_terry"))


class ScoreConformance(ArbiterConformance):
    """As it is where nothing is written."""

    arbiter = Score()


class RubricConformance(ArbiterConformance):
    """By a rubric of one's own, and two judges."""

    arbiter = Score().configured(ScoreOptions(criteria={"It names the clause.": 2.5}, scale=10, margin=1.0))
    judges = 2


class VerifyConformance(ArbiterConformance):
    """As it is where nothing is written."""

    arbiter = Verify()


class SelectOptionsConformance(OptionsConformance):
    """The options as a configuration may have them."""

    offer = SelectBest()
    written: ClassVar = {"criteria": ["It is true."], "samples": 3, "isolate": False}


class SynthesiseOptionsConformance(OptionsConformance):
    """The options as a configuration may have them."""

    offer = Synthesise()
    written: ClassVar = {"instructions": "Lawyers read it.", "attribute": False}


class RankOptionsConformance(OptionsConformance):
    """The options as a configuration may have them."""

    offer = Rank()
    written: ClassVar = {"pairs": "knockout", "by": "bradley_terry"}


class ScoreOptionsConformance(OptionsConformance):
    """The options as a configuration may have them."""

    offer = Score()
    written: ClassVar = {"criteria": {"It is true.": 2}, "scale": 10, "margin": 0.5}


class VerifyOptionsConformance(OptionsConformance):
    """The options as a configuration may have them."""

    offer = Verify()
    written: ClassVar = {"criteria": ["The number is right."], "samples": 3}
