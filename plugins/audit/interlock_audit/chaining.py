"""What makes a chain of entries: each entry's hash covers the one before it."""

import os
import time
from dataclasses import dataclass, field
from hashlib import sha256

NOTHING = "0" * 64
"""What stands in the place of the hash before the first entry of a chain."""

Heads = dict[str, tuple[int, str]]
"""Chain -> the number of an entry, and its hash."""


def link(chain: str, seq: int, before: str, body: str) -> str:
    """The hash of an entry, in hexadecimal; `before` is that of the entry before it in its chain."""
    return sha256(f"interlock-audit-1\n{chain}\n{seq}\n{before}\n{body}".encode()).hexdigest()


def new_chain() -> str:
    """A name of 32 hexadecimal digits; later ones are greater, as far as clocks agree."""
    return f"{int(time.time() * 1000):012x}{os.urandom(10).hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry as it is kept. Nothing but its body carries meaning, which the hash covers."""

    chain: str
    seq: int
    id: str
    hash: str
    body: str


@dataclass(slots=True, kw_only=True)
class Chain:
    """A chain as its writer knows it.

    Attributes:
        seq: how many entries it has, which is the number of the next.
        head: the hash of the last one.
        tried: what may be there besides: batches whose append has failed, or was not heard of again.
        certain: whether the database is known to hold this, and nothing else.
    """

    name: str = field(default_factory=new_chain)
    seq: int = 0
    head: str = NOTHING
    tried: list[list[Row]] = field(default_factory=list)
    certain: bool = True

    def took(self, rows: list[Row]) -> None:
        """These are in the database now."""
        self.seq, self.head = rows[-1].seq + 1, rows[-1].hash
        self.tried.clear()
        self.certain = True
