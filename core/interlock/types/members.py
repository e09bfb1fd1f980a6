"""An ensemble as callers write it: its members, and who makes one answer of theirs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from math import inf
from typing import TYPE_CHECKING, Any

from interlock.errors import RequestError
from interlock.types.names import nearest

INLINE = "inline"
"""What records call an ensemble that has no name, because a request brought it along."""
MOST_MEMBERS = 26
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of an ensemble.

    Attributes:
        model: a model or a deployment.
        weight: how much its answer counts, more than 0; what that changes is the arbiter's matter.
        settings: what it is asked with, where that differs from the request, as in `Settings`.
    """

    model: str
    weight: float = 1.0
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.model, str) or not self.model:
            raise RequestError("expected the name of a model or a deployment", key="model")
        if type(self.weight) not in (int, float) or not 0 < self.weight < inf:
            raise RequestError(f"expected a number above 0, not {self.weight!r:.40}", key="weight")
        if not isinstance(self.settings, Mapping):
            raise RequestError(f"expected a mapping, not {type(self.settings).__name__}", key="settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """Models that are asked one question together, and who makes one answer of theirs.

    Raises:
        RequestError: what cannot be meant. Names are checked when a router is asked.

    Attributes:
        members: two to 26, each a name, a Member or a mapping of what it holds; one may stand there several
            times, and is then asked as often.
        mode: the arbiter's name.
        arbiter: the models that the arbiter asks, if it asks any; a single one may stand there as text.
        options: the arbiter's own.
        strategy: how members are asked.
        quorum: how many have to answer.
        deadline: seconds that they have together; None is half of what the call has left.
    """

    members: tuple[Member, ...]
    mode: str = "vote"
    arbiter: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    strategy: str = "panel"
    quorum: int = 1
    deadline: float | None = None

    if TYPE_CHECKING:
        # The generated one is narrower than what is taken.
        def __init__(
            self,
            *,
            members: Iterable[str | Member | Mapping[str, Any]],
            mode: str = "vote",
            arbiter: str | Iterable[str] = (),
            options: Mapping[str, Any] = ...,
            strategy: str = "panel",
            quorum: int = 1,
            deadline: float | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        given: Any = self.members
        if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
            raise _wrong("members", "expected a list of models and deployments")
        members = tuple(_member(index, each) for index, each in enumerate(given))
        if not _FEWEST <= len(members) <= MOST_MEMBERS:
            raise _wrong("members", f"expected {_FEWEST} to {MOST_MEMBERS}, not {len(members)}")
        object.__setattr__(self, "members", members)
        judges: Any = self.arbiter
        if isinstance(judges, str) or not isinstance(judges, Iterable):
            judges = () if judges is None else (judges,)
        judges = tuple(judges)
        if not all(isinstance(each, str) and each for each in judges):
            raise _wrong("arbiter", "expected the name of a model or a deployment, or a list of them")
        object.__setattr__(self, "arbiter", judges)
        for key in ("mode", "strategy"):
            if not isinstance(getattr(self, key), str):
                raise _wrong(key, f"expected a name, not {type(getattr(self, key)).__name__}")
        if not isinstance(self.options, Mapping):
            raise _wrong("options", f"expected a mapping, not {type(self.options).__name__}")
        if type(self.quorum) is not int or not 1 <= self.quorum <= len(members):
            raise _wrong("quorum", f"expected a whole number from 1 to {len(members)}")
        limit = self.deadline
        if limit is not None and (type(limit) not in (int, float) or not 0 < limit < inf):
            raise _wrong("deadline", "expected a number of seconds above 0")


def as_ensemble(value: object) -> "str | Ensemble | None":
    """A name, or an ensemble out of a mapping. Raises RequestError for anything else."""
    if value is None or isinstance(value, (str, Ensemble)):
        return value
    if not isinstance(value, Mapping):
        what = f"expected the name of an ensemble, an Ensemble or a mapping, not {type(value).__name__}"
        raise RequestError(what, key="ensemble")
    _check_keys(value, Ensemble, "ensemble")
    if "members" not in value:
        raise _wrong("members", "is required")
    return Ensemble(**value)


def _member(index: int, value: object) -> Member:
    if isinstance(value, Member):
        return value
    key = f"ensemble.members.{index}"
    if isinstance(value, Mapping):
        _check_keys(value, Member, key)
        if "model" not in value:
            raise RequestError("is required", key=f"{key}.model")
    try:
        return Member(**value) if isinstance(value, Mapping) else Member(model=value)  # type: ignore[arg-type] # it checks
    except RequestError as error:
        raise RequestError(error.message, key=f"{key}.{error.key}") from None


def _check_keys(value: Mapping[str, Any], kind: type, key: str) -> None:
    known = [each.name for each in fields(kind)]
    for name in value:
        if name not in known:
            what = f"there is no such key; there are {', '.join(known)}."
            raise RequestError(what, key=f"{key}.{name}", suggestion=nearest(str(name), known))


def _wrong(key: str, message: str) -> RequestError:
    return RequestError(message, key=f"ensemble.{key}")
