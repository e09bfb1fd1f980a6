"""One call of a tool: what reads is a step that may be done again, an effect goes through the ledger."""

from typing import Any

from interlock import ApprovalNeeded, InterlockError, ToolCall, ToolOutcome
from interlock.errors import NoLongerAllowed, UnknownTool
from interlock.types.tools import ToolEffect
from interlock_agents.budgets import Amounts
from interlock_agents.errors import EffectOpen, LedgerBusy, OverBudget
from interlock_agents.ledger import Effect, ToolboxHands
from interlock_agents.places import Place
from interlock_agents.running.diagnosing import Diagnosis, of_error, of_outcome
from interlock_agents.running.parts import Parts, Scene
from interlock_agents.running.plainly import Plain, outcome_from_plain, outcome_to_plain
from interlock_agents.running.stricter import stricter
from interlock_agents.running.waiting import heed, out_of, suspend, warn

_ONE = Amounts(calls=1)
_AGAIN = 2  # how often an effect of which nobody knows is looked after at once


class ToolCalls:
    """Calls of tools, each at a place of its own."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def reads(self, scene: Scene, name: str) -> bool:
        """Whether the tool only reads, by the user's policy. What there is not reads nothing.

        Raises:
            UnknownTool: no tool is called so.
        """
        toolbox = scene.toolbox
        return toolbox.effect_of(await toolbox.tool(name)).effect == "read"

    async def call(
        self,
        scene: Scene,
        call: ToolCall,
        *,
        reads: bool,
        effect: ToolEffect | None = None,
        compensates: str | None = None,
    ) -> tuple[ToolOutcome, Diagnosis | None]:
        """What came of the call, and what is wrong with it, if anything.

        Args:
            scene: the node at work.
            call: of a tool.
            reads: whether the tool only reads, as it was when the call was decided on.
            effect: what the plan says that it does outside.
            compensates: the id of the effect that it takes back.

        Raises:
            Suspended: somebody has to do something first.
        """
        place = scene.place()
        if reads:
            plain = await scene.strand.step(f"read {call.name}", lambda: self._read(scene, place, call))
        else:
            plain = await self._effect(scene, place, call, effect, compensates)
        fault = plain.pop("fault", None)
        return outcome_from_plain(plain), None if fault is None else Diagnosis.read(fault)

    async def _read(self, scene: Scene, place: Place, call: ToolCall) -> Plain:
        parts = self._parts
        try:
            if not await self.reads(scene, call.name):
                return _refused(f"{call.name} does more than read by now", "tool")
        except UnknownTool as error:
            return _refused(str(error), "tool")
        try:
            account = await parts.purse.begin(place.id, _ONE, {scene.run.id: None})
        except OverBudget as error:
            await out_of(parts, scene, place, error)
        await warn(parts, scene, account)
        outcome: ToolOutcome | None = None
        async with scene.run.slots:
            parts.events.tell("call_started", scene.run.id, scene.id, tool=call.name, effect="read")
            try:
                outcome = await scene.toolbox.run(call, key=place.id, run=scene.run.id, step=place.step)
            except InterlockError as error:
                outcome = ToolOutcome(outcome="refused", reason="not_sent", content=str(error), error=error)
            finally:
                await parts.purse.end(place.id, _ONE, {scene.run.id: None})
        parts.events.tell(
            "call_ended",
            scene.run.id,
            scene.id,
            tool=call.name,
            outcome=outcome.outcome,
            reason=outcome.reason,
        )
        return _told(outcome, reads=True)

    async def _effect(
        self,
        scene: Scene,
        place: Place,
        call: ToolCall,
        said: ToolEffect | None,
        compensates: str | None,
    ) -> Plain:
        parts = self._parts
        await heed(parts, scene)
        grant = None
        tries = _AGAIN
        while True:
            try:
                hands = stricter(await ToolboxHands.of(scene.toolbox, call.name), said)
                async with scene.run.slots:
                    if grant is not None or not hands.needs_grant:
                        parts.events.tell(
                            "call_started", scene.run.id, scene.id, tool=call.name, effect="write"
                        )
                    effect = await parts.ledger.perform(
                        place, call, hands, grant=grant, hold=_ONE, compensates=compensates
                    )
            except ApprovalNeeded as needed:
                if needed.request is None or grant is not None:
                    return _refused(str(needed), "denied")
                approval = await parts.requests.put(needed.request, effect=place.id)
                if approval.denied:
                    return _refused(_denial(approval), "declined")
                grant = approval.grant
                if grant is None:
                    text = f"{call.name} is {needed.request.effect}, and needs a person's consent"
                    await suspend(parts, scene, place.step, "approval", text, subject=approval.id)
            except OverBudget as error:
                await out_of(parts, scene, place, error)
            except EffectOpen as error:
                text = f"what came of {', '.join(error.effects)} has to be known first"
                await suspend(parts, scene, place.step, "effect", text, subject=error.effects[0])
            except LedgerBusy as busy:
                await parts.sleep(busy.seconds)
            except (UnknownTool, NoLongerAllowed) as error:
                return _refused(str(error), of_error(error).fault)
            else:
                if effect.state != "sent" or tries == 0:
                    break
                tries -= 1
        if effect.state == "sent":
            text = f"nobody knows yet whether {call.name} has happened: its service does not say"
            await suspend(parts, scene, place.step, "effect", text, subject=effect.id)
        if effect.state == "unknown":
            await _tell(parts, effect)
            text = f"nobody knows whether {call.name} has happened: look, and say what you have found"
            await suspend(parts, scene, place.step, "effect", text, subject=effect.id)
        parts.events.tell("call_ended", scene.run.id, scene.id, tool=call.name, outcome=effect.state)
        return _settled(effect)


async def _tell(parts: Parts, effect: Effect) -> None:
    """Have people told, once, that somebody has to look."""
    from interlock_agents.approvals import Notice  # noqa: PLC0415 - it loads SQLAlchemy

    doubt = Notice(
        kind="unknown",
        id=effect.id,
        tool=effect.tool,
        does=effect.effect,
        effect=effect.id,
        run=effect.place.run,
        step=effect.place.step,
        until=effect.until,
    )
    await parts.requests.tell_of(doubt)


def _settled(effect: Effect) -> Plain:
    if effect.state == "abandoned":
        return _refused("a person has given it up", "declined")
    return _told(effect.outcome, reads=False)


def _told(outcome: ToolOutcome, *, reads: bool) -> Plain:
    plain = outcome_to_plain(outcome)
    if outcome.outcome != "done":
        plain["fault"] = of_outcome(outcome, reads=reads).plain()
    return plain


def _refused(why: str, fault: Any) -> Plain:
    plain = outcome_to_plain(ToolOutcome(outcome="refused", reason="not_sent", content=why))
    return plain | {"fault": Diagnosis(fault=fault, why=why).plain()}


def _denial(approval: Any) -> str:
    by = f" by {approval.decided_by}" if approval.decided_by else ""
    return f"it was denied{by}{f': {approval.why}' if approval.why else ''}"
