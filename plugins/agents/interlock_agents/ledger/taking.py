"""Taking an effect up: written down for the first time, or taken over from whoever has let go of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from interlock import ApprovalNeeded, ApprovalRequest, Grant, ToolCall
from interlock.tools import Classified
from interlock_agents.budgets import Amounts
from interlock_agents.budgets.accounts import hold, release
from interlock_agents.errors import EffectChanged, EffectOpen, LedgerBusy
from interlock_agents.ledger.changing import add, change, selected
from interlock_agents.ledger.effects import OPEN, Effect
from interlock_agents.ledger.leases import Now
from interlock_agents.ledger.rows import effect_in
from interlock_agents.ledger.tables import effects
from interlock_agents.places import Place
from interlock_agents.prepared import Prepared
from interlock_sql.building import text

Turn = Literal["send", "doubt", "over"]
"""What follows: it is to be sent now; it was sent and its outcome is not known; there is nothing to do."""


_ELSEWHERE = and_(effects.c.run == bindparam("its_run"), effects.c.node == bindparam("its_node"))
# Of a node with many effects, those of the same approach are not looked at.
_NEAR = Prepared(
    select(effects).where(
        or_(
            effects.c.id == bindparam("its_id"),
            and_(_ELSEWHERE, effects.c.approach < bindparam("its_approach")),
            and_(_ELSEWHERE, effects.c.approach > bindparam("its_approach")),
        )
    )
)


class Consume(Protocol):
    """Uses a grant for one effect, inside the transaction of its intent."""

    def __call__(
        self, connection: Connection, grant: Grant, asked: ApprovalRequest, *, effect: str
    ) -> str | None:
        """None when it is used now, or was by the same effect; else why it may not be, in a sentence."""
        ...


class ConsentWanted(Exception):
    """The run has to be put as a request first, to hold a grant against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of the ledger at one place."""

    place: Place
    call: ToolCall
    arguments: Mapping[str, Any]
    arguments_digest: str
    key: str
    tool_digest: str
    classified: Classified
    needs_grant: bool
    owner: str
    lease: float
    hold: Amounts
    account: str
    after: tuple[str, ...]
    compensates: str | None
    asked: ApprovalRequest | None = None
    grant: Grant | None = None


def take(connection: Connection, wanted: Wanted, *, now: Now, consume: Consume) -> tuple[Effect, Turn]:
    """The effect, and what follows. Nothing is written when this raises.

    Raises:
        EffectChanged: something else was asked for there, or its node goes another way by now.
        EffectOpen: what has to be known first is not known yet.
        LedgerBusy: somebody else works on it.
        ApprovalNeeded: a person has to agree first.
        OverBudget: what is to be held exceeds a limit.
        ConsentWanted: `asked` is needed, and not there.
    """
    place = wanted.place
    _alone(connection, place)
    known, others = _near(connection, wanted)
    if known is None:
        _unblocked(connection, wanted, others, now=now)
        return _begin(connection, wanted, now=now, consume=consume), "send"
    if (known.tool, known.arguments_digest) != (wanted.call.name, wanted.arguments_digest):
        raise EffectChanged(
            f"{place.id} asked for {known.tool} before, and now for {wanted.call.name} with arguments of its"
            " own; a new way of doing it is a new approach",
            place=place.id,
        )
    if known.is_final or known.state == "unknown":
        return known, "over"
    if (seconds := now.left(known)) > 0:
        raise LedgerBusy(f"somebody works on {place.id}", place=place.id, seconds=seconds)
    if known.state == "intent":
        _unblocked(connection, wanted, others, now=now)
        return _go_on(connection, known, wanted, now=now, consume=consume), "send"
    return _take_over(connection, known, wanted, now=now, consume=consume), "doubt"


def claim(connection: Connection, effect: Effect, *, now: Now, owner: str, lease: float) -> Effect:
    """Take over an effect that was sent and that nobody works on any more.

    Raises:
        LedgerBusy: somebody does.
    """
    seconds = now.left(effect)
    if seconds <= 0:
        mine = change(
            connection,
            effect,
            at=now.at,
            why="taken over: nobody has said what came of it",
            epoch=effect.epoch + 1,
            owner=owner,
            **now.lease(lease),
        )
        if mine is not None:
            return mine
    raise LedgerBusy(f"somebody works on {effect.id}", place=effect.id, seconds=max(0.0, seconds))


def blocking(connection: Connection, run: str, nodes: tuple[str, ...]) -> tuple[Effect, ...]:
    """The effects of these nodes of which nobody knows yet whether they have happened."""
    return selected(connection, effects.c.run == run, effects.c.node.in_(nodes), effects.c.state.in_(OPEN))


def _alone(connection: Connection, place: Place) -> None:
    """Let nobody else take up anything of that node until this is committed; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        of = func.hashtextextended(f"interlock effects {place.run}/{place.node}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(of)))


def _near(connection: Connection, wanted: Wanted) -> tuple[Effect | None, list[Effect]]:
    """The effect at the place, and those that may stand in its way."""
    place = wanted.place
    names = {"its_id": place.id, "its_run": place.run, "its_node": place.node, "its_approach": place.approach}
    near = [effect_in(row) for row in _NEAR.rows(connection, names)]
    known = next((effect for effect in near if effect.id == place.id), None)
    others = [effect for effect in near if effect.id != place.id]
    if wanted.after:
        others += blocking(connection, place.run, wanted.after)
    return known, others


def _unblocked(connection: Connection, wanted: Wanted, others: list[Effect], *, now: Now) -> None:
    place = wanted.place
    if open_ := [other for other in others if other.is_open]:
        raise EffectOpen(
            f"{place.id} has to wait: nobody knows yet whether {open_[0].id} has happened",
            effects=[other.id for other in open_],
        )
    if any(other.place.approach > place.approach for other in others if other.place.node == place.node):
        raise EffectChanged(f"{place.node} of {place.run} goes another way by now", place=place.id)
    for other in others:
        if other.state == "intent":
            why = f"{place.id} takes its place, and nothing of it has left"
            change(connection, other, at=now.at, why=why, state="failed", reason="not_sent", cost=None)
            release(connection, holder=other.id)


def _begin(connection: Connection, wanted: Wanted, *, now: Now, consume: Consume) -> Effect:
    effect = Effect(
        place=wanted.place,
        tool=wanted.call.name,
        tool_digest=wanted.tool_digest,
        call_id=text(wanted.call.id) or "",
        arguments=wanted.arguments,
        arguments_digest=wanted.arguments_digest,
        key=wanted.key,
        repeat=wanted.classified.repeat,
        settles_within=wanted.classified.settles_within,
        effect=wanted.classified.effect,
        state="sent",
        tries=1,
        epoch=1,
        owner=wanted.owner,
        **now.lease(wanted.lease),
        first_sent=now.at,
        grant=_consent(connection, wanted, None, consume, required=wanted.needs_grant),
        cost=wanted.hold or None,
        compensates=wanted.compensates,
    )
    hold(connection, holder=effect.id, account=wanted.account, amounts=wanted.hold)
    return add(connection, effect, at=now.at)


def _go_on(connection: Connection, known: Effect, wanted: Wanted, *, now: Now, consume: Consume) -> Effect:
    grant = _consent(connection, wanted, known.grant, consume, required=wanted.needs_grant)
    hold(connection, holder=known.id, account=wanted.account, amounts=wanted.hold)
    mine = change(
        connection,
        known,
        at=now.at,
        why="it is about to be sent",
        state="sent",
        tool_digest=wanted.tool_digest,
        repeat=wanted.classified.repeat,
        settles_within=wanted.classified.settles_within,
        effect=wanted.classified.effect,
        tries=known.tries + 1,
        epoch=known.epoch + 1,
        owner=wanted.owner,
        **now.lease(wanted.lease),
        first_sent=now.at if known.first_sent is None else known.first_sent,
        grant=grant,
        cost=wanted.hold or None,
    )
    if mine is None:
        raise LedgerBusy(f"somebody works on {known.id}", place=known.id, seconds=wanted.lease)
    return mine


def _take_over(
    connection: Connection, known: Effect, wanted: Wanted, *, now: Now, consume: Consume
) -> Effect:
    grant = _consent(connection, wanted, known.grant, consume, required=False)
    mine = claim(connection, known, now=now, owner=wanted.owner, lease=wanted.lease)
    if grant is known.grant:
        return mine
    renewed = change(connection, mine, at=now.at, why="a person has agreed anew", grant=grant)
    return renewed or mine


def _consent(
    connection: Connection, wanted: Wanted, known: Grant | None, consume: Consume, *, required: bool
) -> Grant | None:
    given, asked = wanted.grant, wanted.asked
    if given is None or (known is not None and given.id == known.id):
        if known is not None or not required:
            return known
        if asked is None:
            raise ConsentWanted
        why: str | None = f"it is {asked.effect}, and nobody has approved it"
    elif asked is None:
        raise ConsentWanted
    else:
        why = consume(connection, given, asked, effect=wanted.place.id)
    if why is None:
        return given
    raise ApprovalNeeded(f"{wanted.call.name} was not run: {why}", request=asked)
