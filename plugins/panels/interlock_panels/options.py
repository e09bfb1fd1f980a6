"""What the configuration says of each arbiter, below an ensemble's `options`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from interlock import ConfigError

__all__ = ["RankOptions", "ScoreOptions", "SelectOptions", "SynthesiseOptions", "VerifyOptions"]

_MOST_SAMPLES = 25
_SHORTEST = 200
_GRADES = (2, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOptions:
    """What every arbiter is told that asks judges.

    Raises:
        ConfigError: a number out of its range.

    Attributes:
        criteria: what makes an answer good, in a sentence each; left out, that it serves whoever asked.
        instructions: what else a judge is to know, such as who reads the answers.
        samples: how often each judge is asked each question, from 1 to 25.
        longest: characters of an answer, and of the conversation, that a judge is shown at most, from 200;
            what is longer is cut in its middle, which a flag tells.
        temperature: for the judges' answers; left out, as their models have it.
        needs_verdict: where no judge gives a verdict that can be read, the call ends in an error instead of
            the order of the members.
        majority: what members with more than half of the weight say alike stands, whatever judges say of it.
    """

    criteria: tuple[str, ...] = ()
    instructions: str = ""
    samples: int = 1
    longest: int = 40_000
    temperature: float | None = None
    needs_verdict: bool = False
    majority: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= _MOST_SAMPLES:
            raise ConfigError(f"expected a number from 1 to {_MOST_SAMPLES}.", key="samples")
        if self.longest < _SHORTEST:
            raise ConfigError(f"expected at least {_SHORTEST} characters.", key="longest")


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectOptions(JudgeOptions):
    """What `select_best` is told.

    Attributes:
        isolate: each answer is first scored alone, and only the two best are compared; without it one
            question shows all answers.
        both_orders: whatever is compared is compared in two orders, which have to agree.
        control: when the two best are also scored as answers to a question that nobody asked: where one of
            them speaks to the judge, always, or never. A judge that likes one there, and not the other, does
            what it says, and is not believed about it. It takes the scores of `isolate`.
    """

    isolate: bool = True
    both_orders: bool = True
    control: Literal["flagged", "always", "never"] = "flagged"


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesiseOptions(SelectOptions):
    """What `synthesise` is told; all but its own is for where it selects instead.

    Attributes:
        attribute: a second question asks whom the answer follows and what the others say.
    """

    attribute: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RankOptions(JudgeOptions):
    """What `rank` is told.

    Attributes:
        pairs: all of them, or a knockout, in which a member that loses is compared no more.
        by: what the comparisons come to: wins less losses, or the strengths of Bradley and Terry.
        both_orders: each pair is compared in both orders, which have to agree.
    """

    pairs: Literal["all", "knockout"] = "all"
    by: Literal["copeland", "bradley_terry"] = "copeland"
    both_orders: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions(JudgeOptions):
    """What `verify` is told. Its `criteria` are what has to hold of an answer that is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOptions:
    """What `score` is told.

    Raises:
        ConfigError: no criterion, or one whose weight is not more than 0; a number out of its range.

    Attributes:
        criteria: each criterion in words, and its weight.
        scale: how many points the best grade is, from 2 to 100; the worst is 0.
        margin: by how many points of the mean the best has to lead for it not to be contested.
        instructions: what else a judge is to know.
        samples: how often each judge is asked about each answer, from 1 to 25.
        longest: characters of an answer, and of the conversation, that a judge is shown at most, from 200.
        temperature: for the judges' answers; left out, as their models have it.
        needs_verdict: where no judge grades any answer so that it can be read, the call ends in an error.
        majority: what members with more than half of the weight say alike stands, whatever judges say of it.
    """

    criteria: Mapping[str, float] = field(
        default_factory=lambda: {
            "It is correct, and says nothing that is not so.": 3.0,
            "It answers the whole question.": 2.0,
            "It is clear, and no longer than it has to be.": 1.0,
        }
    )
    scale: int = 5
    margin: float = 0.0
    instructions: str = ""
    samples: int = 1
    longest: int = 40_000
    temperature: float | None = None
    needs_verdict: bool = False
    majority: bool = True

    def __post_init__(self) -> None:
        if not self.criteria:
            raise ConfigError("expected at least one criterion, with its weight.", key="criteria")
        for name, weight in self.criteria.items():
            if weight <= 0:
                raise ConfigError("expected a weight of more than 0.", key=f"criteria.{name}")
        least, most = _GRADES
        if not least <= self.scale <= most:
            raise ConfigError(f"expected a number from {least} to {most}.", key="scale")
        if self.margin < 0:
            raise ConfigError("expected a number from 0.", key="margin")
        self.judging  # noqa: B018 - it checks what it shares with the others

    @property
    def judging(self) -> JudgeOptions:
        """What it shares with the other arbiters."""
        return JudgeOptions(
            instructions=self.instructions,
            samples=self.samples,
            longest=self.longest,
            temperature=self.temperature,
            needs_verdict=self.needs_verdict,
        )
