"""One process's connection to where health is shared."""

import json
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from interlock import StoreError
from interlock.health.news import Seen, news_of, page_name
from interlock.protocols import API
from interlock.types.health import HealthChange, HealthNews, HealthSync
from interlock_redis.address import Address
from interlock_redis.connecting import connected

_SCRIPT = files("interlock_redis").joinpath("exchange.lua").read_text("utf-8")
_MOST_PAGES = 1024


class RedisHealth:
    """One exchange is one script, and so one round trip. Connects when it is first used."""

    api = API

    def __init__(self, address: Address) -> None:
        self._address = address
        # In a cluster, what is in braces decides where a key lives: a script's keys must live together.
        name = f"{{{address.prefix}}}"
        self._keys = (f"{name}:pages", f"{name}:order")
        self._me = uuid4().hex[:12]
        self._client: Redis | None = None
        self._seen = Seen()

    async def sync(self, call: HealthSync) -> Sequence[HealthNews]:
        seen = self._seen
        arguments = (
            seen.version,
            seen.era,
            self._me,
            uuid4().hex[:12],
            call.window,
            call.lease,
            max(1, round(call.keep)),
            _MOST_PAGES,
            json.dumps([_told(change) for change in call.changes], separators=(",", ":")),
        )
        try:
            if self._client is None:
                self._client = connected(self._address)
                self._script = self._client.register_script(_SCRIPT)
            era, version, reply = await self._script(keys=self._keys, args=arguments)
        except (RedisError, OSError, ValueError) as error:
            self._seen = Seen()
            raise StoreError(_problem(self._address, error)) from None
        except BaseException:
            self._seen = Seen()  # whether it was told, nobody knows
            raise
        news, self._seen = news_of(json.loads(reply), call, seen, era=era.decode(), version=int(version))
        return news

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(RedisError, OSError):  # a connection that is broken needs no farewell
                await client.aclose()


def _told(change: HealthChange) -> dict[str, Any]:
    return {
        "n": page_name(change.deployment, change.task),
        "s": change.successes,
        "f": change.failures,
        "h": change.hard,
        "closed": change.closed,
        "cause": change.cause,
        "seconds": change.seconds,
        "probe": change.probe,
        "probing": change.probing,
    }


def _problem(address: Address, error: Exception) -> str:
    """Without the vendor's words, which may quote what was sent."""
    return f"{address.host}:{address.port} cannot be used for sharing health ({type(error).__name__})"
