"""Guardrails around a call.

A request is sealed once, when its call begins, and what answers it is restored once, when it is handed over.
Everything between, attempts and what they ask again, knows sealed text alone. Going out, guardrails that
rewrite are asked in the order of their names, and coming back in reverse.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Literal

from interlock.engine.call import CallState
from interlock.engine.guarding.endings import stopped
from interlock.engine.guarding.inspecting import Inspection
from interlock.engine.guarding.restoring import restored
from interlock.engine.guarding.sides import BACK, OUT, Manner, Side
from interlock.engine.guarding.windows import Window
from interlock.engine.rescue import Delivery
from interlock.errors import ContentRejected, GuardrailError, OutputInvalid
from interlock.protocols import Guardrail, RestoreCall, RestoringGuardrail, StreamingGuardrail
from interlock.requests.output import parse
from interlock.types.decisions import AttemptRole
from interlock.types.messages import Text
from interlock.types.request import Output, Request
from interlock.types.response import Answer

_WHOLE = "the stream and its whole answer are not the same"


class Guards:
    """Whatever a guardrail raises ends the call in GuardrailError, unless it may be passed over then: in
    doubt nothing leaves or is handed over. `manners` says by its name how each is asked.

    `holds` says that a stream's text cannot leave before its end: some guardrail sees whole answers alone.
    `windowed`, that it leaves as guardrails let it go. `asks`, that a model may be asked about an answer, and
    `seals`, that some guardrail may rewrite requests.
    """

    def __init__(self, guardrails: Sequence[Guardrail], manners: Mapping[str, Manner]) -> None:
        self._manners = manners
        out = sorted(guardrails, key=lambda guardrail: guardrail.name)
        back = out[::-1]
        self._out, self._back = Side(out, OUT), Side(back, BACK)
        self._restoring = [each for each in back if isinstance(each, RestoringGuardrail)]
        self.asks = self._back.asks
        answering = [
            each
            for each in (*self._back.rewriting, *self._back.looking, *self._back.awaited)
            if "answer" in each.phases and not isinstance(each, RestoringGuardrail)
        ]
        # A stream meets first what inspects answers, and then what restores them, as a plain answer does.
        last = [*answering, *self._restoring]
        self._windows = [each for each in last if isinstance(each, StreamingGuardrail)]
        self.holds = len(self._windows) < len(last)
        self.seals = bool(self._out.rewriting)
        self.windowed = bool(last or self._back) and not self.holds

    def delivery(self, request: Request, rescue: str) -> Delivery:
        """How the answer to a request may be streamed. JSON that is to be restored is restored as a whole."""
        if self.holds or (self._restoring and request.output is not None):
            return Delivery("hold")
        return Delivery(rescue, windowed=self.windowed)

    async def send_off(self, state: CallState) -> None:
        """Let the call's request pass; what it becomes is what leaves from now on."""
        inspection = Inspection(state, self._manners, state.request)
        await inspection.pass_by(self._out)
        state.request, state.kept, state.guarded = inspection.request, inspection.kept, True
        state.unsealed = inspection.passed_over

    async def sealed(self, state: CallState, request: Request, role: AttemptRole) -> tuple[Request, bool]:
        """A request that somebody made on the way, whose answer nobody restores; and whether a guardrail that
        rewrites was passed over.
        """
        inspection = Inspection(state, self._manners, request, role=role)
        await (inspection.be_sealed if role == "guardrail" else inspection.pass_by)(self._out)
        return inspection.request, inspection.passed_over

    async def admit(self, state: CallState, answer: Answer, attempt: int | None) -> Answer:
        """An answer to the call's request, still sealed, as guardrails leave it.

        Raises:
            BlockedAnswer: one will not have it.
            ApprovalNeeded: one leaves it to a person.
        """
        if not (self._back and state.guarded):
            return answer
        inspection = Inspection(state, self._manners, state.request, answer, attempt=attempt)
        await inspection.pass_by(self._back)
        return inspection.answer or answer

    def window(self, state: CallState, attempt: int | None) -> Window | None:
        """What holds back the deltas of an attempt's stream; None where they leave as they come."""
        if not (self.windowed and state.guarded):
            return None
        # Of those that restore, the ones that have seen nothing of the request have nothing to put back.
        windows = [each for each in self._windows if "answer" in each.phases or each.name in state.kept]
        return Window(windows, state, attempt)

    async def admitted(self, state: CallState, texts: Sequence[str]) -> list[str]:
        """What an arbiter says of a panel, as the caller may have it, restored; all of it is empty where a
        guardrail stops any.
        """
        try:
            found = [await self.admit(state, _said(text), None) if text else _said("") for text in texts]
        except ContentRejected:
            return [""] * len(texts)
        return [self.restored(state, each).text if state.kept else each.text for each in found]

    def restored(self, state: CallState, answer: Answer) -> Answer:
        """The answer that is handed over, what was sealed put back."""
        for guardrail in self._restoring:
            if guardrail.name in state.kept:
                kept, as_json = state.kept[guardrail.name], state.request.output is not None
                answer = _restored(guardrail, answer, kept, as_json=as_json)
        return answer

    def parsed(self, output: Output, state: CallState, answer: Answer) -> Any:
        """The output as the caller will have it: what was sealed may not fit a schema that it fits restored.

        Raises:
            OutputInvalid: it does not fit. Message and text are sealed, for the model is shown both.
        """
        if not (self._restoring and state.kept):
            return parse(output, answer.text)
        text = self.restored(state, answer).text
        try:
            return parse(output, text)
        except OutputInvalid:
            parse(output, answer.text)
            raise OutputInvalid(f"the answer does not fit {output.name}", text=answer.text) from None

    def check_delivered(self, delivered: tuple[str, str], answer: Answer) -> None:
        """Raises GuardrailError unless the text and reasoning that a stream delivered are its answer's."""
        if delivered != (answer.text, answer.reasoning):
            names = ", ".join(each.name for each in self._windows)
            raise GuardrailError(f"{names} stopped the call: {_WHOLE}", guardrail=names)

    def reveal(self, state: CallState, error: BaseException | None) -> None:
        """Restore the answers in an error that ends the call, and in its causes; where that fails, they stay
        sealed.
        """
        while state.kept and error is not None:
            if isinstance(error, (OutputInvalid, ContentRejected)):
                with suppress(GuardrailError):
                    shown = Answer(parts=(Text(error.text),), finish_reason="stop")
                    error.text = self.restored(state, shown).text
            error = error.__cause__


def _restored(guardrail: RestoringGuardrail, answer: Answer, kept: Any, *, as_json: bool) -> Answer:
    def restore(text: str, kind: Literal["text", "reasoning"] = "text") -> str:
        if not text:
            return text
        found: Any = guardrail.restore(RestoreCall(text=text, kept=kept, kind=kind))
        if not isinstance(found, str):
            raise TypeError(f"restore gives text, not a {type(found).__name__}")
        return found

    try:
        return restored(answer, restore, thoughts=partial(restore, kind="reasoning"), as_json=as_json)
    except Exception as error:
        raise stopped(guardrail, error) from error


def _said(text: str) -> Answer:
    return Answer(parts=(Text(text),), finish_reason="stop")
