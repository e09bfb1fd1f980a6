"""What only reads is run as often as it is asked for: no row is needed."""

from interlock import ToolOutcome
from interlock_agents.budgets.accounts import hold, release, settle
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.hands import Hands, Sending
from interlock_agents.ledger.means import Means
from interlock_agents.ledger.taking import Wanted


async def read(means: Means, wanted: Wanted, hands: Hands) -> Effect:
    """What was read, as if it had been written down. Raises what the tool's hands do, and OverBudget."""
    place, store, costs = wanted.place, means.store, bool(wanted.hold)
    if costs:
        await store.run(lambda c: hold(c, holder=place.id, account=wanted.account, amounts=wanted.hold))
    due = means.clock() + means.lease - means.margin
    sending = Sending(
        call=wanted.call, key=wanted.key, deadline=due, grant=None, run=place.run, step=place.step
    )
    try:
        outcome = await hands.run(sending)
    except BaseException:
        if costs:
            await store.run(lambda c: release(c, holder=place.id))
        raise
    if costs:
        await store.run(lambda c: settle(c, holder=place.id))
    return _as_effect(wanted, outcome)


def _as_effect(wanted: Wanted, outcome: ToolOutcome) -> Effect:
    """What was read, as if it had been written down."""
    done = outcome.outcome == "done"
    return Effect(
        place=wanted.place,
        tool=wanted.call.name,
        tool_digest=wanted.tool_digest,
        call_id=wanted.call.id,
        arguments=wanted.arguments,
        arguments_digest=wanted.arguments_digest,
        key=wanted.key,
        repeat=wanted.classified.repeat,
        settles_within=wanted.classified.settles_within,
        effect=wanted.classified.effect,
        state="confirmed" if done else "failed",
        tries=1,
        reason=None if done else outcome.reason or "refused",
        retry_after=outcome.retry_after,
        content=outcome.content,
        receipt=outcome.receipt,
    )
