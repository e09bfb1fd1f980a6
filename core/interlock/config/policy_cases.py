"""Cases that say what policies must do, read from a file."""

import os
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from interlock.config.complaints import complaints
from interlock.config.layers import text_of
from interlock.config.policies import Lowered, named
from interlock.config.schema import Names, Part, Text
from interlock.documents import read, shown
from interlock.errors import ConfigError
from interlock.policies import Case
from interlock.policies.permissions import Verdict
from interlock.types.names import nearest

_NOBODY = "nobody"
_OTHERS = "others"


class ExpectedConfig(Part):
    """Deployments by what they may have. `others` are all that are named nowhere else."""

    allowed: Names = ()
    sealed: Names = ()
    denied: Names = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        seen: dict[str, str] = {}
        for verdict, names in self:
            for index, name in enumerate(names):
                if name in seen:
                    raise named(f"{name!r} stands under {seen[name]}, too.", f"{verdict}.{index}")
                seen[name] = verdict
        if not seen:
            raise named("expects nothing; name deployments, or write `expect: nobody`.")
        return self

    def verdicts(self) -> dict[str, Verdict]:
        verdicts: tuple[Verdict, ...] = ("allowed", "sealed", "denied")
        return {name: verdict for verdict in verdicts for name in getattr(self, verdict)}


def _nobody(value: object) -> object:
    return {"denied": [_OTHERS]} if value == _NOBODY else value


class CaseConfig(Part):
    """A request, and who may have it."""

    name: str = ""
    sensitivity: Lowered = ()
    text: str = ""
    task: Text | None = None
    expect: Annotated[ExpectedConfig, BeforeValidator(_nobody)]


class CasesConfig(Part):
    """A file of cases."""

    cases: Annotated[tuple[CaseConfig, ...], Field(min_length=1)]


def read_cases(
    path: str | os.PathLike[str], *, deployments: Sequence[str], levels: Sequence[str]
) -> tuple[Case, ...]:
    """The cases of a file. A case without a name is called by its number.

    Raises:
        ConfigError: the file is missing or holds what is no case, or a case names a deployment or a level
            that there is not; with its line.
    """
    name = os.fspath(path)
    root = read(text_of(name, "there is no such file."), name)
    value: Any = None if root is None else root.plain()
    if root is None or not isinstance(value, Mapping):
        raise ConfigError("expected `cases:` with a list of cases.", source=name, line=1)

    def build(steps: Sequence[str], message: str, suggestion: str | None) -> ConfigError:
        _, line = root.find(list(steps))
        return ConfigError(message, key=shown(steps), source=name, line=line, suggestion=suggestion)

    try:
        written = CasesConfig.model_validate(value)
    except ValidationError as error:
        raise complaints(error, CasesConfig, build) from None
    for index, case in enumerate(written.cases):
        at = ["cases", str(index)]
        for place, level in enumerate(case.sensitivity):
            if level not in levels:
                what = f"{level!r} is no level; there are {', '.join(levels)}."
                raise build([*at, "sensitivity", str(place)], what, nearest(level, levels))
        for verdict, names in case.expect:
            for place, deployment in enumerate(names):
                if deployment not in deployments and deployment != _OTHERS:
                    what = f"there is no deployment {deployment!r}; there are {', '.join(deployments)}."
                    raise build([*at, "expect", verdict, str(place)], what, nearest(deployment, deployments))
    return tuple(_case(case, number) for number, case in enumerate(written.cases, 1))


def _case(written: CaseConfig, number: int) -> Case:
    expected = written.expect.verdicts()
    others = expected.pop(_OTHERS, None)
    return Case(
        name=written.name.strip() or f"case {number}",
        sensitivity=frozenset(written.sensitivity),
        text=written.text,
        task=written.task,
        expected=expected,
        others=others,
    )
