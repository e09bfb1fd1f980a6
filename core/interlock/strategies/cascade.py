"""Cheap first: the next step is asked when an answer is not enough."""

from collections.abc import Generator
from dataclasses import replace

from interlock.errors import InvalidRequest
from interlock.failures import Action
from interlock.protocols import Steps, Strategy, StrategyCall
from interlock.strategies.actions import action_for
from interlock.strategies.fallback import Fallback
from interlock.strategies.races import in_turn
from interlock.strategies.signals import agreeing, flaw_of, is_answer_fault
from interlock.types.cascades import Cascade, CascadeStep
from interlock.types.decisions import Arbitration, Attempt, Check, Outcome, Race
from interlock.types.escalations import Bound, StepFacts, StepOutcome

# Of the seconds that the call has left, which a step that is not the last may take.
_SHARE = 0.5
_COMPARED = 3  # two that are compared, and one to settle it when they differ
Group = tuple[CascadeStep, ...]


class CascadeStrategy:
    """The strategy of tasks that have a cascade.

    Each step is asked as a call to its model alone would be. Its answer is held until the signal accepts it.
    The last step is judged by nobody: it is asked as a call without a cascade is, and so is whoever else the
    shortlist holds, when it fails.
    """

    api = 1
    name = "cascade"

    def __init__(self, inner: Strategy | None = None, last: Strategy | None = None) -> None:
        """`inner` is the strategy within a step, `last` the one of the last step."""
        self._mute = set[str]()  # deployments that answer only when nobody asks for probabilities
        self._inner = Fallback() if inner is None else inner
        self._last = self._inner if last is None else last

    def run(self, call: StrategyCall) -> Steps:
        if call.cascade is None:
            raise ValueError("a cascade is a task's; the call has none")
        return (yield from _Escalation(call, call.cascade, self._inner, self._last, self._mute).steps())


