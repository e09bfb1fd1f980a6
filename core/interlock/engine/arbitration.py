"""One answer out of a panel's: whom the arbiter may ask, and what becomes of its ruling."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from functools import partial
from typing import Any

from interlock.engine.asking import SubCalls
from interlock.engine.attempting.unhurried import unhurried
from interlock.engine.call import CallState
from interlock.engine.deadline import Deadline
from interlock.engine.ensembles import WiredEnsemble
from interlock.engine.guarding.guards import Guards
from interlock.engine.jury import Judges, Jury
from interlock.engine.rulings import fault_of
from interlock.errors import (
    AllAttemptsFailed,
    ContentRejected,
    GuardrailError,
    InterlockError,
    LogUnavailable,
    OutputInvalid,
    PermitError,
    PluginError,
    TotalTimeout,
)
from interlock.protocols import ArbitrateCall, Missing, Panelist, RandomSource, Ruling
from interlock.requests.output import bare, parse
from interlock.types.decisions import Arbitration, Attempt, Outcome
from interlock.types.panels import PanelVerdict
from interlock.types.request import Output, Request
from interlock.types.response import WHOLE, Answer, PanelResult
from interlock.types.strict import loads


class Arbitrations:
    """Has the answers of one router's panels arbitrated."""

    def __init__(self, sub_calls: SubCalls, guards: Guards | None) -> None:
        self._sub_calls = sub_calls
        self._guards = guards

    def of(
        self, state: CallState, ensemble: WiredEnsemble, judges: Judges, random: RandomSource
    ) -> Callable[[Arbitration], Awaitable[Outcome]]:
        """What arbitrates in one call; `judges` are whom an arbiter that asks may ask."""
        return partial(self._arbitrate, state, ensemble, judges, random)

    async def _arbitrate(
        self,
        state: CallState,
        ensemble: WiredEnsemble,
        judges: Judges,
        random: RandomSource,
        step: Arbitration,
    ) -> Outcome:
        """The answer that is handed over, and whose it is. The verdict goes into the call's record.

        Raises:
            AllAttemptsFailed: the arbiter has not ruled.
            PluginError: the arbiter, or the strategy, does not keep to its protocol.
            TotalTimeout: the call is due.
        """
        outcomes = _by_label(step)
        first = step.outcomes[0]
        if len(outcomes) == 1 or _answer(first).finish_reason not in WHOLE:
            label = first.attempt.member or ""
            state.draft.verdict = PanelVerdict(members=step.members, chosen=(label,))
            state.result = await self._result(state, step, None)
            return first
        if state.progress is not None:
            state.progress.arbitrating()
        jury = Jury(self._sub_calls, state, judges) if ensemble.arbiter.asks else None
        weights = {each.label: each.weight for each in step.members}
        call = ArbitrateCall(
            request=state.request,
            members=tuple(
                Panelist(
                    label=label,
                    answer=_answer(each),
                    parsed=value_of(state.request, _answer(each)),
                    weight=weights.get(label, 1.0),
                )
                for label, each in outcomes.items()
            ),
            missing=tuple(
                Missing(label=each.label, kind=each.outcome)
                for each in step.members
                if each.label not in outcomes
            ),
            judges=0 if jury is None else len(judges),
            ask=jury,
            random=random,
            due=state.due,
        )
        ruling = await _ruling(state, ensemble, call, jury)
        chosen = outcomes[ruling.chosen[0]]
        if ruling.answer is None:
            outcome = chosen
        else:
            attempt = chosen.attempt if jury is None or jury.last is None else jury.last
            outcome = await self._own(state, ensemble, ruling.answer, attempt)
        state.draft.verdict = PanelVerdict(
            arbiter=ensemble.arbiter.name,
            members=step.members,
            chosen=tuple(ruling.chosen),
            scores=dict(ruling.scores),
            agreement=ruling.agreement,
            contested=ruling.contested,
            dissent=tuple(ruling.dissent),
            flags=tuple(ruling.flags),
            synthesised=ruling.answer is not None,
            flips=ruling.flips,
        )
        state.result = await self._result(state, step, ruling)
        return outcome

    async def _result(self, state: CallState, step: Arbitration, ruling: Ruling | None) -> PanelResult:
        """What the caller is to see of the panel, restored as its answer is."""
        said = {each.attempt.member or "": _answer(each) for each in (*step.outcomes, *step.others)}
        reason, summaries = ("", {}) if ruling is None else (ruling.reason, dict(ruling.summaries))
        guards = self._guards
        if guards is not None:
            words = await guards.admitted(state, [reason, *summaries.values()])
            reason, summaries = words[0], dict(zip(summaries, words[1:], strict=True))
            if state.kept:
                said = {
                    label: await unhurried(len(answer.text), guards.restored, state, answer)
                    for label, answer in said.items()
                }
        answers = {each.label: said[each.label] for each in step.members if each.label in said}
        return PanelResult(answers=answers or said, reason=reason, summaries=summaries)

    async def _own(
        self, state: CallState, ensemble: WiredEnsemble, answer: Answer, attempt: Attempt
    ) -> Outcome:
        """An answer that the arbiter wrote, which has to pass what a member's has passed."""
        parsed, output, guards = None, state.request.output, self._guards
        try:
            if guards is not None:
                answer = await guards.admit(state, answer, None)
            if isinstance(output, Output) and answer.finish_reason == "stop":
                parsed = (
                    parse(output, answer.text) if guards is None else guards.parsed(output, state, answer)
                )
        except (ContentRejected, OutputInvalid) as error:
            raise _no_ruling(state, ensemble, error) from error
        return Outcome(attempt=attempt, answer=answer, parsed=parsed)


