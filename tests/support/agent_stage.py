"""Servers that play random worlds for agents: who was sent what of them, and how their runs end."""

import asyncio
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_depots import Depots
from agent_driving import Driven
from agent_vendors import ERRAND, NODE, SECRET, as_depot, as_model, what_asks
from interlock.testing.upstream import Reply, Upstream
from interlock_privacy.guardrail import Privacy
from world_stage import Stage, Tally, _path, _taken
from worlds import kept

_KEY = {"privacy": {"key": "a key of these worlds alone"}}


@dataclass
class AgentTally(Tally):
    """`unsealed` lists personal data that left as it was, `told` webhooks that were told content, `twice`
    effects that happened more than once, `unclear` runs that ended without a reason, `crashed` what was
    raised that is no InterlockError, `hung` what took longer than its time. `asked` counts requests by what
    asked.
    """

    unsealed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)
    asked: Counter = field(default_factory=Counter)
    said: Counter = field(default_factory=Counter)
    stopped: int = 0
    resumed: int = 0

    @property
    def amiss(self):
        """What must not be, by what it is."""
        names = ("forbidden", "strays", "unsealed", "told", "twice", "unclear", "crashed", "hung")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


class AgentStage(Stage):
    """Plays the deployments and the depots of one world after another, and a webhook."""

    def __enter__(self):
        super().__enter__()
        self.hook = self._stack.enter_context(Upstream(always=Reply.json({})))
        self._worlds = []
        self.acted = {}
        self.turns = Counter()
        self._lock = threading.Lock()
        return self

    def play(self, made, tamper, tally):
        """Run a world's errands, `tamper` having had its way with each router, and look at who was asked."""
        self._worlds.append(made)
        self._played.append(made.world)
        self.acted, self.turns = Counter(), Counter()
        number = len(self._played) - 1
        for upstream in (*self.hosts, self.proxy):
            upstream.always = self._answering(made, number)
        try:
            asyncio.run(self._errands(made, tamper, tally))
        except Exception as error:  # noqa: BLE001 - what this is to find
            tally.crashed.append(f"{made.seed}: {type(error).__name__}: {error}")
        tally.worlds += 1
        tally.strays += [f"{made.seed}: {each.path}" for each in _taken(self.trap)]
        for host, upstream in enumerate((*self.hosts, self.proxy)):
            for received in _taken(upstream):
                self._look(host, received, tally)
        for received in _taken(self.hook):
            if ERRAND.search(text := received.body.decode()) or SECRET.search(text):
                tally.told.append(f"{made.seed}: {text[:200]}")
        blind = {key: count for key, count in self.acted.items() if count > 1 and key[0].startswith("say")}
        tally.twice += [f"{made.seed}: {tool} under {key}: {count}" for (tool, key), count in blind.items()]

    async def _errands(self, made, tamper, tally):
        with tempfile.TemporaryDirectory() as folder:
            given = [
                Driven(self, made, errand, folder=Path(folder), tamper=tamper, tally=tally)
                for errand in made.errands
            ]
            await asyncio.gather(*(each.through() for each in given))

    def router(self, made):
        """A router of the world, with its depots."""
        world = made.world
        connectors = [
            {
                "id": depot.id,
                "connector": "depot",
                "region": depot.region,
                "on_premise": depot.on_premise,
                "handling": {"stored": depot.stored, "operator": depot.operator, "parent": depot.parent},
                "base_url": f"{self._address(depot)[: -len(depot.id[1:])]}{depot.id}",
            }
            for depot in made.depots
        ]
        config = {**world.config, "connectors": connectors}
        plugins = [*world.plugins, Depots()]
        if made.sealed:
            plugins.append(Privacy())
            config["guardrails"] = {**config.get("guardrails", {}), **_KEY}
        return self._router(replace(world, config=config, plugins=tuple(plugins)))

    def _look(self, host, received, tally):
        _, played, index, *rest = _path(received).split("/")
        made = self._worlds[int(played)]
        text = received.body.decode("utf-8", "replace")
        errands = [each for each in made.errands if each.mark in set(ERRAND.findall(text))]
        tally.requests += 1
        tally.bytes += len(received.body)
        if index.startswith("depot"):
            place = made.depots[int(index.removeprefix("depot"))]
            where, node, there = place.region, self._node(made, text), place.host == host
            node = None if node is None else _of_tools(node)
            tally.asked["depot: list" if rest[-1] == "tools" else "depot: run"] += 1
        else:
            place = made.world.places[int(index)]
            where = kept(place, received.json())
            node = self._node(made, text)
            if node is not None and not made.world.is_fair:
                # Whoever rewrites shortlists chooses among those that rules allow, whichever model was named.
                node = replace(node, model=None)
            there = host == (len(self.hosts) if place.proxied else place.host)
            tally.asked[what_asks(text)] += 1
            if made.sealed and SECRET.search(text):
                tally.unsealed.append(f"{made.seed}: {place.id}: {what_asks(text)}")
        # What bears no mark holds nothing of an errand; whoever is asked must be allowed to one of them.
        if not errands and (len(made.errands) == 1 or rest[-1] in ("tools", "find")):
            errands = [*made.errands]
            # It may be asked for a node, whose own level of data permits what the run's does not.
            nodes = {each.id: (node, *map(_of_tools, each.askings.values())) for each in errands}
            allowed = any(made.allows(each, own, place, where) for each in errands for own in nodes[each.id])
        else:
            allowed = all(made.allows(each, node, place, where) for each in errands)
        if not there or not errands:
            tally.strays.append(f"{made.seed}: {place.id} on host {host}: {text[:300]}")
        elif not allowed:
            tally.leaked += len(received.body)
            tally.forbidden.append(f"{made.seed}: {errands[0].mark} at {place.id}: {what_asks(text)}")

    def _node(self, made, text):
        """The model node whose request it is; planners are shown the prompts of all."""
        found = set(NODE.findall(text))
        if len(found) != 1 or what_asks(text) == "planner":
            return None
        [mark] = found
        return next((each.askings[mark] for each in made.errands if mark in each.askings), None)

    def _answering(self, made, played):
        usual = self._player(made.world, played)
        turns = Counter()

        def answer(received):
            _, asked, index, *rest = _path(received).split("/")
            if asked != str(played):
                return Reply(status=503)
            with self._lock:
                if index.startswith("depot"):
                    return as_depot(self, made, int(index.removeprefix("depot")), rest[-1], received)
                reply = usual(received)
                turns[index] += 1
                return as_model(made, received, reply, turns[index])

        return answer


def _of_tools(node):
    """The rules of a node for its tools; its model, and what its task demands, are for models."""
    return replace(node, task=None, model=None)
