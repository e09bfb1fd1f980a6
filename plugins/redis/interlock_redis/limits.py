"""One process's connection to limits."""

import json
from contextlib import suppress
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from interlock import StoreError
from interlock.protocols import API
from interlock.types.limits import LimitedLine, LimitsCall, LimitsReply, LineReply, SharedLimit
from interlock_redis.address import Address
from interlock_redis.connecting import connected

_SCRIPT = files("interlock_redis").joinpath("limits.lua").read_text("utf-8")


class RedisLimits:
    """One exchange is one script, and so one round trip. Connects when it is first used."""

    api = API

    def __init__(self, address: Address) -> None:
        self._address = address
        # In a cluster, what is in braces decides where a key lives: a script's keys must live together.
        self._prefix = f"{{{address.prefix}}}"
        self._client: Redis | None = None

    async def exchange(self, call: LimitsCall) -> LimitsReply:
        limits = {each.name: each for line in call.lines for each in line.limits}
        places = {name: place for place, name in enumerate(limits, 1)}
        # Who has waited longest is looked at first.
        lines = sorted(call.lines, key=lambda line: -line.wanted[0].age if line.wanted else 0.0)
        asked = {
            "who": call.process,
            "n": call.number,
            "lease": call.lease,
            "limits": [_limit(each) for each in limits.values()],
            "lines": [_line(line, places) for line in lines],
        }
        try:
            if self._client is None:
                self._client = connected(self._address)
                self._script = self._client.register_script(_SCRIPT)
            keys = [f"{self._prefix}:{name}" for name in limits]
            raw = json.loads(await self._script(keys=keys, args=[json.dumps(asked, separators=(",", ":"))]))
        except (RedisError, OSError, ValueError) as error:
            raise StoreError(_problem(self._address, error)) from None
        replies = raw["lines"] or []
        return LimitsReply(
            at=raw["at"],
            lines={line.name: _reply(each) for line, each in zip(lines, replies, strict=True)},
        )

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(RedisError, OSError):  # a connection that is broken needs no farewell
                await client.aclose()


def _limit(limit: SharedLimit) -> dict[str, Any]:
    rates = []
    for rate in limit.rates:
        counts = {"requests": rate.requests, "tokens": rate.tokens}
        known = {name: count for name, count in counts.items() if count is not None}
        rates.append({"name": f"{rate.seconds:g}", "seconds": rate.seconds} | known)
    return {"rates": rates} | ({} if limit.places is None else {"places": limit.places})


def _line(line: LimitedLine, places: dict[str, int]) -> dict[str, Any]:
    return {
        "name": line.name,
        "limits": [places[limit.name] for limit in line.limits],
        "held": line.held,
        "known": line.known,
        "wanted": [[each.age, each.tokens] for each in line.wanted],
        "sent": [[each.age, each.requests, each.tokens] for each in line.sent],
        "unused": [[each.at, each.requests, each.tokens] for each in line.unused],
    }


def _reply(raw: list[Any]) -> LineReply:
    granted, wait, processes, forgotten = raw
    return LineReply(granted=granted, wait=wait, processes=processes, forgotten=forgotten)


def _problem(address: Address, error: Exception) -> str:
    """Without the vendor's words, which may quote what was sent."""
    return f"{address.host}:{address.port} cannot be used for limits ({type(error).__name__})"
