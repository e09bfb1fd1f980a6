"""Files of routes that were learned."""

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from interlock.config.complaints import complaints
from interlock.config.layers import text_of
from interlock.config.policies import named
from interlock.config.refinements import RefinementConfig, refinement_of
from interlock.config.schema import Limit, Names, Part, Text, number
from interlock.documents import Node, read, shown
from interlock.errors import ConfigError
from interlock.types.learned import LearnedRoutes, RouteEvidence
from interlock.types.names import nearest

FORMAT: Final = "interlock-routes/1"


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise named("expected a day such as 2026-11-30.") from None


Day = Annotated[Text, AfterValidator(_day)]
Gain = Annotated[float, BeforeValidator(number), Field(ge=-1, le=1, allow_inf_nan=False)]
Level = Annotated[float, BeforeValidator(number), Field(gt=0, lt=1)]


class EvidenceConfig(Part):
    """As `RouteEvidence`."""

    id: Text
    measured: Day
    n: Limit
    over: str = ""
    gain: Gain | None = None
    low: Gain | None = None
    high: Gain | None = None
    level: Level = 0.95
    stale: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = [name for name in ("gain", "low", "high") if getattr(self, name) is not None]
        if self.over and len(given) < 3:  # noqa: PLR2004 - gain, low and high
            raise named("expected `gain`, `low` and `high` beside `over`.", "over")
        if given and not self.over:
            raise named("expected `over` beside it: the model that it is compared with.", given[0])
        if self.gain is None or self.low is None or self.high is None:
            return self
        if not self.low <= self.gain <= self.high:
            raise named("expected it between `low` and `high`.", "gain")
        return self


class LearnedRoutesConfig(Part):
    """A file of learned routes. `source` is for people, and `refined` names a file of arrays beside it."""

    format: Literal["interlock-routes/1"]
    routes: Annotated[dict[Text, Annotated[Names, Field(min_length=1)]], Field(min_length=1)]
    evidence: dict[Text, EvidenceConfig] = Field(default_factory=dict)
    source: dict[Text, Any] = Field(default_factory=dict)
    refined: RefinementConfig | None = None

    @model_validator(mode="after")
    def _of_routes(self) -> Self:
        for task in self.evidence:
            if task not in self.routes:
                near = nearest(task, list(self.routes))
                raise named("there is no such task among the file's routes.", f"evidence.{task}", near)
        return self


def read_learned(path: str | os.PathLike[str]) -> tuple[LearnedRoutes, Node]:
    """The routes of a file, and its root, which knows the lines.

    Raises:
        ConfigError: the file is missing or holds what are no routes; with its line.
    """
    name = os.fspath(path)
    return read_learned_text(text_of(name, "there is no such file; `learned_routes` names it."), name)


def read_learned_text(text: str, name: str) -> tuple[LearnedRoutes, Node]:
    """The same of a file's text; `name` is what to call it.

    Raises:
        ConfigError: it holds what are no routes; with its line.
    """
    root = read(text, name)
    value = None if root is None else root.plain()
    if root is None or not isinstance(value, Mapping):
        raise ConfigError("expected `routes:` with tasks and their models.", source=name, line=1)

    def build(steps: Sequence[str], message: str, suggestion: str | None) -> ConfigError:
        return at(root, name, steps, message, suggestion)

    try:
        written = LearnedRoutesConfig.model_validate(value)
    except ValidationError as error:
        raise complaints(error, LearnedRoutesConfig, build) from None
    evidence = {task: RouteEvidence(**dict(each)) for task, each in written.evidence.items()}
    refined = None
    if written.refined is not None:
        try:
            refined = refinement_of(written.refined, Path(name).expanduser())
        except ConfigError as error:
            raise at(root, name, ["refined", error.key], error.message) from None
    learned = LearnedRoutes(
        routes=written.routes, evidence=evidence, where=name, refined=refined, source=written.source
    )
    return learned, root


def at(
    root: Node, name: str, steps: Sequence[str], message: str, suggestion: str | None = None
) -> ConfigError:
    """An error about a key of the file, with its line."""
    _, line = root.find(list(steps))
    return ConfigError(message, key=shown(steps), source=name, line=line, suggestion=suggestion)
