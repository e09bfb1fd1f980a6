"""Runs of agents in the random worlds: plans over their deployments, and connectors at places of their own.

A world is made of its seed alone, as those of calls are; `worlds.World.allows` says who may be sent what.
"""

import random
from dataclasses import dataclass, field, replace

import worlds
from agent_depots import DOES
from worlds import HOSTS, Asking, Place, World

# What a depot does with a request, round and round: `well` acts and answers, `late` acts and never answers.
DEPOTS = (
    *("well", "well", "well", "well", "long", "long", "refuses", "refuses"),
    *("late", "fails", "limits", "silent", "closes", "redirects"),
)
KINDS = ("tool", "tool", "model", "model", "model", "person", "map")
OUTS = (
    None,
    None,
    {"type": "integer"},
    {"type": "string"},
    {"type": "array", "items": {"type": "string"}},
    {},
)
DRIVES = ("plan", "plan", "plan", "planner", "asking planner", "goal", "policy")


@dataclass(frozen=True)
class Errand:
    """A run: `rules` are the constraints that it is given, `askings` those of its model nodes by their marks.

    `secret` is an address that stands in all that it is about.
    """

    id: str
    mark: str
    secret: str
    rules: Asking
    drive: str
    plan: dict
    later: list[dict]
    askings: dict[str, Asking]
    budget: dict | None
    limit: int
    seed: int


@dataclass
class AgentWorld:
    """`world` has the deployments; `depots` are the connectors, seen as places.

    `house` are the constraints of the agent. `sealed` says whether personal data is to leave sealed.
    """

    world: World
    depots: tuple[Place, ...]
    house: Asking
    errands: tuple[Errand, ...]
    sealed: bool
    options: dict = field(default_factory=dict)

    @property
    def seed(self):
        return self.world.seed

    def allows(self, errand, node, place, where):
        """Whether something of the errand, or of one of its model nodes, may be at the place."""
        rules = [self.house, errand.rules, *([node] if node is not None else [])]
        levels = frozenset().union(*(each.levels for each in rules))
        return all(self.world.allows(place, replace(each, levels=levels), where) for each in rules)


def make(seed, *, vandals=True):
    """The world of a seed. Without `vandals`, nobody writes into frozen objects."""
    world = worlds.make(seed, vandals=vandals)
    dice = random.Random(f"agents of {seed}")
    # An agent asks many times: vendors that are never well would end each run at once.
    places = tuple(
        replace(each, faults=(*each.faults, *["is well"] * dice.randint(0, 4))) for each in world.places
    )
    world = replace(world, places=places)
    depots = tuple(_depot(dice, number) for number in range(dice.randint(1, 4)))
    # Judges are shown answers, which do not say whose they are.
    alone = {"cascades", "guardrails", "ensembles"} & {*world.config}
    count = 1 if alone or dice.random() < 0.7 else 2
    errands = tuple(_errand(dice, seed, number, world, depots) for number in range(count))
    return AgentWorld(
        world=world,
        depots=depots,
        house=_rules(dice, world, "house", chance=0.15),
        errands=errands,
        sealed=dice.random() < 0.3,
        options={
            "stuck": dice.choice(("ask", "fail")),
            "parallel": dice.choice((1, 2, 16)),
            "summaries": dice.choice(("cut", "model")),
            "shown": dice.choice((120, 20_000)),
            "max_tokens": dice.choice((64, 4096)),
        },
    )


def _depot(dice, number):
    place = worlds._place(dice, number)
    return replace(
        place,
        id=f"depot{number}",
        provider="depot",
        model=f"depot{number}/none",
        host=dice.randrange(HOSTS),
        proxied=False,
        pins=(),
        body={},
        faults=tuple(dice.choice(DEPOTS) for _ in range(dice.randint(1, 4))),
    )


def _rules(dice, world, mark, *, chance=1.0):
    """Constraints, as those of a call; `deny_vendors` may name a depot, or all of them."""
    asked = worlds._asking(dice, world.seed, 0, world.places)
    levels = worlds._some(dice, worlds.LEVELS, 0.3)
    free = replace(asked, mark=mark, task=None, model=None, prefer=None, extra={}, levels=levels)
    if dice.random() < 0.1:
        free = replace(free, denied=free.denied | {"depot"})
    if dice.random() < chance:
        return free
    none = frozenset()
    return replace(free, residency=none, storage=none, denied=none, laws=none, levels=none, on_premise=False)


