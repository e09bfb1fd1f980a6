"""Looking after effects that were sent and that nobody works on any more."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from interlock import InterlockError, StoreError, UnknownTool
from interlock_agents.errors import LedgerBusy
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.hands import Hands
from interlock_agents.ledger.working import TooLate

HandsOf: TypeAlias = Callable[[str], Awaitable[Hands | None]]
"""Finds what carries out a tool, by the name that calls have. Where there is none, it gives None or raises
UnknownTool.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What came of it.

    Attributes:
        effects: those that were looked after, as they stand now: settled, before a person, or still sent.
        busy: the ids of those that somebody else works on.
        failed: the ids of those that could not be looked after, with why: the tool is not there any more, a
            person has to agree to what would be sent again, or the log may not have it.
    """

    effects: tuple[Effect, ...] = ()
    busy: tuple[str, ...] = ()
    failed: Mapping[str, InterlockError] = field(default_factory=dict)


async def reconciled(
    effects: Iterable[Effect], hands_of: HandsOf, look_after: Callable[[Effect, Hands], Awaitable[Effect]]
) -> Reconciled:
    """What comes of looking after them, one after another. Raises StoreError alone."""
    known: list[Effect] = []
    busy: list[str] = []
    failed: dict[str, InterlockError] = {}
    for effect in effects:
        try:
            hands = await hands_of(effect.tool)
            if hands is None:
                raise UnknownTool(f"there is no tool {effect.tool!r}", key="tool")
            known.append(await look_after(effect, hands))
        except (LedgerBusy, TooLate):
            busy.append(effect.id)
        except StoreError:
            raise
        except InterlockError as error:
            failed[effect.id] = error
    return Reconciled(effects=tuple(known), busy=tuple(busy), failed=failed)
