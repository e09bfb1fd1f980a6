"""Servers that play random worlds, and who was asked there."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlsplit

from faulty_vendors import FAULTS
from interlock import InterlockError, NoDeployment, Router
from interlock.assembly import assemble
from interlock.testing import Upstream
from interlock.testing.upstream import Received, Reply
from worlds import HOSTS, Asking, Place, World, kept

MARK = re.compile(r"prompt-\d+-\d+")


@dataclass
class Tally:
    """What came of worlds: how many requests arrived, which should not have, and who was asked in vain
    although somebody might have answered.
    """

    worlds: int = 0
    calls: int = 0
    requests: int = 0
    answers: int = 0
    forbidden: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    starved: list[str] = field(default_factory=list)
    pinned: int = 0
    proxied: int = 0
    judging: int = 0
    bytes: int = 0
    leaked: int = 0
    ends: Counter[str] = field(default_factory=Counter)


class Stage:
    """Servers that play every deployment of one world after another, a proxy that plays those behind it, and
    one that nobody may ask.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.hosts: list[Upstream] = []
        self._played: list[World] = []

    def __enter__(self) -> Self:
        self.hosts = [self._stack.enter_context(Upstream()) for _ in range(HOSTS)]
        self.proxy = self._stack.enter_context(Upstream())
        self.trap = self._stack.enter_context(Upstream(always=Reply(status=500)))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def perform(self, world: World, tamper: Callable[[Router], None], tally: Tally) -> None:
        """Run a world's calls, `tamper` having had its way with the router, and look at who was asked."""
        self._played.append(world)
        for upstream in (*self.hosts, self.proxy):
            upstream.always = self._player(world, len(self._played) - 1)
        router = self._router(world)
        tamper(router)
        ends = asyncio.run(_ask_all(router, world, tally))
        router.close_sync()
        tally.worlds += 1
        tally.calls += len(ends)
        tally.ends.update(ends)
        tally.answers += ends.count("answer")
        tally.strays += [f"{world.seed}: {each.path}" for each in _taken(self.trap)]
        for number, upstream in enumerate(self.hosts):
            for received in _taken(upstream):
                self._judge(number, received, tally)
        for received in _taken(self.proxy):
            tally.proxied += 1
            self._judge(None, received, tally)

    def _judge(self, number: int | None, received: Received, tally: Tally) -> None:
        """By the request's own world: what was abandoned may arrive when the next has begun."""
        tally.requests += 1
        tally.bytes += len(received.body)
        tally.judging += b"=== begin " in received.body
        _, played, index, *_ = _path(received).split("/")
        world = self._played[int(played)]
        place = world.places[int(index)]
        marks = set(MARK.findall(received.body.decode("utf-8", "replace")))
        # Who judges an answer is shown nothing of the request; then the world's one call is meant.
        lone = not marks and len(world.askings) == 1
        asked = [asking for asking in world.askings if asking.mark in marks or lone]
        where = kept(place, received.json())
        tally.pinned += where != place.region
        if (None if place.proxied else place.host) != number or len(asked) != 1:
            tally.strays.append(f"{world.seed}: {place.id} on host {number}: {marks}")
        elif not world.allows(place, asked[0], where):
            tally.leaked += len(received.body)
            tally.forbidden.append(f"{world.seed}: {asked[0].mark} at {place.id}")

    def _router(self, world: World) -> Router:
        deployments = [
            {
                "id": place.id,
                "model": place.model,
                "provider": place.provider,
                "region": place.region,
                "handling": {"stored": place.stored, "operator": place.operator, "parent": place.parent},
                "on_premise": place.on_premise,
                "base_url": f"{self._address(place, spelled=place.spelled)}/v1",
                "api_key": "k",
                "extra_body": dict(place.body),
                **({"proxy": self.proxy.url} if place.proxied else {}),
            }
            for place in world.places
        ]
        source = {"deployments": deployments, **world.config}
        wiring = assemble(source, plugins=world.plugins, environ={}, random=lambda: 0.0)
        if world.strategy is not None:
            wiring.engine._strategy = world.strategy
            wiring.engine._refinement._sub_calls._strategy = world.strategy
        for place in world.places:
            pins = {where: {"zone": where} for where in place.pins}
            object.__setattr__(wiring.deployments[place.id], "pins", pins)
        return Router(wiring)

    def _address(self, place: Place, spelled: str = "127.0.0.1") -> str:
        return f"http://{spelled}:{self.hosts[place.host].port}/{len(self._played) - 1}/{place.id[1:]}"

    def _player(self, world: World, played: int) -> Callable[[Received], Reply]:
        turns: Counter[int] = Counter()

        def play(received: Received) -> Reply:
            _, asked, number, *_ = _path(received).split("/")
            if asked != str(played):
                return Reply(status=503)
            index = int(number)
            faults = world.places[index].faults
            turns[index] += 1
            streamed = b'"stream":true' in received.body or ":stream" in received.path
            trap = f"{self.trap.url}/v1/chat/completions"
            if turns[index] % 2:
                other = next(at for at in world.places if at.id != f"d{index}")
                trap = f"{self._address(other)}/v1/redirected"
            reply = FAULTS[faults[turns[index] % len(faults)]](streamed, trap)
            return _in_own_words(reply, index, received)

        return play


