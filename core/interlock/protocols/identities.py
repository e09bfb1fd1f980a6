"""Who presents a secret, where an endpoint's own keys do not say."""

from typing import Protocol, runtime_checkable

from interlock.types.principals import Principal


@runtime_checkable
class IdentitySource(Protocol):
    """Knows whose secrets are: tokens of a company's sign-in, say. Asked on the hot path of every request: it
    looks at memory alone, and neither waits nor asks anybody.

    What it has to fetch, such as keys that tokens are signed with, it follows between `start` and `aclose`.
    """

    api: int
    name: str

    def principal(self, secret: str) -> Principal | None:
        """Whose secret that is; None for one that nobody here has, or that may not ask any more. It may be
        anything at all.

        Raises:
            StoreError: nobody can tell now; the client may come again.
        """
        ...

    def by_id(self, id_: str) -> Principal | None:
        """Whoever has that id and may still ask: everybody whom `principal` has let in, until they may not
        ask any more. Asked before each attempt, so that whoever is shut out meanwhile sends nothing more.

        Raises:
            StoreError: nobody can tell now.
        """
        ...

    async def start(self) -> None:
        """Begin to follow what has to be fetched, in the event loop that serves."""
        ...

    async def aclose(self) -> None:
        """End it. May be called twice, and before anything."""
        ...
