"""What a body's `model` may say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

from interlock import ConfigError, Ensemble, RequestError, Router
from interlock.types.members import as_ensemble
from interlock.types.names import nearest
from interlock.types.request import Options
from interlock_server.names.listing import Listed, entry_of, listing_of
from interlock_server.principals import Principal
from interlock_server.problems import Problem, Rejected

AUTO = "auto"
"""What stands for no model: the request is classified, and whoever suits it answers."""

_NOT_FOUND = 404
_REMEMBERED = 1_024
_LONGEST = 256  # of a name


_WORDS = {
    "auto": "what has the router choose",
    "model": "a model",
    "ensemble": "an ensemble",
    "task": "a task",
}


@dataclass(frozen=True)
class Meaning:
    """What a name stands for: `name` of that kind; of a model, the ids of the deployments that are meant."""

    kind: Literal["auto", "model", "ensemble", "task"]
    name: str = ""
    deployments: frozenset[str] = frozenset()

    @cached_property
    def options(self) -> Options:
        """As a request takes it; not to be changed."""
        match self.kind:
            case "model":
                return Options(model=self.name)
            case "ensemble":
                return Options(ensemble=self.name)
            case "task":
                return Options(task=self.name)
        return Options()


class ModelNames:
    """The names of one router. An alias of the server's comes first, then a deployment, a card or another
    name of a model, an ensemble, a task. A name that a key may not use is unknown to it.
    """

    def __init__(self, router: Router, aliases: Mapping[str, str], *, created: int) -> None:
        """`created` is when lists say that models were made, in seconds since the epoch.

        Raises:
            ConfigError: an alias that leads nowhere, or a name that would mean two things.
        """
        self._router = router
        self._ensembles = router.ensembles
        self._tasks = frozenset(router.tasks)
        self._aliases = dict(aliases)
        self._created = created
        self._found = lru_cache(maxsize=_REMEMBERED)(self._find)
        self._check_doubles()
        for alias, target in tuple(self._aliases.items()):
            self._check_alias(alias, target)

    def meaning(self, name: str, principal: Principal | None) -> Options:
        """The options that a name stands for; none for `auto` and for no name at all.

        Raises:
            Rejected: there is no such name for whoever asks.
        """
        meant = self._meaning(name, principal)
        if meant is None:
            raise self._unknown(name, "model", principal)
        return meant.options

    def check(self, options: Mapping[str, Any], principal: Principal | None, path: str) -> None:
        """Whether a body's own options name nothing that whoever asks may not use. `path` is theirs.

        Raises:
            Rejected: a task, an ensemble or a member of one that is unknown to whoever asks.
            RequestError: an ensemble that is none.
        """
        task, ensemble = options.get("task"), options.get("ensemble")
        if task is None and ensemble is None:
            return
        if task is not None and not self._may(Meaning("task", task), principal):
            raise self._unknown(task, f"{path}.task", principal)
        if isinstance(ensemble, str) and not self._may(Meaning("ensemble", ensemble), principal):
            raise self._unknown(ensemble, f"{path}.ensemble", principal)
        for name in _members(ensemble, path):
            meant = self._meaning(name, principal)
            if meant is None or meant.kind != "model":
                raise self._unknown(name, f"{path}.ensemble", principal)

    def listing(self, principal: Principal | None) -> Mapping[str, Any]:
        """Every name that whoever asks may use, as the body of a list of models."""
        return listing_of([entry_of(each, self._created) for each in self._listed(principal)])

    def entry(self, name: str, principal: Principal | None) -> Mapping[str, Any]:
        """One model of the list.

        Raises:
            Rejected: there is no such name for whoever asks.
        """
        meant = self._meaning(name, principal)
        if meant is None:
            raise self._unknown(name, "model", principal)
        return entry_of(self._shown(name or AUTO, meant), self._created)

    def _meaning(self, name: str, principal: Principal | None) -> Meaning | None:
        meant = self._found(name) if len(name) <= _LONGEST else None
        return meant if meant is not None and self._may(meant, principal) else None

    def _find(self, name: str) -> Meaning | None:
        target = self._aliases.get(name, name)
        if target in ("", AUTO):
            return Meaning("auto")
        if meant := self._meant(target):
            return Meaning("model", target, meant)
        if target in self._ensembles:
            return Meaning("ensemble", target)
        return Meaning("task", target) if target in self._tasks else None

    def _may(self, meant: Meaning, principal: Principal | None) -> bool:
        """Whether there is such a thing, and whoever asks may use it."""
        if meant.kind == "task":
            allowed = principal is None or principal.tasks is None or meant.name in principal.tasks
            return meant.name in self._tasks and allowed
        if meant.kind == "ensemble":
            ensemble = self._ensembles.get(meant.name)
            if ensemble is None or (principal is not None and not principal.may_ask(meant.name)):
                return False
            members = (self._found(each.model) for each in ensemble.members)
            return any(each is not None and self._may(each, principal) for each in members)
        if meant.kind == "auto" or principal is None or principal.models is None:
            return True
        known = (self._router.deployments.get(id_) for id_ in meant.deployments)
        return any(each is not None and principal.may_have(each) for each in known)

    def _unknown(self, name: str, param: str, principal: Principal | None) -> Rejected:
        """The answer about a name, which is the same whether or not somebody else may use it."""
        name = name[:_LONGEST]
        near = nearest(name, [each.name for each in self._listed(principal)])
        hint = f"Did you mean {near!r}?" if near else f"With {AUTO!r}, the router chooses."
        message = f"{name!r} is no model, ensemble or task that may be asked for here. {hint}"
        return Rejected(Problem(status=_NOT_FOUND, code="model_not_found", message=message, param=param))

    def _listed(self, principal: Principal | None) -> Iterator[Listed]:
        for name in self._names():
            if (meant := self._meaning(name, principal)) is not None:
                yield self._shown(name, meant)

    def _names(self) -> Iterator[str]:
        deployments = self._router.deployments
        cards = (each.model for each in deployments.values())
        found = (AUTO, *self._aliases, *deployments, *cards, *self._ensembles, *self._router.tasks)
        yield from dict.fromkeys(found)

    def _shown(self, name: str, meant: Meaning) -> Listed:
        known = [self._router.deployments.get(id_) for id_ in meant.deployments]
        cards = {each.model: each.card for each in known if each is not None}
        card = next(iter(cards.values())) if len(cards) == 1 else None
        return Listed(name=name, kind=meant.kind, card=card)

    def _check_doubles(self) -> None:
        """No model is called as an ensemble or a task, and no ensemble as a task."""
        for name in dict.fromkeys((AUTO, *self._ensembles, *self._router.tasks)):
            kinds = [
                kind
                for kind, is_so in (
                    ("auto", name == AUTO),
                    ("model", bool(self._meant(name))),
                    ("ensemble", name in self._ensembles),
                    ("task", name in self._tasks),
                )
                if is_so
            ]
            if len(kinds) > 1:
                both = " and of ".join(_WORDS[kind] for kind in kinds)
                what = f"{name!r} is the name of {both}, and who asks for it would get either; rename one."
                raise ConfigError(what, key="server")

    def _meant(self, name: str) -> frozenset[str]:
        """The ids of the deployments of a model of this name; none where it is no model's."""
        try:
            return self._router.meant(name)
        except RequestError:
            return frozenset()

    def _check_alias(self, alias: str, target: str) -> None:
        key = f"server.aliases.{alias}"
        if target in self._aliases:
            raise ConfigError(f"{target!r} is an alias itself; name what that one stands for.", key=key)
        del self._aliases[alias]  # what it stands for is looked for without it
        own, meant = self._find(alias), self._find(target)
        if own is not None:
            raise ConfigError(f"{alias!r} is the name of {_WORDS[own.kind]} already; give another.", key=key)
        if meant is None:
            near = nearest(target, list(self._names()))
            raise ConfigError(f"{target!r} is no model, ensemble or task here.", key=key, suggestion=near)
        self._aliases[alias] = target


def _members(given: object, path: str) -> Iterator[str]:
    """Whom an ensemble that a request brings along would ask. Raises RequestError for what is none."""
    try:
        ensemble = as_ensemble(given)
    except RequestError as error:
        key = f"{path}.{error.key}"
        raise RequestError(error.message, key=key, suggestion=error.suggestion) from None
    if isinstance(ensemble, Ensemble):
        yield from (each.model for each in ensemble.members)
        yield from ensemble.arbiter
