"""Who presents a secret, out of all the keys that a server knows."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Self

from interlock import ConfigError, StoreError
from interlock.protocols import IdentitySource
from interlock_server.keys.file import FileKeys
from interlock_server.keys.others import Others
from interlock_server.keys.places import is_url, path_of
from interlock_server.keys.ring import Ring
from interlock_server.keys.secrets import digest_of
from interlock_server.keys.source import KeySource
from interlock_server.keys.written import VARIABLE, keys_of
from interlock_server.principals import Principal

GRACE: Final = 300.0
"""Seconds for which keys that are known go on while their database is down, unless it is configured."""


class Keyring:
    """The keys of the environment, those of a file or a database, and whoever plugins know; what may change
    is followed between `start` and `aclose`. Implements `Identities`.
    """

    def __init__(
        self,
        fixed: Ring,
        changing: KeySource | None = None,
        others: Iterable[IdentitySource] = (),
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`others` are asked last; `clock` gives seconds since the epoch."""
        self._fixed = fixed
        self.changing = changing
        self._others = [Others(each) for each in others]
        self._clock = clock
        self.required = changing is not None or len(fixed) > 0 or bool(self._others)
        """Whether anybody must present a secret: once keys, or a place for them, are configured."""

    @classmethod
    def open(
        cls,
        where: str | None,
        folder: Path | None,
        environ: Mapping[str, str],
        *,
        grace: float = GRACE,
        check: Callable[[Ring, str], None] | None = None,
        others: Iterable[IdentitySource] = (),
        former: "Keyring | None" = None,
    ) -> Self:
        """The keys of the variable INTERLOCK_KEYS, and those of the configuration's `server.keys`: a file,
        or a database by its URL; a relative path begins in `folder`. No database is asked yet.

        Where one is down, whoever is known goes on for `grace` seconds. `check` is asked about what the place
        holds, each time that it changes: what it refuses, a file is not used with, and a database is, for
        others write there; the log says what is wrong. `others` are whoever plugins know.
        `former` is the keyring whose place this one takes: what it knows of the same database is known here,
        though that be down.

        Raises:
            ConfigError: keys that cannot be used, naming the file, the line and the field; or a URL that
                cannot, which is not repeated.
        """
        fixed = Ring(keys_of(environ.get(VARIABLE, "")), VARIABLE)
        if where is None:
            return cls(fixed, None, others)
        if is_url(where):
            before = None if former is None else former.changing
            return cls(fixed, _stored(where, folder, grace, before, check), others)
        changing = FileKeys(path_of(where, folder), environ=environ, check=check)
        both = next((each.id for each in changing.ring if fixed.by_id(each.id)), None)
        if both is not None:
            raise ConfigError(
                f"this id is in {VARIABLE}, too; every key has its own.", key=both, source=where
            )
        return cls(fixed, changing, others)

    @property
    def problem(self) -> str | None:
        """Why what is known of keys may be old, in a sentence; None while all is well."""
        return None if self.changing is None else self.changing.problem

    def principal(self, secret: str | None) -> Principal | None:
        """As in `Identities`. It takes microseconds, and asks nobody.

        Raises:
            StoreError: nobody can tell now whose it is.
        """
        if not secret:
            return None
        digest = digest_of(secret)
        found = self._fixed.by_digest(digest)
        if found is None:
            source = self.changing
            found = None if source is None else source.ring.by_digest(digest)
            if found is None:
                found = self._elsewhere(lambda other: other.principal(secret))
            # Who goes by an id is one and the same by whichever way they are found: whoever has somebody
            # else's id is nobody.
            elif self._fixed.by_id(found.id) is not None:
                return None
        return self._valid(found)

    def by_id(self, id_: str) -> Principal | None:
        """As in `Identities`.

        Raises:
            StoreError: nobody can tell now.
        """
        found = self._fixed.by_id(id_)
        if found is None:
            source = self.changing
            found = None if source is None else source.ring.by_id(id_)
            if found is None:
                found = self._elsewhere(lambda other: other.by_id(id_))
        return self._valid(found)

    def __iter__(self) -> Iterator[Principal]:
        """Everybody who is known, whether or not they have expired."""
        yield from self._fixed
        if self.changing is not None:
            yield from self.changing.ring

    async def start(self) -> None:
        """Follow what may change; in the event loop that serves."""
        for each in self._followed:
            await each.start()

    async def aclose(self) -> None:
        """Follow it no longer. May be called twice."""
        for each in self._followed:
            await each.aclose()

    @property
    def _followed(self) -> list["KeySource | Others"]:
        return [*([] if self.changing is None else [self.changing]), *self._others]

    def _elsewhere(self, ask: Callable[[Others], Principal | None]) -> Principal | None:
        """Whoever has no key here, by the first plugin that knows. Raises StoreError where one that is not
        known may be there all the same.
        """
        source = self.changing
        unsure = source is not None and not source.current
        for other in self._others:
            if (principal := ask(other)) is not None:
                taken = self._fixed.by_id(principal.id) or (source and source.ring.by_id(principal.id))
                return None if taken else principal
        if unsure:
            raise StoreError("keys cannot be looked up now, and this one is not known here")
        return None

    def _valid(self, principal: Principal | None) -> Principal | None:
        if principal is None or (principal.expires is not None and principal.expires <= self._clock()):
            return None
        return principal


def _stored(
    url: str,
    folder: Path | None,
    grace: float,
    former: KeySource | None,
    check: Callable[[Ring, str], None] | None,
) -> KeySource:
    from interlock_server.keys.stored.followed import StoredKeys  # noqa: PLC0415 - who has a file needs none
    from interlock_server.keys.stored.store import KeyStore  # noqa: PLC0415 - likewise

    try:
        store = KeyStore.open(url, folder)
    except StoreError as error:
        raise ConfigError(error.message, key="server.keys") from None
    before = former if isinstance(former, StoredKeys) else None
    return StoredKeys(store, grace=grace, former=before, check=check)
