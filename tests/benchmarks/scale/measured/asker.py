"""One process that asks a ledger, a store of records or shared health as fast as it is answered.

Run as `python asker.py WHAT URL NAME BATCH SECONDS`, where WHAT is `ledger`, `records` or `health`, NAME the
account that it counts in, and BATCH how many attempts, records or deployments go in one exchange. Prints
JSON: exchanges, seconds, and the milliseconds of an exchange at the median and the 99th percentile.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from os import urandom
from uuid import uuid4

from interlock import Answer, Router, Text, Usage
from interlock.testing import ScriptedProvider
from interlock.types.health import HealthChange, HealthSync, ShareCall
from interlock.types.ledgers import Hold, LedgerCall, LedgerPlace, Settlement, SharedAccount

Ask = Callable[[], Awaitable[object]]


def of_ledger(url: str, name: str, batch: int) -> Ask:
    """As a process does that is busy: so many attempts are held, and as many earlier ones settled."""
    if url.startswith("redis"):
        from interlock_redis import RedisLedgers

        ledger = RedisLedgers().open(LedgerPlace(url=url))
    else:
        from interlock_sql import SqlLedgers

        ledger = SqlLedgers().open(LedgerPlace(url=url))
    accounts = tuple(
        SharedAccount(name=f"{name}:{per}", per=per, requests=10**9, tokens=10**12, money=10**17)
        for per in ("day", "minute")
    )
    open_: list[str] = []

    async def ask() -> None:
        holds = [Hold(id=uuid4().hex, accounts=accounts, tokens=500, money=10**9) for _ in range(batch)]
        settled = [
            Settlement(id=each, accounts=accounts, requests=1, tokens=200, money=10**8) for each in open_
        ]
        open_[:] = [each.id for each in holds]
        reply = await ledger.exchange(LedgerCall(steps=(*settled, *holds)))
        assert not reply.refused

    return ask


class _Instant(ScriptedProvider):
    async def complete(self, call: object) -> Answer:
        usage = Usage(input_tokens=412, output_tokens=31)
        return Answer(parts=(Text("Done."),), finish_reason="stop", usage=usage)


def of_records(url: str, name: str, batch: int) -> Ask:
    """Records of calls as the endpoint keeps them, each under an id of its own."""
    from interlock.types.stores import StoreCall
    from interlock_sql import Sql

    store = Sql().open(StoreCall(url=url))
    parts = [
        {"id": each, "model": f"scripted/{each}", "provider": each, "price": {"input": 1, "output": 2}}
        for each in "abc"
    ]
    source = {"deployments": parts, "plugins": {"disabled": ["embeddings"]}}
    router = Router.from_config(source, plugins=[_Instant((), each) for each in "abc"])
    marks = {"server.key": name, "team": "support"}

    def id_() -> str:
        """In order of time, as those of records are."""
        return f"{int(time.time() * 1_000):012x}{urandom(10).hex()}"

    async def ask() -> None:
        if not router.records:
            await router.complete("Where is the parcel that was to arrive on Monday?", metadata=marks)
        (record,) = router.records
        await store.put([replace(record, id=id_()) for _ in range(batch)])

    return ask


def of_health(url: str, name: str, batch: int) -> Ask:
    """What a process tells five times a second of each deployment that it asked meanwhile."""
    from interlock_redis import Redis

    shared = Redis().open(ShareCall(url=url))
    changes = tuple(HealthChange(deployment=f"{name}{n}", successes=3) for n in range(batch))
    return lambda: shared.sync(HealthSync(changes=changes))


KINDS = {"ledger": of_ledger, "records": of_records, "health": of_health}


async def main(what: str, url: str, name: str, batch: int, seconds: float) -> None:
    ask = KINDS[what](url, name, batch)
    for _ in range(5):
        await ask()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    took: list[float] = []
    began = time.perf_counter()
    while (start := time.perf_counter()) - began < seconds:
        await ask()
        took.append(time.perf_counter() - start)
    took.sort()
    at = {f"p{share}": took[len(took) * share // 100] * 1e3 for share in (50, 99)}
    print(json.dumps({"exchanges": len(took), "seconds": time.perf_counter() - began, **at}))


if __name__ == "__main__":
    _, kind, place, whose, size, long = sys.argv
    asyncio.run(main(kind, place, whose, int(size), float(long)))
