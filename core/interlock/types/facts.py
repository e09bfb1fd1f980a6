"""What a decision was made of, beside the classification: enough to make it again, nothing of the prompt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from interlock.types.frozen import quick_init
from interlock.types.request import Constraints
from interlock.types.sensed import Sensed


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A deployment that was not well when a decision was made, as its health stood then."""

    verdict: Literal["good", "demoted", "last resort", "excluded"]
    sentence: str = ""
    high_error_rate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A rule that lets a deployment have the request only sealed, and its sentence."""

    rule: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reordering:
    """How a reranker has put a learned row's names, and why; `digest` is of what it has learned."""

    order: tuple[str, ...]
    reason: str
    digest: str


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a decision depends on, apart from the configuration.

    Attributes:
        task: what the caller named; None when the task was recognised.
        model: what the caller named; None when any would do.
        prefer: the deployment that the caller wanted first, if it may be used.
        constraints: the caller's own, without the configuration's.
        demands: the caller's own, likewise.
        needs: capabilities that the request asks of a model.
        max_tokens: the longest answer that the caller wanted.
        language: of the prompt, when a classifier told it.
        promoted: the task is long_document because of the request's length.
        rules: excluded deployment id -> the name of the rule that excluded it, `health` included.
        conditions: deployment id -> its health, where that was not simply good.
        seals: deployment id -> the first rule that lets it have the request only sealed.
        first: deployment id -> why its load put it before others of its model.
        sensed: what guardrails had found in the request; None when no policy needed to know.
        reordering: how the row's names were put in another order because of what the request says.
    """

    task: str | None = None
    model: str | None = None
    prefer: str | None = None
    constraints: Constraints = field(default_factory=Constraints)
    demands: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    max_tokens: int | None = None
    language: str | None = None
    promoted: bool = False
    rules: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    seals: Mapping[str, Seal] = field(default_factory=dict)
    first: Mapping[str, str] = field(default_factory=dict)
    sensed: Sensed | None = None
    reordering: Reordering | None = None
