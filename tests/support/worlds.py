"""Random worlds: deployments that may not be asked beside others that may, and every way to be led astray.

A world is made of its seed alone. What may be asked is worked out here once more, in a few words of its own.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import world_company
from faulty_vendors import FAULTS
from troublemakers import Curious, Failing, Heckler, Nosy, Shouts, Vandal, Wild

INSIDE = {"eu": {"eu", "de", "fr"}, "us": {"us"}, "cn": {"cn"}, "de": {"de"}}
# What may be under whose law; `eu` may turn out to be Germany.
UNDER = {"eu": {"eu", "de", "fr"}, "us": {"us"}, "cn": {"cn"}, "de": {"de", "eu"}}
REGIONS = (*("eu", "de", "fr", "us", "cn", "global") * 2, "de+fr", "eu+us", "cn+de+us")
COMPANIES = ("eu", "us", "cn", "fr", None)
MODELS = ("openai/gpt-5.5", "zhipu/glm-5.2", "mistral/mistral-large-3", "anthropic/claude-4-opus")
# What a vendor may be told, in the field `zone`, and where it keeps a request then.
ZONES = ("eu", "us", "de", "de+fr", "eu+us", "cn")
# What operators write into bodies although it says where requests go.
BODIES: tuple[Mapping[str, Any], ...] = (
    {"zone": "anywhere"}, {"Zone": "cn"}, {"zone": None}, {"ZONE": {"zone": "us"}, "x": 1}, {"x": 1},
)  # fmt: skip
PROVIDERS = ("openai-compatible", "openai-compatible", "openai-compatible", "vllm", "anthropic", "google")
TIMEOUTS = {"connect": 2.0, "first_token": 0.15, "between_tokens": 0.15, "answer": 0.2, "total": 1.0}
HOSTS = 3
LEVELS = ("internal", "personal", "regulated")


@dataclass(frozen=True)
class Place:
    """A deployment: where it claims to be, and what it does with requests, round and round."""

    id: str
    provider: str
    model: str
    region: str
    stored: str | None
    operator: str | None
    parent: str | None
    on_premise: bool
    host: int
    spelled: str
    proxied: bool
    pins: tuple[str, ...]
    body: Mapping[str, Any]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """A rule for one level; what is empty asks for nothing."""

    level: str
    places: frozenset[str]
    storage: frozenset[str]
    on_premise: bool
    laws: frozenset[str]
    denied: frozenset[str]

    def allows(self, place: Place, where: str) -> bool:
        kept = place.stored or (place.region if place.on_premise else "global")
        if not (_inside(where, self.places) and _inside(kept, self.storage)):
            return False
        if self.on_premise and not place.on_premise:
            return False
        if any(_reaches(law, place, where) for law in self.laws):
            return False
        return self.denied.isdisjoint((place.model.partition("/")[0], place.provider))

    def written(self, number: int) -> dict[str, Any]:
        permit: dict[str, Any] = {
            key: sorted(names) for key, names in (("places", self.places), ("storage", self.storage)) if names
        }
        if self.on_premise:
            permit["on_premise"] = True
        forbid = {
            key: sorted(names) for key, names in (("laws", self.laws), ("vendors", self.denied)) if names
        }
        rule = {"id": f"p{number}", "level": self.level, "permit": permit or "any"}
        return rule | ({"forbid": forbid} if forbid else {})


@dataclass(frozen=True)
class Asking:
    """A call; `task` may demand the EU, and `model` narrows."""

    mark: str
    residency: frozenset[str]
    storage: frozenset[str]
    on_premise: bool
    denied: frozenset[str]
    laws: frozenset[str]
    levels: frozenset[str]
    task: str | None
    model: str | None
    prefer: str | None
    extra: Mapping[str, Any]
    streamed: bool
    sync: bool
    rescue: str | None
    output: bool
    ensemble: str | None


@dataclass
class World:
    """One configuration, its calls, and what misbehaves in it."""

    seed: int
    places: tuple[Place, ...]
    askings: tuple[Asking, ...]
    residency: frozenset[str]
    storage: frozenset[str]
    on_premise: bool
    denied: frozenset[str]
    laws: frozenset[str]
    policies: tuple[Policy, ...]
    failing: frozenset[str]
    config: Mapping[str, Any]
    plugins: tuple[object, ...]
    strategy: Wild | None
    also: tuple[Callable[[Place, Asking], bool], ...] = field(default=())

    @property
    def is_fair(self) -> bool:
        """Whether nobody but vendors misbehaves in what decides who is asked."""
        return self.strategy is None and not any(isinstance(each, Vandal) for each in self.plugins)

    def serves(self, asking: Asking) -> list[Place]:
        """Who may be asked, if need be with their vendors told where to keep it."""
        return [
            place
            for place in self.places
            if any(self.allows(place, asking, where) for where in (place.region, *place.pins))
        ]

    def allows(self, place: Place, asking: Asking, where: str) -> bool:
        """Whether a request may be at a place whose vendor keeps it `where`. Each of `also` has a say."""
        if where != place.region and not _narrows(where, place.region):
            return False
        homes = [self.residency, asking.residency]
        if asking.task == "eu_regulated":
            homes.append(frozenset({"eu"}))
        if not all(_inside(where, home) for home in homes):
            return False
        kept = place.stored or (place.region if place.on_premise else "global")
        if not (_inside(kept, self.storage) and _inside(kept, asking.storage)):
            return False
        if any(_reaches(law, place, where) for law in self.laws | asking.laws):
            return False
        if (self.on_premise or asking.on_premise) and not place.on_premise:
            return False
        denied = self.denied | asking.denied
        if place.model.partition("/")[0] in denied or place.provider in denied:
            return False
        if place.id in self.failing:
            return False
        if not self._permits(place, asking, where):
            return False
        if asking.model is not None and asking.model not in (place.id, place.model):
            return False
        return all(rule(place, asking) for rule in self.also)

    def _permits(self, place: Place, asking: Asking, where: str) -> bool:
        levels = asking.levels or {"internal"}
        return all(each.allows(place, where) for each in self.policies if each.level in levels)


def _narrows(part: str, region: str) -> bool:
    """Whether all of a place lies in a region."""
    around = set[str]().union(*(INSIDE.get(name, {name}) for name in region.split("+")))
    return region == "global" or around.issuperset(part.split("+"))


def _inside(region: str, home: frozenset[str]) -> bool:
    return not home or all(any(part in INSIDE[name] for name in home) for part in region.split("+"))


def kept(place: Place, body: Mapping[str, Any]) -> str:
    """Where a vendor keeps a request with this body: it reads the field in whatever spelling."""
    said = [value for name, value in body.items() if name.casefold() == "zone"]
    if not said:
        return place.region
    return said[0] if len(said) == 1 and said[0] in place.pins else "global"


def _reaches(law: str, place: Place, kept_in: str) -> bool:
    own = place.region if place.on_premise else None
    for where in (kept_in, place.operator or own, place.parent or own):
        if where in (None, "global") or not UNDER[law].isdisjoint(where.split("+")):
            return True
    return False


def make(seed: int, *, vandals: bool = True) -> World:
    """The world of a seed. Without `vandals`, nobody writes into frozen objects."""
    dice = random.Random(seed)
    places = tuple(_place(dice, index) for index in range(dice.randint(2, 6)))
    names = [place.id for place in places]
    askings = tuple(_asking(dice, seed, index, places) for index in range(dice.randint(1, 6)))
    constraints = {
        "residency": _some(dice, ("eu", "us", "cn"), 0.1),
        "storage": _some(dice, ("eu", "us", "cn"), 0.05),
        "on_premise": dice.random() < 0.1,
        "deny_vendors": _some(dice, ("openai", "zhipu", "anthropic"), 0.2),
        "deny_laws": _some(dice, ("us", "cn", "eu", "de"), 0.05),
    }
    others = random.Random(f"policies of {seed}")
    policies = tuple(_policy(others) for _ in range(others.choice((0, 0, 1, 3))))
    askings = tuple(replace(each, levels=_some(others, LEVELS, 0.3)) for each in askings)
    failing = _some(dice, names, 0.15)
    plugins: list[object] = []
    if failing:
        plugins.append(Failing(failing))
    if ensembles := dice.random() < 0.3:
        plugins.append(Nosy())
    for kind in (Curious, Heckler, Shouts):
        if dice.random() < 0.3:
            plugins.append(kind())
    if dice.random() < 0.2 and vandals:
        plugins.append(Vandal(places))
    config: dict[str, Any] = {
        "constraints": {
            **constraints,
            **{key: sorted(names) for key, names in constraints.items() if isinstance(names, frozenset)},
        },
        "retries": {"max": dice.randint(0, 2)},
        "rescue": dice.choice(("hold", "replay", "continue", "restart", "raise")),
        "timeouts": TIMEOUTS,
        "policies": {
            "default": "internal",
            "rules": [
                {"id": "open", "level": LEVELS, "permit": "any"},
                *(each.written(number) for number, each in enumerate(policies)),
            ],
        },
    }
    if dice.random() < 0.4:
        config["hedge"] = {"after": 0.005, "at_least": 0.005, "budget": 1.0, "tools": True}
    if ensembles:
        config["ensembles"] = {
            "voting": {"members": dice.choices(names, k=dice.randint(2, 4))},
            "asking": {"members": dice.choices(names, k=3), "mode": "nosy", "arbiter": dice.choice(names)},
        }
        askings = tuple(
            replace(each, ensemble=dice.choice((None, "voting", "asking")), output=False) for each in askings
        )
    askings = _company(random.Random(f"company of {seed}"), config, names, askings)
    if dice.random() < 0.3:
        config["load"] = {"balance": "least_busy", "max_concurrency": 2}
    return World(
        seed=seed,
        places=places,
        askings=askings,
        residency=constraints["residency"],
        storage=constraints["storage"],
        on_premise=constraints["on_premise"],
        denied=constraints["deny_vendors"],
        laws=constraints["deny_laws"],
        policies=policies,
        failing=failing,
        config=config,
        plugins=tuple(plugins),
        strategy=Wild(seed, names) if dice.random() < 0.4 else None,
    )


def _company(
    dice: random.Random, config: dict[str, Any], names: Sequence[str], askings: tuple[Asking, ...]
) -> tuple[Asking, ...]:
    """Have others ask models, too; some of the calls ask ensembles that are judged."""
    if dice.random() < 0.5:
        config.setdefault("ensembles", {}).update(world_company.ensembles(dice, names))
        judged = (None, "judged0", "judged1")
        askings = tuple(replace(each, ensemble=each.ensemble or dice.choice(judged)) for each in askings)
    if dice.random() < 0.5:
        config["cascades"] = world_company.cascades(dice, names)
    if dice.random() < 0.1:
        config["guardrails"] = world_company.guardrails(dice, answers=len(askings) == 1)
    if dice.random() < 0.2:
        config["classifiers"] = world_company.classifiers(dice)
    return askings


def _some(dice: random.Random, names: Sequence[str], chance: float) -> frozenset[str]:
    return frozenset(dice.sample(names, 1 + (dice.random() < 0.2))) if dice.random() < chance else frozenset()


def _place(dice: random.Random, index: int) -> Place:
    told = dice.random() < 0.4
    region = "global" if told and dice.random() < 0.5 else dice.choice(REGIONS)
    return Place(
        id=f"d{index}",
        provider=dice.choice(PROVIDERS),
        model=dice.choice(MODELS),
        region=region,
        stored=dice.choice(("eu", "us", "de+fr", "eu+us", None)),
        operator=dice.choice(COMPANIES),
        parent=dice.choice(COMPANIES),
        on_premise=dice.random() < 0.5,
        host=dice.randrange(HOSTS),
        spelled=dice.choice(("127.0.0.1", "127.0.0.1", "localhost", "LOCALHOST", "user:pass@127.0.0.1")),
        proxied=dice.random() < 0.2,
        pins=tuple(dice.sample(ZONES, dice.randint(1, 3))) if told else (),
        # Where nobody tells it otherwise, the operator has said where it processes, and this says no more.
        body=dice.choice(BODIES) if told and region == "global" and dice.random() < 0.5 else {},
        faults=tuple(dice.choice((*sorted(FAULTS), *["is well"] * 10)) for _ in range(dice.randint(1, 3))),
    )


def _policy(dice: random.Random) -> Policy:
    return Policy(
        level=dice.choice(LEVELS),
        places=_some(dice, ("eu", "us", "cn"), 0.5),
        storage=_some(dice, ("eu", "us"), 0.2),
        on_premise=dice.random() < 0.1,
        laws=_some(dice, ("us", "cn", "de"), 0.15),
        denied=_some(dice, ("openai", "zhipu", "vllm"), 0.3),
    )


def _asking(dice: random.Random, seed: int, index: int, places: Sequence[Place]) -> Asking:
    someone = dice.choice(places)
    return Asking(
        mark=f"prompt-{seed}-{index}",
        residency=_some(dice, ("eu", "us", "cn", "de"), 0.3),
        storage=_some(dice, ("eu", "us", "cn", "de"), 0.1),
        on_premise=dice.random() < 0.1,
        denied=_some(dice, ("openai", "zhipu", "anthropic", "vllm"), 0.3),
        laws=_some(dice, ("us", "cn", "eu", "de"), 0.05),
        levels=frozenset(),
        task=dice.choice((None, None, None, None, "conversational", "eu_regulated")),
        model=dice.choice((None, None, None, someone.id, someone.model)),
        prefer=dice.choice((None, None, dice.choice(places).id)),
        extra=dice.choice(({},) * 16 + ({"x": 1}, {"model": someone.model}, {"MODELS": [someone.id]})),
        streamed=dice.random() < 0.5,
        sync=dice.random() < 0.2,
        rescue=dice.choice((None, None, "hold", "replay", "restart")),
        output=dice.random() < 0.2,
        ensemble=None,
    )
