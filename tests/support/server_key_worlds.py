"""Random worlds whose calls are made with keys: what each may have is worked out here once more."""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from interlock import Constraints, Router
from interlock_server.keys import KeyRules
from interlock_server.principals import KEY, Principal
from server_keyrings import Told
from world_stage import Stage, Tally
from worlds import Asking, Place, World, make

TASKS = ("conversational", "quantitative", "code_generation", "eu_regulated", "creative")
ASIDE = ("classifier", "guardrail")
"""Roles of attempts that come before it is known what a request is."""
UNKNOWN = 0.05
"""How often a key was revoked."""


@dataclass
class KeyedWorld(World):
    """A world in which each call is made by a principal, whom its mark names; those in `told` are known."""

    principals: Mapping[str, Principal] = field(default_factory=dict)
    told: Told = field(default_factory=Told)

    @property
    def is_fair(self) -> bool:
        """What a request turns out to be is not known here, and so nobody can be missed."""
        return super().is_fair and all(each.tasks is None for each in self.principals.values())

    def allows(self, place: Place, asking: Asking, where: str) -> bool:
        key = self.principals[asking.mark]
        if key.id not in self.told.principals:
            return False
        if key.models is not None:
            if asking.ensemble is not None and asking.ensemble not in key.models:
                return False
            if place.id not in key.models and place.model not in key.models:
                return False
        if key.tasks is not None and asking.task is not None and asking.task not in key.tasks:
            return False
        rules = key.constraints
        theirs = replace(
            asking,
            residency=rules.residency,
            storage=rules.storage,
            on_premise=rules.on_premise,
            denied=rules.deny_vendors,
            laws=rules.deny_laws,
        )
        return super().allows(place, asking, where) and super().allows(place, theirs, where)


def make_keyed(seed: int, *, vandals: bool) -> KeyedWorld:
    """The world of a seed, its calls made with keys."""
    world = make(seed, vandals=vandals)
    dice = random.Random(f"keys of {seed}")
    ensembles = tuple(world.config.get("ensembles", ()))
    principals = {each.mark: _principal(dice, each, world, ensembles) for each in world.askings}
    told = Told.of(*(each for each in principals.values() if dice.random() > UNKNOWN))
    facts = {each.name: getattr(world, each.name) for each in fields(World)}
    return KeyedWorld(
        **facts | {"plugins": (*world.plugins, KeyRules(told))}, principals=principals, told=told
    )


def _principal(dice: random.Random, asking: Asking, world: World, ensembles: tuple[str, ...]) -> Principal:
    names = [*(each.id for each in world.places), *(each.model for each in world.places), *ensembles]
    some = frozenset(dice.sample(names, dice.randint(len(names) // 3, len(names))))
    home = frozenset({dice.choice(("eu", "eu", "us", "cn", "de"))})
    return Principal(
        id=f"key-{asking.mark}",
        models=some if dice.random() < 0.6 else None,
        tasks=frozenset(dice.sample(TASKS, 3)) if dice.random() < 0.1 else None,
        constraints=Constraints(
            residency=home if dice.random() < 0.15 else frozenset(),
            storage=home if dice.random() < 0.05 else frozenset(),
            deny_vendors=_maybe(dice, 0.15, "openai", "zhipu"),
            deny_laws=_maybe(dice, 0.05, "us", "cn"),
            on_premise=dice.random() < 0.05,
        ),
    )


def _maybe(dice: random.Random, chance: float, *names: str) -> frozenset[str]:
    return frozenset({dice.choice(names)}) if dice.random() < chance else frozenset()


class KeyedRouter(Router):
    """Makes each call as a server does: with the id of its key, under its constraints."""

    principals: Mapping[str, Principal] = {}

    def complete(self, prompt: Any, **options: Any) -> Any:
        return super().complete(prompt, **self._by(options))

    def stream(self, prompt: Any, **options: Any) -> Any:
        return super().stream(prompt, **self._by(options))

    def complete_sync(self, prompt: Any, **options: Any) -> Any:
        return super().complete_sync(prompt, **self._by(options))

    def stream_sync(self, prompt: Any, **options: Any) -> Any:
        return super().stream_sync(prompt, **self._by(options))

    def _by(self, options: dict[str, Any]) -> dict[str, Any]:
        principal = self.principals[options["metadata"]["mark"]]
        asked = Constraints(**options["constraints"])
        return options | {
            "metadata": {**options["metadata"], KEY: principal.id},
            "constraints": principal.constraints.tightened(asked),
        }


class KeyedStage(Stage):
    """Plays worlds with keys. `strays` then also names calls that a key's tasks forbid."""

    def perform(self, world: World, tamper: Callable[[Router], None], tally: Tally) -> None:
        routers: list[Router] = []

        def both(router: Router) -> None:
            routers.append(router)
            tamper(router)

        super().perform(world, both, tally)
        assert isinstance(world, KeyedWorld)
        for record in routers[0].records:
            tasks = world.principals[record.metadata["mark"]].tasks
            if tasks is None or record.decision.task in tasks:
                continue
            for attempt in record.attempts:
                sent = attempt.error is None or attempt.error.kind != "NoLongerAllowed"
                if sent and attempt.role not in ASIDE:
                    tally.strays.append(f"{world.seed}: {record.metadata['mark']} as {record.decision.task}")

    def _router(self, world: World) -> Router:
        assert isinstance(world, KeyedWorld)
        router = KeyedRouter(super()._router(world).wiring)
        router.principals = world.principals
        return router


def play_keyed(
    stage: KeyedStage, tamper: Callable[[Router], None], seeds: Iterable[int], *, vandals: bool
) -> Tally:
    """What comes of the worlds of some seeds, in routers that were tampered with."""
    tally = Tally()
    for seed in seeds:
        stage.perform(make_keyed(seed, vandals=vandals), tamper, tally)
    return tally