async def _ruling(
    state: CallState, ensemble: WiredEnsemble, call: ArbitrateCall, jury: Jury | None
) -> Ruling:
    """What the arbiter says, once it is known to make sense."""
    arbiter = ensemble.arbiter
    try:
        with closing(Deadline()) as deadline, deadline.until(state.due, state.too_late):
            ruling = await arbiter.arbitrate(call)
        fault = fault_of(ruling, call)
    except (TotalTimeout, LogUnavailable, PluginError, GuardrailError, PermitError):
        raise
    except InterlockError as error:
        raise _no_ruling(state, ensemble, error) from error
    except Exception as error:
        raise PluginError(f"the arbiter {arbiter.name} failed with {type(error).__name__}") from error
    finally:
        if jury is not None:
            await jury.aclose()
    if fault is not None:
        raise PluginError(f"the arbiter {arbiter.name} {fault}")
    return ruling


def _no_ruling(state: CallState, ensemble: WiredEnsemble, error: InterlockError) -> AllAttemptsFailed:
    """The error for members that have answered in vain."""
    what = f"the members of the ensemble {ensemble.name!r} have answered, and its arbiter has not ruled"
    return AllAttemptsFailed(
        f"{what}: {error}",
        causes=tuple(state.draft.failures.values()),
        retry_after=getattr(error, "retry_after", None),
    )


def _answer(outcome: Outcome) -> Answer:
    assert outcome.answer is not None  # noqa: S101 - an arbitration holds answers
    return outcome.answer


def value_of(request: Request, answer: Answer) -> Any:
    """The JSON of a structured answer, sealed as it is; what the caller gets has been restored."""
    if request.output is None or answer.tool_calls:
        return None
    try:
        return loads(bare(answer.text))
    except (ValueError, RecursionError):
        return None


def _by_label(step: Arbitration) -> Mapping[str, Outcome]:
    found = {each.attempt.member: each for each in step.outcomes}
    if len(found) < len(step.outcomes):
        raise PluginError("the strategy has answers arbitrated that have no label of their own")
    return {label or "": outcome for label, outcome in found.items()}
