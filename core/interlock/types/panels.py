"""What a panel came to. No prompt and no answer: it stands in the response and in the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

MemberOutcome = Literal["answer", "cut", "refusal", "error", "late", "excluded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelMember:
    """One member of an ensemble, and what became of it in one call.

    Attributes:
        label: A, B, …: its place among the ensemble's members. Arbiters know it by nothing else.
        member: as the configuration names it: a model or a deployment.
        deployment: which one answered for it, or was the last to fail; None when none was asked to the end.
        outcome: `cut` at a length and `refusal` are answers that do not count while there are whole ones;
            `late` was not back within the ensemble's deadline; `excluded` was not allowed to be asked.
        why: the kind of its error, or the rule that excluded it, in words.
        weight: how much the configuration has it count.
    """

    label: str
    member: str
    deployment: str | None = None
    outcome: MemberOutcome = "answer"
    why: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelProgress:
    """A step of a panel that is at work: a member has ended or, where `label` is None, arbitration begins.

    Attributes:
        label, member, outcome: whose and how, as in `PanelMember`.
        answered: how many members have a whole answer so far.
        of: how many members there are.
    """

    label: str | None = None
    member: str | None = None
    outcome: MemberOutcome | None = None
    answered: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelVerdict:
    """How one answer was made of those of a panel's members, who are named by their labels.

    Attributes:
        arbiter: the name of the arbiter that ruled; None when there was nothing to choose, because one member
            alone had answered, or all had refused or were cut.
        members: everyone, in the ensemble's order.
        chosen: whose answer it is, or out of whose it was made.
        scores: the arbiter's own numbers, the higher the better.
        agreement: the share of those who answered that say what was handed over, by weight, from 0 to 1;
            None where nobody has compared them.
        contested: the arbiter could not decide, and the order of the members did.
        dissent: those who say something else.
        flags: what else the arbiter noticed, as words without blanks.
        synthesised: the answer is the arbiter's own.
        flips: how often a judge said otherwise when it was asked again, as in another order.
    """

    arbiter: str | None = None
    members: tuple[PanelMember, ...] = ()
    chosen: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    agreement: float | None = None
    contested: bool = False
    dissent: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    synthesised: bool = False
    flips: int = 0
