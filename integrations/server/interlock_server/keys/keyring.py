"""Who presents a secret, out of all the keys that a server knows."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, Self

from interlock import ConfigError, StoreError
from interlock_server.keys.file import FileKeys
from interlock_server.keys.places import is_url, path_of
from interlock_server.keys.ring import Ring
from interlock_server.keys.secrets import digest_of
from interlock_server.keys.source import KeySource
from interlock_server.keys.written import VARIABLE, keys_of
from interlock_server.principals import Principal

GRACE: Final = 300.0
"""Seconds for which keys that are known go on while their database is down, unless it is configured."""


class Keyring:
    """The keys of the environment, and those of a file or a database, which are followed between `start` and
    `aclose`. Implements `Identities`.
    """

    def __init__(
        self, fixed: Ring, changing: KeySource | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        """`clock` gives seconds since the epoch."""
        self._fixed = fixed
        self._changing = changing
        self._clock = clock

    @classmethod
    def open(
        cls,
        where: str | None,
        folder: Path | None,
        environ: Mapping[str, str],
        *,
        grace: float = GRACE,
        check: Callable[[Ring, str], None] | None = None,
    ) -> Self:
        """The keys of the variable INTERLOCK_KEYS, and those of the configuration's `server.keys`: a file,
        or a database by its URL; a relative path begins in `folder`. No database is asked yet.

        Where one is down, whoever is known goes on for `grace` seconds. `check` is asked about what a file
        holds, now and each time that it changes.

        Raises:
            ConfigError: keys that cannot be used, naming the file, the line and the field; or a URL that
                cannot, which is not repeated.
        """
        fixed = Ring(keys_of(environ.get(VARIABLE, "")), VARIABLE)
        if where is None:
            return cls(fixed)
        if is_url(where):
            return cls(fixed, _stored(where, folder, grace))
        changing = FileKeys(path_of(where, folder), environ=environ, check=check)
        both = next((each.id for each in changing.ring if fixed.by_id(each.id)), None)
        if both is not None:
            raise ConfigError(
                f"this id is in {VARIABLE}, too; every key has its own.", key=both, source=where
            )
        return cls(fixed, changing)

    @property
    def required(self) -> bool:
        """Whether anybody must present a secret: once keys, or a place for them, are configured."""
        return self._changing is not None or len(self._fixed) > 0

    @property
    def problem(self) -> str | None:
        """Why what is known of keys may be old, in a sentence; None while all is well."""
        return None if self._changing is None else self._changing.problem

    def principal(self, secret: str | None) -> Principal | None:
        """As in `Identities`. It takes microseconds, and asks nobody.

        Raises:
            StoreError: nobody can tell now whose it is.
        """
        if not secret:
            return None
        digest = digest_of(secret)
        return self._valid(self._fixed.by_digest(digest) or self._found(lambda ring: ring.by_digest(digest)))

    def by_id(self, id_: str) -> Principal | None:
        """As in `Identities`.

        Raises:
            StoreError: nobody can tell now.
        """
        return self._valid(self._fixed.by_id(id_) or self._found(lambda ring: ring.by_id(id_)))

    def __iter__(self) -> Iterator[Principal]:
        """Everybody who is known, whether or not they have expired."""
        yield from self._fixed
        if self._changing is not None:
            yield from self._changing.ring

    async def start(self) -> None:
        """Follow the keys that may change; in the event loop that serves."""
        if self._changing is not None:
            await self._changing.start()

    async def aclose(self) -> None:
        """Follow them no longer. May be called twice."""
        if self._changing is not None:
            await self._changing.aclose()

    def _found(self, look: Callable[[Ring], Principal | None]) -> Principal | None:
        source = self._changing
        if source is None:
            return None
        principal = look(source.ring)
        if principal is None and not source.current:
            raise StoreError("keys cannot be looked up now, and this one is not known here")
        # Who goes by an id must be one and the same by whichever way they were found.
        return None if principal is None or self._fixed.by_id(principal.id) else principal

    def _valid(self, principal: Principal | None) -> Principal | None:
        if principal is None or (principal.expires is not None and principal.expires <= self._clock()):
            return None
        return principal


def _stored(url: str, folder: Path | None, grace: float) -> KeySource:
    from interlock_server.keys.stored.followed import StoredKeys  # noqa: PLC0415 - who has a file needs none
    from interlock_server.keys.stored.store import KeyStore  # noqa: PLC0415 - likewise

    try:
        return StoredKeys(KeyStore.open(url, folder), grace=grace)
    except StoreError as error:
        raise ConfigError(error.message, key="server.keys") from None
