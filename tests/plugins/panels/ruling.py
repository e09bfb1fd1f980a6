"""Arbiters asked without a router, for tests that ask them thousands of times."""

import asyncio
import json
from collections.abc import Iterable
from random import Random
from typing import Any

from judge_doubles import Asked, Thinks

from interlock import Answer, Request, Text, Unavailable
from interlock.protocols import Arbiter, ArbitrateCall, Panelist, Ruling

QUESTION = "How long is the notice period?"


def whole(said: str | Answer) -> Answer:
    return said if isinstance(said, Answer) else Answer(parts=(Text(said),), finish_reason="stop")


def members(said: Iterable[str | Answer], weights: dict[str, float] | None = None) -> tuple[Panelist, ...]:
    return tuple(
        Panelist(label=label, answer=whole(each), weight=(weights or {}).get(label, 1.0))
        for label, each in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", said, strict=False)
    )


async def rule(
    arbiter: Arbiter,
    said: Iterable[str | Answer],
    *judges: Thinks | None,
    seed: int = 1,
    request: Request | None = None,
    seen: list[Asked] | None = None,
    weights: dict[str, float] | None = None,
) -> Ruling:
    """A ruling on answers. A judge that is None is down; one that returns text says that and no JSON."""

    async def ask(asked: Request, judge: int = 0) -> Answer:
        await asyncio.sleep(0)
        think = judges[judge]
        if think is None:
            raise Unavailable("out of order")
        question = Asked(asked)
        if seen is not None:
            seen.append(question)
        thought: Any = think(question)
        if isinstance(thought, Exception):
            raise thought
        if isinstance(thought, Answer):
            return thought
        return whole(thought if isinstance(thought, str) else json.dumps(thought))

    return await arbiter.arbitrate(
        ArbitrateCall(
            request=request or Request(QUESTION),
            members=members(said, weights),
            judges=len(judges),
            ask=ask,
            random=Random(seed).random,
        )
    )
