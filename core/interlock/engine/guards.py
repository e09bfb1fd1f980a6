"""Guardrails around a call: out in the order of their names, back in reverse.

A request is sealed once, when its call begins, and what answers it is restored once, when it is handed over.
Everything between, attempts and what they ask again, knows sealed text alone.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from interlock.errors import ContentRejected, GuardrailError, OutputInvalid
from interlock.protocols import CheckingGuardrail, GuardCall, Guardrail
from interlock.requests.output import parse
from interlock.types.messages import Text
from interlock.types.request import Output, Request
from interlock.types.response import Answer


class Guards:
    """Whatever a guardrail raises ends the call in GuardrailError: in doubt nothing leaves or is handed
    over.
    """

    def __init__(self, guardrails: Sequence[Guardrail]) -> None:
        self._guardrails = sorted(guardrails, key=lambda guardrail: guardrail.name)
        self._checking = [each for each in self._guardrails if isinstance(each, CheckingGuardrail)]

    def __bool__(self) -> bool:
        return bool(self._guardrails)

    def before(self, request: Request) -> tuple[Request, list[Any]]:
        kept: list[Any] = []
        for guardrail in self._guardrails:
            try:
                messages, restore = guardrail.before(GuardCall(request=request))
                request = replace(request, messages=tuple(messages))
            except Exception as error:
                raise _stopped(guardrail, error) from error
            kept.append(restore)
        return request, kept

    def sealed(self, request: Request) -> Request:
        """A request that somebody made on the way, whose answer nobody restores."""
        return self.before(request)[0]

    def after(self, request: Request, answer: Answer, kept: Sequence[Any]) -> Answer:
        """The answer as guardrails leave it. Without anything `kept`, they have not seen the request: it is
        one that was made on the way, and its answer is handed to nobody.
        """
        if not kept:
            return answer
        for guardrail, restore in zip(reversed(self._guardrails), reversed(kept), strict=True):
            try:
                answer = guardrail.after(GuardCall(request=request, answer=answer, restore=restore))
                if not isinstance(answer, Answer):
                    raise TypeError(f"expected an Answer, not {type(answer).__name__}")
            except Exception as error:
                raise _stopped(guardrail, error) from error
        return answer

    def check(self, request: Request, answer: Answer, kept: Sequence[Any]) -> None:
        """Ask the guardrails that may reject an answer, unless they have not seen the request.

        Raises:
            ContentRejected: one will not have it.
        """
        for guardrail in self._checking if kept else ():
            try:
                sentence = guardrail.check(GuardCall(request=request, answer=answer))
            except Exception as error:
                raise _stopped(guardrail, error) from error
            if sentence is not None:
                raise ContentRejected(f"{guardrail.name} rejects the answer: {sentence}", text=answer.text)

    def parsed(self, output: Output, request: Request, answer: Answer, kept: Sequence[Any]) -> Any:
        """The output as the caller will have it: what was sealed may not fit a schema that it fits restored.

        Raises:
            OutputInvalid: it does not fit. Message and text are sealed, for the model is shown both.
        """
        if not kept:
            return parse(output, answer.text)
        restored = self.after(request, answer, kept)
        if restored.finish_reason == "refusal":
            return None
        try:
            return parse(output, restored.text)
        except OutputInvalid:
            parse(output, answer.text)
            raise OutputInvalid(f"the answer does not fit {output.name}", text=answer.text) from None

    def reveal(self, request: Request, error: BaseException | None, kept: Sequence[Any]) -> None:
        """Restore the answers in an error that ends the call, and in its causes; where that fails, they stay
        sealed.
        """
        while kept and error is not None:
            if isinstance(error, (OutputInvalid, ContentRejected)):
                with suppress(GuardrailError):
                    shown = Answer(parts=(Text(error.text),), finish_reason="stop")
                    error.text = self.after(request, shown, kept).text
            error = error.__cause__


def _stopped(guardrail: Guardrail, error: Exception) -> GuardrailError:
    return GuardrailError(
        f"{guardrail.name} stopped the call ({type(error).__name__})", guardrail=guardrail.name
    )
