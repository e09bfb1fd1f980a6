"""Everybody at once: each member of an ensemble answers for itself, and an arbiter makes one answer."""

from dataclasses import replace

from interlock.protocols import Steps, Strategy, StrategyCall
from interlock.strategies.fallback import Fallback
from interlock.strategies.races import in_turn
from interlock.types.decisions import Arbitration, Attempt, Outcome, Race
from interlock.types.ensembles import Panel, Seat
from interlock.types.panels import MemberOutcome, PanelMember
from interlock.types.response import WHOLE

_UNWHOLE: dict[str, MemberOutcome] = {"length": "cut", "refusal": "refusal"}


class PanelStrategy:
    """The strategy of ensembles.

    Each member is asked as a call to its model alone would be: retried, mended, asked at the model's next
    deployment. None is replaced by another model, and who is not back within the deadline is left behind.
    """

    api = 1
    name = "panel"

    def __init__(self, inner: Strategy | None = None) -> None:
        self._inner = Fallback() if inner is None else inner

    def run(self, call: StrategyCall) -> Steps:
        panel = call.panel
        if panel is None:
            raise ValueError("a panel is an ensemble's; the call names none")
        turns = {
            seat.label: in_turn(self._inner.run(replace(call, shortlist=seat.candidates, panel=None)))
            for seat in panel.seats
            if seat.candidates
        }

        def instead(failed: Outcome) -> Attempt | None:
            """What a member's failure leads to."""
            label = failed.attempt.member or ""
            try:
                return _by(label, turns[label].send(failed))
            except StopIteration:
                return None

        race = Race(
            attempts=tuple(_by(label, next(turn)) for label, turn in turns.items()),
            first=False,
            deadline=panel.deadline,
            instead=instead,
        )
        ended = {outcome.attempt.member or "": outcome for outcome in (yield race).outcomes}
        answers = [outcome for outcome in ended.values() if outcome.answer is not None]
        whole = [outcome for outcome in answers if kind_of(outcome) == "answer"]
        if len(whole or answers) >= panel.quorum:
            counted = tuple(whole or answers)
            others = tuple(outcome for outcome in answers if outcome not in counted)
            yield Arbitration(outcomes=counted, members=members_of(panel, ended), others=others)
        return None


def members_of(panel: Panel, ended: dict[str, Outcome]) -> tuple[PanelMember, ...]:
    """What became of each member; `ended` has no outcome of those who were late."""
    return tuple(_member(seat, ended.get(seat.label)) for seat in panel.seats)


def _member(seat: Seat, outcome: Outcome | None) -> PanelMember:
    member = PanelMember(label=seat.label, member=seat.member, weight=seat.weight)
    if not seat.candidates:
        rules = "; ".join(dict.fromkeys(seat.excluded.values())) or "no deployment serves it"
        return replace(member, outcome="excluded", why=rules)
    if outcome is None:
        return replace(member, outcome="late")
    return replace(
        member,
        deployment=outcome.attempt.deployment,
        outcome=kind_of(outcome),
        why="" if outcome.error is None else type(outcome.error).__name__,
    )


def kind_of(outcome: Outcome) -> MemberOutcome:
    """How a member has ended that was asked to the end."""
    if outcome.answer is None:
        return "error"
    reason = outcome.answer.finish_reason
    return "answer" if reason in WHOLE else _UNWHOLE[reason]


def _by(label: str, attempt: Attempt) -> Attempt:
    return replace(attempt, role="member", member=label)
