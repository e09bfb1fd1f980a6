"""Arbiters that ask models: one answer chosen, ranked, scored or written out of those of an ensemble."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import Arbiter
from interlock_panels.options import (
    RankOptions,
    ScoreOptions,
    SelectOptions,
    SynthesiseOptions,
    VerifyOptions,
)
from interlock_panels.rank import Rank
from interlock_panels.score import Score
from interlock_panels.select_best import SelectBest
from interlock_panels.synthesise import Synthesise
from interlock_panels.verify import Verify

__all__ = [
    "Rank",
    "RankOptions",
    "Score",
    "ScoreOptions",
    "SelectBest",
    "SelectOptions",
    "Synthesise",
    "SynthesiseOptions",
    "Verify",
    "VerifyOptions",
]


@hookimpl
def interlock_arbiters() -> Iterable[Arbiter]:
    return [SelectBest(), Synthesise(), Rank(), Score(), Verify()]
