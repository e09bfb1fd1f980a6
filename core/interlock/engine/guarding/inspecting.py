"""A request or an answer on its way past the guardrails of one side."""

import asyncio
from collections.abc import Awaitable, Collection, Mapping, Sequence
from functools import partial
from inspect import isawaitable
from typing import Any

from interlock.engine.call import CallState
from interlock.engine.deadline import Deadline
from interlock.engine.guarding.endings import Overrun, stopped, stops
from interlock.engine.guarding.sides import Manner, Side, awaited, rewrites
from interlock.engine.settling import settled
from interlock.errors import GuardrailError, LogUnavailable, TotalTimeout
from interlock.protocols import GuardCall, Guardrail
from interlock.requests.instructions import instructed
from interlock.requests.passages import passages, rewritten
from interlock.types.decisions import AttemptRole
from interlock.types.identifiers import identifier
from interlock.types.passages import Passage
from interlock.types.records import GuardrailRecord
from interlock.types.request import Request
from interlock.types.response import Answer
from interlock.types.verdicts import PASS, Verdict


class Inspection:
    """`request` and `answer` are what the guardrails have left of them, `kept` what each has kept aside.

    `role` says whose request it is, `attempt` whose answer. `passed_over` says that a guardrail that rewrites
    has not seen them.
    """

    def __init__(
        self,
        state: CallState,
        manners: Mapping[str, Manner],
        request: Request,
        answer: Answer | None = None,
        *,
        role: AttemptRole = "answer",
        attempt: int | None = None,
    ) -> None:
        self.request, self.answer = request, answer
        self.kept: dict[str, Any] = dict(state.kept)
        self._state, self._manners, self._role, self._attempt = state, manners, role, attempt
        self.passed_over = False
        self._passages = passages(request if answer is None else answer)

    async def pass_by(self, side: Side) -> None:
        """Raises what a guardrail that stops it ends in, or one that fails: see `stops`."""
        for guardrail in (*side.rewriting, *side.looking):
            await self._ask(guardrail)
        if len(side.awaited) > 1:
            await self._at_once(side.awaited)
        elif side.awaited:
            await self._ask(side.awaited[0])

    async def be_sealed(self, side: Side) -> None:
        """Past those alone that rewrite and need not be awaited."""
        for guardrail in side.rewriting:
            if awaited(guardrail):
                self.passed_over = True
            else:
                await self._ask(guardrail)

    async def _at_once(self, guardrails: Sequence[Guardrail]) -> None:
        """The first that stops ends the others."""
        tasks = [asyncio.create_task(self._ask(each)) for each in guardrails]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await settled(tasks)

    async def _ask(self, guardrail: Guardrail) -> None:
        shown = tuple(each for each in self._passages if each.phase in guardrail.phases)
        # Of a request without a word, pictures perhaps, those are told that look at what a caller has said.
        wordless = self.answer is None and not self._passages
        if not shown and not (wordless and "request" in guardrail.phases):
            return
        kept = self.kept.get(guardrail.name)
        call = GuardCall(
            passages=shown, request=self.request, answer=self.answer, kept=kept, ask=self._question
        )
        try:
            said: Any = guardrail.inspect(call)
            if isawaitable(said):
                said = await self._in_time(guardrail, said)
            if not isinstance(said, Verdict):
                raise TypeError(f"inspect gives a Verdict, not a {type(said).__name__}")
        except (TotalTimeout, LogUnavailable) as error:
            self._note(guardrail, shown, "failed", error=error)
            raise
        except Exception as error:
            if self._manners[guardrail.name].on_error == "pass" and not isinstance(error, GuardrailError):
                self.passed_over = self.passed_over or rewrites(guardrail)
                self._note(guardrail, shown, "skipped", error=error)
                return
            self._note(guardrail, shown, "failed", error=error)
            raise stopped(guardrail, error) from error
        self._obey(guardrail, shown, said)

    async def _in_time(self, guardrail: Guardrail, waited: Awaitable[Any]) -> Any:
        now, state = asyncio.get_running_loop().time(), self._state
        seconds = self._manners[guardrail.name].timeout
        late = now + seconds < state.due
        deadline = Deadline()
        try:
            due = now + seconds if late else state.due
            error = partial(Overrun, guardrail, seconds) if late else state.too_late
            with deadline.until(due, error):
                said = await waited
            if asyncio.get_running_loop().time() > due:
                raise error()  # it went on when it was told to end
            return said
        finally:
            deadline.close()

    async def _question(self, request: Request) -> Answer:
        if self._state.ask is None:
            raise RuntimeError("nobody can be asked")
        return await self._state.ask(self._state, request, "guardrail")

    def _obey(self, guardrail: Guardrail, shown: Sequence[Passage], verdict: Verdict) -> None:
        changed: dict[str, str] = {}
        if verdict.action == "rewrite":
            try:
                changed = _changed(guardrail, shown, verdict)
            except GuardrailError as error:
                self._note(guardrail, shown, "failed", error=error)
                raise
        self._note(guardrail, shown, verdict.action, verdict, changed=changed)
        ending = stops(guardrail, verdict, self.answer)
        if ending is not None:
            raise ending
        self.kept[guardrail.name] = verdict.kept
        told = verdict.instructions if self.answer is None else ""
        if not (changed or told):
            return
        try:
            if self.answer is None:
                self.request = rewritten(self.request, changed)
                self.request = instructed(self.request, told) if told else self.request
            else:
                self.answer = rewritten(self.answer, changed)
        except ValueError as error:
            raise stopped(guardrail, error) from error
        self._passages = passages(self.request if self.answer is None else self.answer)

    def _note(
        self,
        guardrail: Guardrail,
        shown: Sequence[Passage],
        action: str,
        verdict: Verdict = PASS,
        *,
        changed: Collection[str] = (),
        error: Exception | None = None,
    ) -> None:
        """Write down what came of each phase. What a verdict is about, if it says so, is of one phase."""
        about = {each.phase for each in shown if each.where == verdict.where or each.where in changed}
        for phase in dict.fromkeys(each.phase for each in shown):
            concerned = not about or phase in about
            self._state.draft.guardrails.append(
                GuardrailRecord(
                    guardrail=guardrail.name,
                    phase=phase,
                    action=action if concerned else "pass",
                    category=identifier(verdict.category) if concerned else None,
                    score=verdict.score if concerned else None,
                    error=None if error is None else type(error).__name__,
                    role=self._role,
                    attempt=self._attempt,
                )
            )


def _changed(guardrail: Guardrail, shown: Sequence[Passage], verdict: Verdict) -> dict[str, str]:
    """The texts that are new, by their places.

    Raises GuardrailError, naming the place, where a rewrite cannot be.
    """
    if not rewrites(guardrail):
        raise GuardrailError(
            f"{guardrail.name} rewrites, and does not say so with rewrites = True", guardrail=guardrail.name
        )
    there = {each.where: each for each in shown}
    changed = {}
    for where, text in verdict.texts.items():
        passage = there.get(where)
        if passage is None or not isinstance(text, str):
            what = "a place that it was not shown" if passage is None else "what is no text"
            raise GuardrailError(f"{guardrail.name} gives {what}, {where}", guardrail=guardrail.name)
        if text == passage.text:
            continue
        if not passage.rewritable:
            raise GuardrailError(
                f"{guardrail.name} would rewrite {where}, which a program reads and nobody may rewrite",
                guardrail=guardrail.name,
            )
        changed[where] = text
    return changed
