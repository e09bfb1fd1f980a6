"""One process's connection to a ledger."""

import json
from collections.abc import Iterable
from contextlib import suppress
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from interlock import StoreError
from interlock.protocols import API
from interlock.types.ledgers import (
    AccountTally,
    Hold,
    LedgerCall,
    LedgerReply,
    Settlement,
    SharedAccount,
    Step,
)
from interlock_redis.address import Address
from interlock_redis.connecting import connected

_SCRIPT = files("interlock_redis").joinpath("ledger.lua").read_text("utf-8")
_MILLION = 10**6
_EXACT = 2**53  # Lua counts in doubles


class RedisLedger:
    """One exchange is one script, and so one round trip. Connects when it is first used."""

    api = API

    def __init__(self, address: Address) -> None:
        self._address = address
        # In a cluster, what is in braces decides where a key lives: a script's keys must live together.
        self._prefix = f"{{{address.prefix}}}"
        self._client: Redis | None = None

    async def exchange(self, call: LedgerCall) -> LedgerReply:
        accounts = {each.name: each for step in call.steps for each in step.accounts}
        numbers = {name: number for number, name in enumerate(accounts, 1)}
        holds: dict[str, int] = {}
        steps = [told for step in call.steps if (told := _told(step, numbers, holds)) is not None]
        keys = [
            *(f"{self._prefix}:account:{name}" for name in accounts),
            *(f"{self._prefix}:hold:{id_}" for id_ in holds),
        ]
        asked = {"accounts": [_limits(each) for each in accounts.values()], "steps": steps}
        try:
            if self._client is None:
                self._client = connected(self._address)
                self._script = self._client.register_script(_SCRIPT)
            reply = await self._script(
                keys=keys, args=[len(accounts), json.dumps(asked, separators=(",", ":"))]
            )
        except (RedisError, OSError, ValueError) as error:
            raise StoreError(_problem(self._address, error)) from None
        refused, tallies = reply
        ids = list(holds)
        return LedgerReply(
            refused=frozenset(ids[number - 1] for number in refused),
            tallies={name: _tally(raw) for name, raw in zip(accounts, tallies, strict=True)},
        )

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(RedisError, OSError):  # a connection that is broken needs no farewell
                await client.aclose()


def _told(step: Step, numbers: dict[str, int], holds: dict[str, int]) -> dict[str, Any] | None:
    """A step as the script reads it; None for one that only asks. `holds` are given their numbers here."""
    if not isinstance(step, Hold | Settlement):
        return None
    money, rest = _split(step.money)
    told: dict[str, Any] = {
        "kind": "hold" if isinstance(step, Hold) else "settle",
        "hold": holds.setdefault(step.id, len(holds) + 1),
        "r": min(step.requests, _EXACT),
        "accounts": [numbers[each.name] for each in step.accounts],
        "t": min(step.tokens, _EXACT),
        "m": money,
        "p": rest,
    }
    if isinstance(step, Hold):
        if step.windows_of is not None:
            told["of"] = holds.setdefault(step.windows_of, len(holds) + 1)
        if step.forced:
            told["forced"] = True
    return told


def _limits(account: SharedAccount) -> dict[str, Any]:
    """What no double tells apart from no limit is none."""
    counts = {"r": account.requests, "t": account.tokens}
    limits: dict[str, Any] = {
        name: limit for name, limit in counts.items() if limit is not None and limit < _EXACT
    }
    limits["per"] = account.per
    if account.money is not None and account.money < _EXACT * _MILLION:
        limits["m"], limits["p"] = divmod(account.money, _MILLION)
    return limits


def _split(money: int) -> tuple[int, int]:
    return divmod(min(money, _EXACT * _MILLION), _MILLION)


def _tally(raw: Iterable[bytes]) -> AccountTally:
    start, end, requests, tokens, held_tokens, money, rest, held_money, held_rest = map(int, raw)
    return AccountTally(
        start=start,
        end=end,
        requests=requests,
        tokens=tokens,
        held_tokens=held_tokens,
        money=money * _MILLION + rest,
        held_money=held_money * _MILLION + held_rest,
    )


def _problem(address: Address, error: Exception) -> str:
    """Without the vendor's words, which may quote what was sent."""
    return f"{address.host}:{address.port} cannot be used for the ledger ({type(error).__name__})"
