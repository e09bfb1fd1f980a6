"""Who asks, and what they may."""

from typing import Protocol

from interlock.types.principals import Limit, Principal

__all__ = ["KEY", "Identities", "Limit", "Principal"]

KEY = "server.key"
"""The metadata name under which a request carries the id of whoever asks; clients cannot set it."""


class Identities(Protocol):
    """Says who presents a secret. Looks at memory alone: `principal` neither waits nor asks anybody."""

    @property
    def required(self) -> bool:
        """Whether anybody must present one."""
        ...

    def principal(self, secret: str | None) -> Principal | None:
        """Whose secret that is; None for one that nobody has, that has expired or that was revoked.

        Raises:
            StoreError: nobody can tell now. The client may come again; it is not told that it is a stranger.
        """
        ...

    def by_id(self, id_: str) -> Principal | None:
        """Whoever has that id and may still ask; None for nobody, for expired keys and for revoked ones.

        Raises:
            StoreError: nobody can tell now.
        """
        ...
