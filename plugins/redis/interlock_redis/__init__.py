"""Shares what Interlock's processes know of health, their budgets and their limits, in Redis or Valkey."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import (
    API,
    LedgerKind,
    LimitsKind,
    SharedHealth,
    SharedHealthKind,
    SharedLedger,
    SharedLimits,
)
from interlock.types.health import ShareCall
from interlock.types.ledgers import LedgerPlace
from interlock.types.limits import LimitsPlace
from interlock_redis.address import address_of

__all__ = ["Redis", "RedisLedgers", "RedisLimitsKind"]


class Redis:
    """`redis://:password@host:6379/0`; `rediss` for TLS; `valkey` and `valkeys` are the same.

    What is after `?prefix=` keeps apart the processes that are to share nothing.
    """

    api = API
    name = "redis"
    schemes: tuple[str, ...] = ("redis", "rediss", "valkey", "valkeys")

    def open(self, call: ShareCall) -> SharedHealth:
        address = address_of(call)
        # The client takes a while to import, which a router that is only asked to decide need not wait for.
        from interlock_redis.sharing import RedisHealth  # noqa: PLC0415 - as said

        return RedisHealth(address)


class RedisLedgers:
    """The same addresses, for a ledger."""

    api = API
    name = "redis"
    schemes: tuple[str, ...] = Redis.schemes

    def open(self, call: LedgerPlace) -> SharedLedger:
        address = address_of(call)
        from interlock_redis.ledger import RedisLedger  # noqa: PLC0415 - as above

        return RedisLedger(address)


class RedisLimitsKind:
    """The same addresses, for limits."""

    api = API
    name = "redis"
    schemes: tuple[str, ...] = Redis.schemes

    def open(self, call: LimitsPlace) -> SharedLimits:
        address = address_of(call)
        from interlock_redis.limits import RedisLimits  # noqa: PLC0415 - as above

        return RedisLimits(address)


@hookimpl
def interlock_limits() -> Iterable[LimitsKind]:
    return [RedisLimitsKind()]


@hookimpl
def interlock_shared_health() -> Iterable[SharedHealthKind]:
    return [Redis()]


@hookimpl
def interlock_ledgers() -> Iterable[LedgerKind]:
    return [RedisLedgers()]
