"""Logs that lose nothing: their entries, what they are asked, and the schemes that are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, Any

from interlock.types.random_ids import timed_id

if TYPE_CHECKING:
    from pathlib import Path

LOGS: Mapping[str, str] = {
    "sqlite": "interlock-sql",
    "postgresql": "interlock-sql",
    "postgres": "interlock-sql",
    "audit+sqlite": "interlock-audit",
    "audit+postgresql": "interlock-audit",
    "audit+postgres": "interlock-audit",
}
"""Scheme -> the distribution that keeps a log there."""


def _here() -> "Path":
    from pathlib import Path  # noqa: PLC0415 - the face needs no paths

    return Path()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One fact. No content is among its `facts`: no prompt, no answer, no key, and no name of a person.

    Attributes:
        kind: `opened`, `decision`, `attempt`, `attempt_ended`, `incident`, `answer`, `failed`, `tool`,
            `approval_asked`, `approved` or `refused` for what a router does, `routes` for a change of learned
            ones; a plugin has kinds of its own, which begin with its name, as in `agents.approved`.
        at: seconds since the epoch.
        id: unique; an entry that is appended again is kept once.
        call: the id of the call's record.
        run, step: the request's.
        attempt: the attempt's id within the record.
        facts: text, whole numbers, finite floats, booleans, None, and lists and mappings of these.
        subject: the person whom the entry is about, as the application calls them. A log that cannot seal it
            does not keep it, not even in part; nor `personal`.
        personal: facts about that person, of the same kinds as `facts`.
    """

    kind: str
    at: float = field(default_factory=time)
    id: str = field(default_factory=timed_id)
    call: str | None = None
    run: str | None = None
    step: str | None = None
    attempt: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    subject: str | None = field(default=None, repr=False)
    personal: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which entries to read, in the order in which they were appended.

    Attributes:
        since: seconds since the epoch; included.
        limit: the most entries to give.
        after: the id of the last entry of the page before.
    """

    since: float | None = None
    call: str | None = None
    run: str | None = None
    limit: int = 500
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCall:
    """Where a log is to be.

    Attributes:
        url: the configuration's, its scheme in lower case; it may hold a password.
        folder: where a relative path in it begins.
        options: an instance of the kind's schema; None where it has none.
        personal: whether the configuration hands over entries' `subject` or `personal`.
    """

    url: str = field(repr=False)
    folder: "Path" = field(default_factory=_here)
    options: Any = field(default=None, repr=False)
    personal: bool = False
