"""One answer out of a panel's: whom the arbiter may ask, and what becomes of its ruling."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from functools import partial
from math import isfinite

from interlock.engine.asking import SubCalls
from interlock.engine.call import CallState
from interlock.engine.deadline import Deadline
from interlock.engine.ensembles import Ensemble
from interlock.engine.guarding.guards import Guards
from interlock.engine.settling import settled
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
from interlock.protocols import ArbitrateCall, Panelist, Ruling
from interlock.requests.output import parse
from interlock.types.decisions import Arbitration, Attempt, Candidate, Outcome
from interlock.types.identifiers import identifier
from interlock.types.panels import PanelVerdict
from interlock.types.request import Output, Request
from interlock.types.response import WHOLE, Answer


class Arbitrations:
    """Has the answers of one router's panels arbitrated."""

    def __init__(self, sub_calls: SubCalls, guards: Guards | None) -> None:
        self._sub_calls = sub_calls
        self._guards = guards

    def of(
        self, state: CallState, ensemble: Ensemble, judges: tuple[Candidate, ...]
    ) -> Callable[[Arbitration], Awaitable[Outcome]]:
        """What arbitrates in one call; `judges` are whom an arbiter that asks may ask."""
        return partial(self._arbitrate, state, ensemble, judges)

    async def _arbitrate(
        self, state: CallState, ensemble: Ensemble, judges: tuple[Candidate, ...], step: Arbitration
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
            return first
        asker = Asker(self._sub_calls, state, judges) if ensemble.arbiter.asks else None
        call = ArbitrateCall(
            request=state.request,
            members=tuple(Panelist(label=label, answer=_answer(each)) for label, each in outcomes.items()),
            missing=tuple(each.label for each in step.members if each.label not in outcomes),
            ask=asker,
        )
        ruling = await _ruling(state, ensemble, call, asker)
        chosen = outcomes[ruling.chosen[0]]
        if ruling.answer is None:
            outcome = chosen
        else:
            attempt = chosen.attempt if asker is None or asker.last is None else asker.last
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
        )
        return outcome

    async def _own(self, state: CallState, ensemble: Ensemble, answer: Answer, attempt: Attempt) -> Outcome:
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


class Asker:
    """What an arbiter asks with. Once it has ruled, nothing that it has asked goes on.

    `last` is the attempt that answered last.
    """

    def __init__(self, sub_calls: SubCalls, state: CallState, judges: tuple[Candidate, ...]) -> None:
        self._sub_calls, self._state, self._judges = sub_calls, state, judges
        self._tasks: set[asyncio.Task[Answer]] = set()
        self._over = False
        self.last: Attempt | None = None

    async def __call__(self, request: Request) -> Answer:
        if self._over:
            raise PluginError("an arbiter asks for as long as it arbitrates, and no longer")
        # A task of its own, which also ends when whoever awaits it no longer does.
        task = asyncio.create_task(self._ask(request))
        self._tasks.add(task)
        return await task

    async def _ask(self, request: Request) -> Answer:
        self.last, answer = await self._sub_calls.ask_among(self._state, request, "arbiter", self._judges)
        return answer

    async def aclose(self) -> None:
        self._over = True
        for task in self._tasks:
            task.cancel()
        await settled(self._tasks)


async def _ruling(state: CallState, ensemble: Ensemble, call: ArbitrateCall, asker: Asker | None) -> Ruling:
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
        if asker is not None:
            await asker.aclose()
    if fault is not None:
        raise PluginError(f"the arbiter {arbiter.name} {fault}")
    return ruling


def _no_ruling(state: CallState, ensemble: Ensemble, error: InterlockError) -> AllAttemptsFailed:
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


def _by_label(step: Arbitration) -> Mapping[str, Outcome]:
    found = {each.attempt.member: each for each in step.outcomes}
    if len(found) < len(step.outcomes):
        raise PluginError("the strategy has answers arbitrated that have no label of their own")
    return {label or "": outcome for label, outcome in found.items()}


def fault_of(ruling: object, call: ArbitrateCall) -> str | None:
    """What is wrong with a ruling, if anything is."""
    if not isinstance(ruling, Ruling):
        return f"ruled with a {type(ruling).__name__}, not a Ruling"
    labels = {each.label for each in call.members}
    named = {*ruling.chosen, *ruling.dissent, *ruling.scores}
    if not ruling.chosen:
        return "chose nobody"
    if strangers := sorted(map(str, named - labels)):
        return f"named {', '.join(strangers)}, who is nobody among {', '.join(sorted(labels))}"
    if not all(map(isfinite, ruling.scores.values())):
        return "gave a score that is no number"
    if ruling.agreement is not None and not 0 <= ruling.agreement <= 1:
        return f"counted an agreement of {ruling.agreement:g}, which lies between 0 and 1"
    if any(identifier(flag) is None for flag in ruling.flags):
        return "set a flag with blanks in it; flags are words, for records hold no text"
    return None if ruling.answer is None else _fault_of_own(ruling.answer, call)


def _fault_of_own(answer: object, call: ArbitrateCall) -> str | None:
    if not isinstance(answer, Answer):
        return f"answered with a {type(answer).__name__}, not an Answer"
    if not answer.tool_calls:
        return None
    if answer.tool_calls not in [each.answer.tool_calls for each in call.members]:
        return "wrote tool calls of its own; they are one member's, all of them"
    return None
