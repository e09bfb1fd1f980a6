"""Limits that several processes keep to together: what each says of itself, and what it may then send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LIMITS: Mapping[str, str] = {
    "redis": "interlock-redis",
    "rediss": "interlock-redis",
    "valkey": "interlock-redis",
    "valkeys": "interlock-redis",
    "sqlite": "interlock-sql",
    "postgresql": "interlock-sql",
    "postgres": "interlock-sql",
}
"""Scheme -> the distribution that keeps limits there, whether or not it is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What may be sent in any `seconds` that follow each other; None is no limit.

    Attributes:
        requests: attempts that are sent.
        tokens: input and output together; one that may take more than all of them takes all.
    """

    seconds: float
    requests: int | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLimit:
    """A limit that may stand over several lines.

    Attributes:
        name: the same in every process that keeps to it: ASCII, without control characters.
        places: how many attempts may be under way at once; None is no limit.
        rates: no two of the same `seconds`.
    """

    name: str
    places: int | None = None
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An attempt that waits, for `age` seconds so far, and may take `tokens`."""

    age: float
    tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Attempts that were sent `age` seconds ago or longer, and what they may have taken."""

    age: float
    requests: int
    tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """What was counted `at` a reply's time and is no more: tokens that were not taken, fewer than none when
    more were; or a request that was sent later, and is told of by itself.
    """

    at: float
    tokens: int
    requests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedLine:
    """How one process stands in one line, as a whole and not as what has changed: said again, it is the same.

    Attributes:
        name: of the line, which may be that of its first limit.
        limits: those that everybody in it falls under, the narrowest first.
        held: how many of the process's attempts are under way.
        wanted: those that wait, the oldest first. What does not wait any more is left out.
        sent: what nobody has counted: it was sent while the store was out of reach, or has been forgotten.
        unused: what is to be counted no longer.
        known: an earlier exchange has told of this line.
    """

    name: str
    limits: tuple[SharedLimit, ...]
    held: int = 0
    wanted: tuple[Wanted, ...] = ()
    sent: tuple[Sent, ...] = ()
    unused: tuple[Unused, ...] = ()
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsCall:
    """One exchange about limits.

    Attributes:
        process: names the process; without spaces.
        number: grows with each exchange of the process; one that comes after a later one changes nothing.
        lease: seconds for which what the process says is believed.
    """

    process: str
    number: int
    lines: tuple[LimitedLine, ...]
    lease: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReply:
    """What a process may do in one line.

    Attributes:
        granted: how many of those that wait may go, the oldest first. They count as held, and as sent.
        wait: seconds after which asking again may help; 0 when nothing waits.
        processes: how many there are that keep to these limits, this one included.
        forgotten: what was sent before is not known any more, though the process has told it.
    """

    granted: int = 0
    wait: float = 0.0
    processes: int = 1
    forgotten: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsReply:
    """What came of an exchange, by the name of the line. `at` is the store's time, in seconds."""

    at: float = 0.0
    lines: Mapping[str, LineReply] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsPlace:
    """`url` is the configuration's, its scheme in lower case, and may hold a password; a relative path in it
    begins at `folder`.
    """

    url: str = field(repr=False)
    folder: Path = field(default_factory=Path)
