"""Where keys come from while a server runs."""

from typing import Protocol

from interlock_server.keys.ring import Ring


class KeySource(Protocol):
    """Keys that may change. `ring` is looked at in memory; `start` has them followed until `aclose`."""

    @property
    def ring(self) -> Ring:
        """The keys as they are known.

        Raises:
            StoreError: nobody knows them, or they have not been heard of for too long.
        """
        ...

    @property
    def current(self) -> bool:
        """Whether a key that is not there is none: False while nobody can tell."""
        ...

    @property
    def problem(self) -> str | None:
        """Why what is known may be old, in a sentence without secrets; None while all is well."""
        ...

    async def start(self) -> None:
        """Read the keys, and follow them from now on. One that cannot be reached is asked again."""
        ...

    async def aclose(self) -> None:
        """Follow them no longer. May be called twice, and before anything."""
        ...
