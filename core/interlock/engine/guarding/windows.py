"""What of a stream may leave before its answer is whole."""

from collections.abc import Sequence
from typing import Any, Literal

from interlock.engine.call import CallState
from interlock.engine.guarding.endings import stopped, stops
from interlock.protocols import Release, ReleaseCall, StreamingGuardrail
from interlock.types.identifiers import identifier
from interlock.types.messages import Text
from interlock.types.records import GuardrailRecord
from interlock.types.response import Answer, Delta
from interlock.types.verdicts import PASS, Verdict

_Kind = Literal["text", "reasoning"]


class Window:
    """What has come of one attempt's stream and has not left, for each kind of text and each guardrail.

    Nothing leaves before every guardrail has let it go, each given what the one before it makes of the text.
    Tool calls stay until they are whole.

    What a verdict ends in is raised, and GuardrailError for a guardrail that fails.
    """

    def __init__(
        self, guardrails: Sequence[StreamingGuardrail], state: CallState, attempt: int | None
    ) -> None:
        self._guardrails, self._state, self._attempt = guardrails, state, attempt
        self._pending = {"text": [""] * len(guardrails), "reasoning": [""] * len(guardrails)}
        self._carried: dict[_Kind, list[Any]] = {
            "text": [None] * len(guardrails),
            "reasoning": [None] * len(guardrails),
        }

    def take(self, delta: Delta) -> Delta:
        """What leaves with a delta; an empty one says that the model is at work."""
        if not (delta.text or delta.reasoning or delta.tool_calls):
            return delta
        reasoning = self._past("reasoning", delta.reasoning) if delta.reasoning else ""
        text = self._past("text", delta.text) if delta.text else ""
        return Delta(text, reasoning=reasoning, finish_reason=delta.finish_reason)

    def rest(self) -> Delta:
        """What is left once the answer is whole and may be handed over."""
        reasoning = self._past("reasoning", "", final=True)
        return Delta(self._past("text", "", final=True), reasoning=reasoning)

    def _past(self, kind: _Kind, piece: str, *, final: bool = False) -> str:
        pending, carried = self._pending[kind], self._carried[kind]
        for at, guardrail in enumerate(self._guardrails):
            text = pending[at] + piece
            if not text:
                continue
            kept = self._state.kept.get(guardrail.name)
            call = ReleaseCall(text=text, kind=kind, final=final, kept=kept, carried=carried[at])
            try:
                release = checked(guardrail.release(call), call)
            except Exception as error:
                self._note(guardrail, "failed", error=error)
                raise stopped(guardrail, error) from error
            if release.verdict is not None:
                self._obey(guardrail, release.verdict, text)
            pending[at], carried[at] = text[release.upto :], release.carried
            piece = text[: release.upto] if release.text is None else release.text
        return piece

    def _obey(self, guardrail: StreamingGuardrail, verdict: Verdict, text: str) -> None:
        if verdict.action == "pass":
            return
        self._note(guardrail, verdict.action, verdict)
        error = stops(guardrail, verdict, Answer(parts=(Text(text),), finish_reason="length"))
        if error is not None:
            raise error

    def _note(
        self,
        guardrail: StreamingGuardrail,
        action: str,
        verdict: Verdict = PASS,
        error: Exception | None = None,
    ) -> None:
        self._state.draft.guardrails.append(
            GuardrailRecord(
                guardrail=guardrail.name,
                phase="answer",
                action=action,
                category=identifier(verdict.category),
                score=verdict.score,
                error=None if error is None else type(error).__name__,
                attempt=self._attempt,
            )
        )


def checked(release: Any, call: ReleaseCall) -> Release:
    if not isinstance(release, Release):
        raise TypeError(f"release gives a Release, not a {type(release).__name__}")
    if release.verdict is not None and release.verdict.action in ("block", "ask"):
        return release
    if not 0 <= release.upto <= len(call.text):
        raise ValueError(f"{release.upto} of {len(call.text)} characters cannot leave")
    if call.final and release.upto < len(call.text):
        raise ValueError("a text has come to its end, and a part of it is kept back")
    return release
