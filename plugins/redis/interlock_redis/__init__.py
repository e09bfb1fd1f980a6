"""Shares Interlock's health between processes through Redis or Valkey."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import API, SharedHealth, SharedHealthKind
from interlock.types.health import ShareCall
from interlock_redis.address import address_of

__all__ = ["Redis"]


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


@hookimpl
def interlock_shared_health() -> Iterable[SharedHealthKind]:
    return [Redis()]
