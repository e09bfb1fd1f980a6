"""Keys that are known at one moment."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from interlock import ConfigError
from interlock_server.principals import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A principal and the digests of the secrets by which it is known, of which it has one or more."""

    principal: Principal
    digests: tuple[str, ...] = field(repr=False)


class Ring:
    """Keys by what they are looked up by. It does not change: another takes its place."""

    def __init__(self, keys: Iterable[Key] = (), source: str = "") -> None:
        """Raises ConfigError, which names the `source`, for two keys that have a secret in common."""
        self._by_id: dict[str, Principal] = {}
        self._by_digest: dict[str, tuple[str, Principal]] = {}
        for key in keys:
            principal = replace(key.principal, epoch=_epoch(key.digests))
            self._by_id[principal.id] = principal
            for digest in key.digests:
                if digest in self._by_digest:
                    other = self._by_digest[digest][1].id
                    what = f"has the secret of {other} as well; every key has its own."
                    raise ConfigError(what, key=key.principal.id, source=source)
                self._by_digest[digest] = (digest, principal)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Principal]:
        return iter(self._by_id.values())

    def by_digest(self, digest: str) -> Principal | None:
        """Whose secret has that digest."""
        kept, principal = self._by_digest.get(digest, ("", None))
        # Whoever asks knows the digest, and learns nothing by how long it takes to find another.
        return principal if hmac.compare_digest(kept, digest) else None

    def by_id(self, id_: str) -> Principal | None:
        """Whoever goes by that id."""
        return self._by_id.get(id_)


def _epoch(digests: Iterable[str]) -> str:
    """Of a key with these secrets."""
    return hashlib.sha256(" ".join(sorted(digests)).encode()).hexdigest()
