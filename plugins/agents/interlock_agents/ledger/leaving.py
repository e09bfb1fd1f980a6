"""Who is cancelled lets go of the effect, so that nobody has to wait until the lease ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from interlock import InterlockError, LogEntry, ToolOutcome
from interlock.logs import redacting_logger
from interlock_agents.ledger import books
from interlock_agents.ledger.changing import found
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.means import Means

_log = redacting_logger("interlock.agents")
_WHY = "whoever worked on it was cancelled"


class Held(NamedTuple):
    """The effect as it was written down last, and whether its sending was begun since then, or before."""

    effect: Effect
    begun: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What has come of an effect, though it is not written down yet.

    Attributes:
        entries: what the log may not have yet.
    """

    outcome: ToolOutcome
    why: str
    entries: Sequence[LogEntry] = ()


async def leave(means: Means, held: Callable[[], Held | None], *, known: Known | None = None) -> None:
    """Write down what is known of the effect, and let others go on with it.

    Its sending is over: what was sent may still happen, and counts as any other of which nobody knows. Where
    it was never begun, nothing has left. What cannot be written now ends with the lease.

    `held` is asked once everything is done that the store was asked for before.
    """

    def write(connection: Connection) -> None:
        mine = held()
        effect = None if mine is None else found(connection, mine.effect.id)
        if mine is None or effect is None or (effect.state, effect.epoch) != ("sent", mine.effect.epoch):
            return
        now = means.now(connection)
        if known is not None:
            books.settled(connection, effect, known.outcome, now=now, why=known.why)
        else:
            (books.let_go if mine.begun else books.put_back)(connection, effect, now=now, why=_WHY)

    try:
        if known is not None and known.entries:
            await means.tell_what_is_so(known.entries)
        await means.store.run(write)
    except InterlockError as error:
        _log.warning("an effect is taken until its lease ends: %s, and %s", _WHY, error.message)
