"""Keys that are known at one moment."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
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
        self.by_id: Callable[[str], Principal | None] = self._by_id.get
        """Whoever goes by that id; it is asked several times for every request."""

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Principal]:
        return iter(self._by_id.values())

    def by_digest(self, digest: str) -> Principal | None:
        """Whose secret has that digest."""
        found = self._by_digest.get(digest)
        # Whoever asks knows the digest, and learns nothing by how long it takes to find another.
        return found[1] if found is not None and hmac.compare_digest(found[0], digest) else None


def _epoch(digests: Iterable[str]) -> str:
    """Of a key with these secrets."""
    return hashlib.sha256(" ".join(sorted(digests)).encode()).hexdigest()
