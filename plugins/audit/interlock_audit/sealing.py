"""What may seal that which an entry says of a person. Nothing does yet: then it is not kept."""

from typing import Protocol

from interlock import LogEntry
from interlock_audit.bodies import Content


class Sealer(Protocol):
    """Takes what is personal of an entry, and gives what may stand in a body beside the facts."""

    def sealed(self, entry: LogEntry) -> Content:
        """`handle` and `sealed`, or nothing for an entry that has nothing personal.

        It is called in the thread that writes, before the transaction that appends.
        """
        ...


def sealed_part(sealer: Sealer | None, entry: LogEntry) -> Content:
    """What of a person goes into the body; nothing without a sealer."""
    return {} if sealer is None else sealer.sealed(entry)