class _Escalation:
    """One call's way up. `_whole` holds the answers that were judged, in the order of their steps."""

    def __init__(
        self, call: StrategyCall, cascade: Cascade, inner: Strategy, last: Strategy, mute: set[str]
    ) -> None:
        self._mute = mute
        self._call, self._cascade = call, cascade
        self._inner, self._last = inner, last
        self._asked = 0
        self._facts: dict[str, StepFacts] = {}
        self._whole: list[Outcome] = []
        self._over = False

    def steps(self) -> Steps:
        *groups, last = _groups(self._cascade)
        for group in groups:
            if self._may_begin(group):
                accepted = yield from self._provisional(group)
                if accepted is not None or self._over:
                    return accepted
        if self._may_begin(last):
            chosen = yield from self._final(last)
            if chosen is not None or self._over:
                return chosen
        if self._cascade.rejected == "hand_over" and self._whole:
            best = self._whole[-1]
            self._note(best, "handed_over")
            return best
        return None

    def _may_begin(self, group: Group) -> bool:
        """Whether the bounds have room for the steps, by whom they ask first."""
        cascade, most = self._cascade, self._cascade.max_steps
        if most is not None and self._asked + len(group) > most:
            bound: Bound = "max_steps"
        elif not cascade.affords([step.candidates[0].deployment for step in group]):
            bound = "max_cost"
        else:
            self._asked += len(group)
            for step in group:
                self._facts[str(step.number)] = StepFacts(number=step.number, name=step.name)
            return True
        cascade.bounded(bound)
        for step in group:
            cascade.note(StepFacts(number=step.number, name=step.name, why=bound))
        return False

    def _provisional(self, group: Group) -> Steps:
        """The answer that is accepted, if one is."""
        ended = yield from self._ask(group)
        for step in group:
            outcome = ended.get(str(step.number))
            flaw = flaw_of(outcome)
            if outcome is None:
                self._told(step, "failed", why=flaw or "")
            elif flaw is None:
                self._whole.append(outcome)
            else:
                self._note(outcome, "failed" if outcome.answer is None else "escalated", why=flaw)
                self._over = self._over or self._ends(outcome)
        labels = {str(step.number) for step in group}
        fresh = [each for each in self._whole if each.attempt.member in labels]
        if self._over or not fresh:
            return None
        if self._cascade.signal == "agreement":
            return self._compared(fresh)
        return (yield from self._judged(fresh[-1]))

    def _ask(self, group: Group) -> Generator[Race, Outcome, dict[str, Outcome]]:
        """How each of the steps ended, without those that were late."""
        cascade, asked = self._cascade, dict[str, str]()
        inner = [
            replace(self._call, shortlist=each.candidates, cascade=None, streamed=False) for each in group
        ]
        turns = {
            str(step.number): in_turn(self._inner.run(call)) for step, call in zip(group, inner, strict=True)
        }

        def by(label: str, attempt: Attempt) -> Attempt:
            asked[label] = attempt.deployment
            confidence = cascade.signal == "logprobs" and attempt.deployment not in self._mute
            return replace(attempt, member=label, confidence=confidence)

        def instead(failed: Outcome) -> Attempt | None:
            """What a failure leads to within its step."""
            tried, error = failed.attempt, failed.error
            label = tried.member or ""
            asked.pop(label, None)
            plainly = tried.confidence and type(error) is InvalidRequest
            try:
                following = tried if plainly else turns[label].send(failed)
            except StopIteration:
                return None
            if following.deployment != tried.deployment and is_answer_fault(error):
                return None  # the same model would say as much again
            if not cascade.affords([*asked.values(), following.deployment]):
                cascade.bounded("max_cost")
                return None
            if not plainly:
                return by(label, following)
            asked[label] = tried.deployment
            return replace(tried, delay=0.0, confidence=False)

        race = Race(
            attempts=tuple(by(label, next(turn)) for label, turn in turns.items()),
            first=False,
            deadline=max(0.0, cascade.left() * _SHARE),
            ends=self._ends,
            instead=instead,
        )
        return {each.attempt.member or "": each for each in (yield race).outcomes}

    def _compared(self, fresh: list[Outcome]) -> Outcome | None:
        """The first answer that another repeats, of these and of those before."""
        request = self._call.request
        agreed = agreeing(self._whole, structured=request is not None and request.output is not None)
        if agreed is None:
            for each in fresh:
                self._note(each, "escalated", value=0.0, why="no other says the same")
            return None
        for each in (agreed, *fresh):
            self._note(each, "accepted", value=1.0)
        return agreed

    def _judged(self, outcome: Outcome) -> Steps:
        cascade, value, flags = self._cascade, None, ""
        if cascade.signal == "schema":
            self._note(outcome, "accepted")
            return outcome
        if cascade.signal == "verifier":
            checked = yield Check(outcome=outcome)
            value, flags = checked.checked, ", ".join(checked.flags)
        elif outcome.answer is not None:
            value = outcome.answer.confidence
            if not outcome.attempt.confidence:
                self._mute.add(outcome.attempt.deployment)
        enough = cascade.absent == "accept" if value is None else value >= (cascade.threshold or 0.0)
        why = flags if value is not None else f"no {cascade.signal}"
        self._note(outcome, "accepted" if enough else "escalated", value=value, why=why)
        return outcome if enough else None

    def _final(self, group: Group) -> Steps:
        """The last step, and after it whoever else may answer and has not been asked."""
        call, cascade, [step] = self._call, self._cascade, group
        self._told(step, "last")
        begun = [one for one in cascade.steps if str(one.number) in self._facts]
        asked = {each.deployment for one in begun for each in one.candidates}
        others = tuple(each for each in call.shortlist if each.deployment not in asked)
        inner = self._last.run(replace(call, shortlist=(*step.candidates, *others), cascade=None))
        outcome: Outcome | None = None
        try:
            wanted = next(inner)
            while cascade.affords(_deployments(wanted)):
                outcome = yield wanted
                wanted = inner.send(outcome)
            cascade.bounded("max_cost")
        except StopIteration as end:
            if end.value is not None:
                chosen: Outcome = end.value
                return chosen
        self._told(step, "failed", why=flaw_of(outcome) or "")
        self._over = outcome is not None and self._ends(outcome)
        return None

    def _ends(self, outcome: Outcome) -> bool:
        """Whether a failure is one that ends a call, wherever it comes from."""
        error = outcome.error
        if error is None or is_answer_fault(error):
            return False
        return action_for(error, self._call.content) is Action.END

    def _told(self, step: CascadeStep, outcome: StepOutcome, *, why: str = "") -> None:
        self._cascade.note(StepFacts(number=step.number, name=step.name, outcome=outcome, why=why))

    def _note(
        self, outcome: Outcome, kind: StepOutcome, *, value: float | None = None, why: str | None = None
    ) -> None:
        """What was thought of an answer. What was thought before stays, where nothing else is said."""
        label = outcome.attempt.member or ""
        known, judged = self._facts[label], value is not None
        self._facts[label] = known = replace(
            known,
            deployment=outcome.attempt.deployment,
            outcome=kind,
            signal=self._cascade.signal if any(each is outcome for each in self._whole) else None,
            value=value if judged else known.value,
            threshold=self._cascade.threshold if judged else known.threshold,
            why=known.why if why is None else why,
        )
        self._cascade.note(known)


def _groups(cascade: Cascade) -> list[Group]:
    """Who is asked together; the last group is the last step."""
    steps = [step for step in cascade.steps if step.candidates]
    *before, last = steps
    if cascade.signal != "agreement":
        return [(step,) for step in steps]
    if len(steps) < _COMPARED:
        for step in before:
            why = "too few are left to compare"
            cascade.note(StepFacts(number=step.number, name=step.name, why=why))
        return [(last,)]
    return [(steps[0], steps[1]), *((step,) for step in steps[2:])]


def _deployments(step: Attempt | Race | Arbitration | Check) -> list[str]:
    if isinstance(step, Attempt):
        return [step.deployment]
    return [each.deployment for each in step.attempts] if isinstance(step, Race) else []
