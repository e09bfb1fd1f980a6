"""Plans at random, from a seed: graphs with references, maps within maps, and outcomes of every kind."""

from random import Random

from interlock_agents.plans import Done, Failed, Open, ReferenceFailed, decoded, encoded, filled, schedule

SCHEMAS = {
    "int": {"type": "integer"},
    "list": {"type": "array", "items": {"type": "integer"}},
    "text": None,
    "bytes": {"type": "string", "contentEncoding": "base64"},
    "object": {"type": "object", "properties": {"n": {"type": "integer"}, "b": {"type": "boolean"}}},
}


class RandomPlan:
    """A valid plan in plain values, and what comes of each of its nodes when it is run."""

    def __init__(self, seed: int, *, most: int = 64, failing: float = 0.15) -> None:
        self.random = Random(seed)
        self.failing = failing
        self.valid = True
        self.left = self.random.randint(1, most)
        self.names = 0
        self.kinds = {}
        self.plain = {"nodes": self._nodes([], 1, self.left)}

    def _name(self):
        self.names += 1
        return f"n{self.names}"

    def _nodes(self, around, depth, count):
        nodes, seen = [], []
        while len(nodes) < count and self.left > 0:
            node = self._node(around, seen, depth)
            nodes.append(node)
            seen.append((node["id"], self.kinds.get(node["id"], "map")))
        self.random.shuffle(nodes)
        return nodes

    def _node(self, around, seen, depth):
        self.left -= 1
        name, draw = self._name(), self.random
        after = [each for each, _ in draw.sample(seen, min(len(seen), draw.choice((0, 0, 1, 2))))]
        known = [*around, *seen]
        used = draw.sample(known, min(len(known), draw.choice((0, 1, 1, 3))))
        node = {"id": name, **({"after": after} if after else {})}
        if draw.random() < 0.1:
            node["optional"] = True
        if depth < 3 and self.left > 0 and draw.random() < 0.15:
            lists = [each for each, kind in known if kind in ("list", "map")]
            written = [1, "x", None][: draw.randint(0, 3)]
            each = f"${{{draw.choice(lists)}}}" if lists and draw.random() < 0.7 else written
            node |= {"do": "map", "each": each}
            if draw.random() < 0.5:
                inner = self._node([*known, ("item", "any"), ("index", "int")], [], depth + 1)
                return node | {"node": inner}
            inner = self._nodes([*known, ("item", "any"), ("index", "int")], depth + 1, draw.randint(1, 4))
            return node | ({"nodes": inner} if inner else {"node": {"do": "model", "prompt": "x"}})
        kind = draw.choice([*SCHEMAS])
        self.kinds[name] = kind
        if SCHEMAS[kind] is not None:
            node["out"] = SCHEMAS[kind]
        wanted = {each: f"${{{each}}}" for each, _ in used}
        wanted |= {f"{each}_n": f"${{{each}.n}}" for each, of in used if of == "object"}
        told = " ".join(f"${{{each}}}" for each, of in used if of in ("int", "text", "list"))
        do, key = draw.choice((("tool", "tool"), ("model", "prompt"), ("person", "ask")))
        return node | {"do": do, "with": wanted, key: "anything" if do == "tool" else f"x {told}"}

    def value(self, name):
        """What a node gives, of the kind that it says."""
        draw, kind = self.random, self.kinds.get(name, "text")
        values = {
            "int": lambda: draw.randint(-9, 9),
            "list": lambda: [draw.randint(0, 9) for _ in range(draw.randint(0, 3))],
            "text": lambda: draw.choice(("", "a", "${n1}", "$1", "long " * 9)),
            "bytes": lambda: draw.randbytes(4),
            "object": lambda: {"n": draw.randint(0, 9), "b": draw.random() < 0.5},
        }
        return values[kind]()


def run(made, plan):
    """Run a plan to its end; how many steps that took, and where it stands. AssertionError where it hangs, or
    does something twice.
    """
    draw, outcomes, steps = made.random, {}, 0
    while not (there := schedule(plan, outcomes)).finished:
        steps += 1
        assert there.ready or there.open, "it hangs: nothing may be done, and it is not finished"
        assert steps <= 20_000
        waits = [name for name in there.open if draw.random() < 0.5]
        for name in waits:
            outcomes[name] = Done(made.value(name.rpartition(".")[2]))
        for due in draw.sample(there.ready, min(len(there.ready), draw.randint(1, 8))):
            assert due.id not in outcomes, "it would be done twice"
            outcomes[due.id] = _outcome(made, due)
        if draw.random() < 0.05:
            outcomes = _kept(outcomes)
    return steps, there, outcomes


def _outcome(made, due):
    """What comes of a node; it has failed where what it refers to is not there."""
    luck = made.random.random()
    try:
        _check_types(due)
    except ReferenceFailed as error:
        if made.valid and None not in due.scope.values():
            raise
        return Failed(error.message)
    if luck < made.failing:
        return Failed("bad luck")
    return Open("a person is asked") if luck > 0.95 else Done(made.value(due.node.id))


def _check_types(due):
    """What a reference alone becomes has the type of the value that it stands for. Raises ReferenceFailed."""
    for key, value in filled(due.node.with_, due.scope).items():
        if due.node.with_[key] == f"${{{key}}}":
            assert type(value) is type(due.scope[key])
            assert value == due.scope[key]
    filled(due.node.prompt or due.node.ask, due.scope)


def _kept(outcomes):
    """As they come back from where they were kept."""
    return {
        name: Done(decoded(encoded(each.value))) if isinstance(each, Done) else each
        for name, each in outcomes.items()
    }


def check_ends(plan, there, outcomes):
    """Everything has come to one end, and to the one that follows from what comes before it."""
    _check_list(plan.nodes, "", there, outcomes)


def _check_list(nodes, prefix, there, outcomes):
    from interlock_agents.plans.graph import parents

    good = set()
    ends = {}
    left = [*nodes]
    while left:
        node = next(each for each in left if all(name in ends for name in parents(each, nodes)))
        left.remove(node)
        name = prefix + node.id
        places = [name in part for part in (there.values, there.failed, there.skipped)]
        assert places.count(True) == 1, f"{name} is in {places.count(True)} places"
        ends[node.id] = places.index(True)
        if all(before in good for before in parents(node, nodes)):
            assert name not in there.skipped, f"{name} was skipped, and all before it is done"
            if node.do != "map":
                assert isinstance(outcomes[name], Done if name in there.values else Failed)
        else:
            assert name in there.skipped, f"{name} was done after something that failed"
            assert name not in outcomes
        if name in there.values or node.optional:
            good.add(node.id)
        if name in there.values or not (node.optional or prefix):  # an optional map takes what is in it along
            assert name not in there.without
        elif node.optional:
            assert name in there.without
        if node.do == "map" and name not in there.skipped:
            _check_map(node, name, there, outcomes)


def _check_map(node, name, there, outcomes):
    """Each of its items has come to its ends."""
    ends = {*there.values, *there.failed, *there.skipped}
    index = 0
    while any(f"{name}[{index}].{each.id}" in ends for each in node.inner):
        _check_list(node.inner, f"{name}[{index}].", there, outcomes)
        index += 1
    if name in there.values:
        assert len(there.values[name]) == index
    else:
        assert index or "each" in there.failed[name] or "items" in there.failed[name]
