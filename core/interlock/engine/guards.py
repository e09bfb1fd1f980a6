"""Guardrails around a call: out in the order of their names, back in reverse."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from interlock.errors import GuardrailError
from interlock.protocols import GuardCall, Guardrail
from interlock.types.request import Request
from interlock.types.response import Answer


class Guards:
    """Whatever a guardrail raises ends the call in GuardrailError: in doubt nothing leaves or is handed
    over.
    """

    def __init__(self, guardrails: Sequence[Guardrail]) -> None:
        self._guardrails = sorted(guardrails, key=lambda guardrail: guardrail.name)

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


def _stopped(guardrail: Guardrail, error: Exception) -> GuardrailError:
    return GuardrailError(
        f"{guardrail.name} stopped the call ({type(error).__name__})", guardrail=guardrail.name
    )
