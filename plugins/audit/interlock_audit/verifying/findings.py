"""What a verification comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from interlock_audit.chaining import Heads

_LONGEST = 200


def shown(text: str) -> str:
    """A name as a report shows it: whoever chose it can neither break a line nor steer a terminal with it."""
    safe = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[:_LONGEST])
    return safe if len(text) <= _LONGEST else f"{safe}…"


class Limit(StrEnum):
    """What could have been done to a log without being found.

    Each is a kind of tampering that somebody may have done who can write the database.
    """

    TAIL = "tail"
    CHAIN = "chain"
    LOG = "log"
    REWRITTEN = "rewritten"
    APPENDED = "appended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong.

    Attributes:
        kind: `altered`, `missing`, `duplicate`, `misplaced`, `unreadable`, `cut`, `chain_missing`,
            `rewritten`, `fork`, `foreign`, `clock`, `checkpoint`, `shape` or
            `erased`.
        chain: whose chain; empty of what belongs to none.
        seq: the number of the entry in it; None of what is about no single one.
        what: a sentence.
    """

    kind: str
    chain: str
    seq: int | None
    what: str


@dataclass(slots=True, kw_only=True)
class ChainState:
    """A chain, as it was found.

    Attributes:
        first, last: the numbers of its entries, and `entries` how many there are.
        head: the hash of the last.
        began, ended: when its first and its last entry were written, in microseconds since the epoch.
        closed: whether its last entry says that the log was closed.
        anchored: the last entry that a checkpoint from outside covers; -1 without one.
        anchored_at: the time of that checkpoint, in microseconds since the epoch.
        sworn: the last entry that a checkpoint of the chain's own writer covers, in the database or outside;
            -1 without one. Others cover what they have found there.
    """

    chain: str
    first: int
    last: int
    head: str
    entries: int = 0
    began: int = 0
    ended: int = 0
    closed: bool = False
    anchored: int = -1
    anchored_at: int = 0
    sworn: int = -1

    @property
    def unanchored(self) -> int:
        """How many entries no checkpoint from outside covers."""
        return self.last - max(self.anchored, self.first - 1)

    @property
    def found_later(self) -> int:
        """How many entries are covered by checkpoints of others alone."""
        return max(0, self.anchored - max(self.sworn, self.first - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where checkpoints come from. What lies in the database itself is not `outside`."""

    name: str
    lines: Sequence[str]
    outside: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How many checkpoints of a source were signed by a key that was given, and until when.

    Attributes:
        last: the time of the newest, in microseconds since the epoch; None where there is none.
        unread: lines that are no checkpoints, such as one that a loss of power has cut.
    """

    name: str
    outside: bool
    signed: int
    last: int | None
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found, what was seen, and what cannot be known.

    Attributes:
        limits: what cannot be excluded about the log as a whole.
        sinks_failed: the sinks of which the log says that a checkpoint did not arrive there.
        pruned: chain to the last of its entries that were removed on purpose, and that one's hash.
        erased: handle of a person whose key was erased, to the entry that says so.
        keys: the ids of the keys that were given.
        notes: sentences about what is not as it should be, and changes no entry.
    """

    entries: int
    chains: Sequence[ChainState]
    findings: Sequence[Finding]
    limits: frozenset[Limit]
    sources: Sequence[Used] = ()
    sinks_failed: Sequence[str] = ()
    pruned: Heads = field(default_factory=dict)
    erased: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    keys: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def unanchored(self) -> int:
        """How many entries no checkpoint from outside covers."""
        return sum(state.unanchored for state in self.chains)

    @property
    def vouched(self) -> bool:
        """Whether a checkpoint from outside covers something of each chain."""
        return bool(self.chains) and all(state.anchored >= 0 for state in self.chains)
