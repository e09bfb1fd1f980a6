"""Identities that plugins know, held to their word."""

from collections.abc import Callable
from typing import Final

from interlock import StoreError
from interlock.logs import redacting_logger
from interlock.protocols import IdentitySource
from interlock_server.principals import Principal

_LONGEST_ID: Final = 128
_log = redacting_logger("interlock.server.keys")


class Others:
    """One source of a plugin. Where it raises, or says what is no principal, nobody can tell whose a secret
    is.
    """

    def __init__(self, source: IdentitySource) -> None:
        self._source = source
        self._started = False

    def principal(self, secret: str) -> Principal | None:
        """As the source says. Raises StoreError where it cannot."""
        return self._told(lambda: self._source.principal(secret))

    def by_id(self, id_: str) -> Principal | None:
        """As the source says. Raises StoreError where it cannot, and where it says another."""
        found = self._told(lambda: self._source.by_id(id_))
        if found is not None and found.id != id_:
            raise self._failed("another than was asked for")
        return found

    async def start(self) -> None:
        """Have it follow what it must. One that cannot is asked all the same, and says so itself."""
        if not self._started:
            self._started = True
            try:
                await self._source.start()
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; keys of others go on
                _log.error("the identities of %s did not start: %s", self._source.name, type(error).__name__)

    async def aclose(self) -> None:
        """Have it end that."""
        self._started = False
        try:
            await self._source.aclose()
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("the identities of %s did not end: %s", self._source.name, type(error).__name__)

    def _told(self, ask: Callable[[], object]) -> Principal | None:
        try:
            found = ask()
        except Exception as error:  # noqa: BLE001 - a message may hold the secret
            raise self._failed(type(error).__name__) from None
        if found is None:
            return None
        if not isinstance(found, Principal):
            raise self._failed(f"{type(found).__name__}, which is no principal")
        # It goes into records, logs and the names of budgets.
        if not (0 < len(found.id) <= _LONGEST_ID and found.id.isprintable()):
            raise self._failed(f"an id that is not 1 to {_LONGEST_ID} printable characters")
        return found

    def _failed(self, why: str) -> StoreError:
        _log.error("the identities of %s could not be told: %s", self._source.name, why)
        return StoreError("identities cannot be looked up now")