def _errand(dice, seed, number, world, depots):
    mark, secret = f"errand-{seed}-{number}", f"ada.no{seed}.of{number}@example.org"
    askings = {}
    maker = _Maker(
        dice, seed, number, world=world, depots=depots, askings=askings, about=f"{mark} for {secret}"
    )
    nodes = maker.nodes(dice.randint(1, 6))
    return Errand(
        id=f"r-{seed}-{number}",
        mark=mark,
        secret=secret,
        rules=_rules(dice, world, mark, chance=0.6),
        drive=dice.choice(DRIVES),
        plan={"goal": f"See to {mark} for {secret}", "nodes": nodes},
        later=[maker.node(f"later{each}", []) for each in range(4)],
        askings=askings,
        budget=dice.choice((None, None, {"tokens": 3000}, {"tokens": 100_000, "seconds": 60})),
        limit=dice.choice((6, 20, 50)),
        seed=dice.randrange(1 << 30),
    )


class _Maker:
    """Makes the nodes of an errand. `askings` is filled with the rules of its model nodes."""

    def __init__(self, dice, seed, number, *, world, depots, askings, about):
        self.dice, self.seed, self.number, self.world = dice, seed, number, world
        self.depots, self.askings, self.about = depots, askings, about
        self.inside = 0

    def nodes(self, count):
        made = []
        for number in range(count):
            made.append(self.node(f"n{number}", made))
        return made

    def node(self, name, before, *, deep=False):
        dice = self.dice
        kind = dice.choice(KINDS[:-1] if deep else KINDS)
        used = dice.sample([each["id"] for each in before], min(len(before), dice.choice((0, 1, 1, 2))))
        told = " ".join([self.about, *(f"${{{each}}}" for each in used), *(["${item}"] if deep else [])])
        node = {"id": name, "do": kind}
        if kind == "map":
            lists = [each["id"] for each in before if (each.get("out") or {}).get("type") == "array"]
            each = f"${{{dice.choice(lists)}}}" if lists else ["a", "b", "c"][: dice.randint(0, 3)]
            self.inside += 1
            return node | {"each": each, "node": self.node(f"{name}in{self.inside}", [], deep=True)}
        if (out := dice.choice(OUTS)) is not None:
            node["out"] = out
        if dice.random() < 0.3:
            node["tries"] = dice.randint(1, 4)
        if kind == "tool":
            return node | self._tool(told)
        if kind == "person":
            return node | {"ask": f"What of {told}?"}
        return node | self._model(told)

    def _tool(self, told):
        dice = self.dice
        at, name = dice.randrange(len(self.depots)), dice.choice([*DOES])
        node = {"tool": f"{name}{at}", "with": {"text": told}}
        others = [f"look{other}" for other in range(len(self.depots)) if other != at]
        if name == "look" and others and dice.random() < 0.5:
            node["alternatives"] = others
        if name != "look" and dice.random() < 0.1:
            node["effect"] = "destructive"
        return node

    def _model(self, told):
        dice = self.dice
        index = len(self.askings)
        asked = replace(
            worlds._asking(dice, self.seed, index, self.world.places),
            mark=f"prompt-{self.seed}-{self.number}{index:03}",
            levels=worlds._some(dice, worlds.LEVELS, 0.2),
        )
        if dice.random() < 0.6:
            none = frozenset()
            asked = replace(
                asked, residency=none, storage=none, denied=none, laws=none, on_premise=False, model=None
            )
        self.askings[asked.mark] = asked
        node = {
            "prompt": f"Have a look at {asked.mark} of {told}.",
            "constraints": constraints_of(asked),
            **({"task": asked.task} if asked.task else {}),
            **({"model": asked.model} if asked.model else {}),
        }
        if dice.random() < 0.4:
            node["tools"] = dice.choice(("*", [f"{name}0" for name in dice.sample([*DOES], 3)]))
        if dice.random() < 0.1:
            node["budget"] = {"tokens": dice.choice((10, 5000))}
        return node


def constraints_of(asked):
    """The rules as a plan or a caller writes them."""
    plain = {
        "residency": sorted(asked.residency),
        "storage": sorted(asked.storage),
        "on_premise": asked.on_premise,
        "deny_vendors": sorted(asked.denied),
        "deny_laws": sorted(asked.laws),
        "sensitivity": sorted(asked.levels),
    }
    return {name: value for name, value in plain.items() if value}