def _in_own_words(reply: Reply, index: int, received: Received) -> Reply:
    """Every vendor says something else, or what fits a schema: panels have something to judge."""
    asked = received.json().get("response_format", {}).get("json_schema", {}).get("schema")
    said = f"Well, {index}." if asked is None else json.dumps(json.dumps(_instance(asked)))[1:-1]
    pieces = (
        each.replace(b"Well.", said.encode()) if isinstance(each, bytes) else each for each in reply.pieces
    )
    return replace(reply, pieces=tuple(pieces))


def _instance(schema: Mapping[str, Any]) -> Any:
    """Something that fits the schemas that there are in these worlds."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: _instance(each) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [_instance(schema["items"])] if schema.get("items") else []
    return {"boolean": True, "string": "so", "null": None}.get(kind, schema.get("minimum", 1))


def _path(received: Received) -> str:
    """The path alone: a proxy is sent the whole address."""
    return urlsplit(received.path).path


def _taken(upstream: Upstream) -> list[Received]:
    """What has arrived, taken out of the server's list, to which it goes on adding."""
    arrived = upstream.requests[:]
    del upstream.requests[: len(arrived)]
    return arrived


async def _ask_all(router: Router, world: World, tally: Tally) -> list[str]:
    async with router:
        return await asyncio.gather(*(_ask(router, world, asking, tally) for asking in world.askings))


async def _ask(router: Router, world: World, asking: Asking, tally: Tally) -> str:
    """How the call ended, in a word."""
    options: dict[str, Any] = {
        "constraints": {
            "residency": asking.residency,
            "storage": asking.storage,
            "on_premise": asking.on_premise,
            "deny_vendors": asking.denied,
            "deny_laws": asking.laws,
            "sensitivity": asking.levels,
        },
        "task": asking.task,
        "model": asking.model,
        "prefer": asking.prefer,
        "settings": {"extra": asking.extra},
        "rescue": asking.rescue,
        "ensemble": asking.ensemble,
        "metadata": {"mark": asking.mark},
    }
    if asking.output:
        options["output"] = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    prompt = f"Have a look at {asking.mark}."
    try:
        if asking.sync:
            await asyncio.to_thread(_in_a_thread, router, prompt, options, streamed=asking.streamed)
        elif asking.streamed:
            async for _ in router.stream(prompt, **options):
                pass
        else:
            await router.complete(prompt, **options)
    except InterlockError as error:
        # A strategy that asks whomever it likes, and plugins that write into decisions, starve themselves.
        if isinstance(error, NoDeployment) and asking.ensemble is None and world.is_fair:
            tally.starved += _starved(router, world, asking)
        return type(error).__name__
    return "answer"


def _starved(router: Router, world: World, asking: Asking) -> Iterator[str]:
    """Who might have answered, and was excluded by another rule than that it is out of order just now."""
    [record] = [each for each in router.records if each.metadata.get("mark") == asking.mark]
    rules = {} if record.decision.facts is None else record.decision.facts.rules
    closed = {attempt.deployment for attempt in record.attempts}
    for place in world.serves(asking):
        rule = rules.get(place.id)
        if rule != "health" and place.id not in closed:
            yield f"{world.seed}: {asking.mark} without {place.id}: {rule}"


def _in_a_thread(router: Router, prompt: str, options: dict[str, Any], *, streamed: bool) -> None:
    if streamed:
        for _ in router.stream_sync(prompt, **options):
            pass
    else:
        router.complete_sync(prompt, **options)
