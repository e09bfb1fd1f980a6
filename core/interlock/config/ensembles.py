"""The section `ensembles`: models that are asked together, and who makes one answer of theirs."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from interlock.arbiters.vote import Vote
from interlock.config.schema import (
    Count,
    Part,
    Seconds,
    Text,
    Weight,
    at_key,
    nothing_is_empty,
    split_names,
)
from interlock.strategies.panel import PanelStrategy
from interlock.types.members import MOST_MEMBERS, Ensemble, Member
from interlock.types.models import Unprinted


def _member(value: object) -> object:
    """A member is its model's name, or keys and values."""
    return value if isinstance(value, (dict, MemberConfig)) else {"model": value}


def _models(value: object) -> object:
    return () if value is None else split_names(value)


class MemberConfig(Part):
    """A model or a deployment. What `weight` counts for is the arbiter's matter; `settings` go before those
    of the request.
    """

    model: Text
    weight: Weight = 1.0
    settings: dict[str, Any] = Field(default_factory=dict)


class EnsembleConfig(Part):
    """Members that are asked together. `mode` is an arbiter's name, `arbiter` the models that it asks, and
    `options` are the arbiter's own for this ensemble, for its schema; a secret may stand there.

    `quorum` is how many have to answer, `deadline` the seconds that they have together.
    """

    members: Annotated[
        tuple[Annotated[MemberConfig, BeforeValidator(_member)], ...],
        BeforeValidator(split_names),
        Field(min_length=2, max_length=MOST_MEMBERS),
    ]
    mode: Text = Vote.name
    arbiter: Annotated[tuple[Text, ...], BeforeValidator(_models), Field(max_length=MOST_MEMBERS)] = ()
    options: Annotated[dict[str, Any], BeforeValidator(nothing_is_empty), AfterValidator(Unprinted)] = Field(
        default_factory=dict
    )
    strategy: Text = PanelStrategy.name
    quorum: Annotated[Count, Field(ge=1)] = 1
    deadline: Seconds | None = None

    def ensemble(self) -> Ensemble:
        return Ensemble(
            members=[
                Member(model=each.model, weight=each.weight, settings=each.settings) for each in self.members
            ],
            mode=self.mode,
            arbiter=self.arbiter,
            options=self.options,
            strategy=self.strategy,
            quorum=self.quorum,
            deadline=self.deadline,
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.quorum > len(self.members):
            raise at_key("quorum", f"expected at most {len(self.members)}: there are no more members.")
        return self
