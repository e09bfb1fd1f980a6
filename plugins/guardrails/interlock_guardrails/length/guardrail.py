"""The guardrail: what is too long or too short is blocked, or recorded. Nothing is cut."""

from typing import Final

from interlock import Request, Verdict
from interlock.protocols import API, GuardCall, Release, ReleaseCall
from interlock_guardrails.length.counting import exceeded, missing
from interlock_guardrails.length.options import Bounds, LengthOptions

__all__ = ["Length"]

# A stream is counted whenever so many characters have come, or such a part of all that has: counting afresh
# at each chunk would take time by the square of the answer.
_STEP: Final = 24
_PART: Final = 50


class Length:
    """Works by its options. As the plugin offers it, it bounds nothing."""

    api = API
    name = "length"
    listed = True
    options = LengthOptions

    def __init__(self, options: LengthOptions | None = None) -> None:
        self._options = options
        request, answer = (None, None) if options is None else (options.request, options.answer)
        bounded = {"request": request, "answer": answer}
        self._bounds = {phase: bounds for phase, bounds in bounded.items() if bounds is not None}
        self.phases: frozenset[str] = frozenset(self._bounds or bounded)

    def configured(self, options: LengthOptions) -> "Length":
        return Length(options)

    def inspect(self, call: GuardCall) -> Verdict:
        if call.answer is None:
            return self._judged("request", self._asked(call.request))
        if call.answer.tool_calls or call.answer.finish_reason == "refusal":
            return Verdict()
        return self._judged("answer", call.answer.text)

    def release(self, call: ReleaseCall) -> Release:
        bounds = self._bounds.get("answer")
        if bounds is None or call.kind != "text" or self._action != "block":
            return Release(upto=len(call.text))
        before: str = call.carried or ""
        if not call.final and len(call.text) < max(_STEP, len(before) // _PART):
            return Release(upto=0, carried=before)
        text = before + call.text
        if unit := exceeded(text, bounds.most.items()):
            return Release(upto=0, verdict=_verdict("block", "answer", unit, bounds, over=True))
        # What is too short so far may still become long enough; a whole answer was inspected before its end.
        if not call.final and missing(text, bounds.least.items()):
            return Release(upto=0, carried=before)
        return Release(upto=len(call.text), carried=text)

    @property
    def _action(self) -> str:
        return "block" if self._options is None else self._options.action

    def _asked(self, request: Request) -> str:
        if self._options is not None and self._options.counted == "all":
            return "\n".join(each.text for each in request.messages if each.text)
        return next((each.text for each in reversed(request.messages) if each.role == "user"), "")

    def _judged(self, phase: str, text: str) -> Verdict:
        bounds = self._bounds.get(phase)
        if bounds is None:
            return Verdict()
        if unit := exceeded(text, bounds.most.items()):
            return _verdict(self._action, phase, unit, bounds, over=True)
        if unit := missing(text, bounds.least.items()):
            return _verdict(self._action, phase, unit, bounds, over=False)
        return Verdict()


def _verdict(action: str, phase: str, unit: str, bounds: Bounds, *, over: bool) -> Verdict:
    bound = (bounds.most if over else bounds.least)[unit]
    about = "estimated tokens" if unit == "tokens" else unit
    return Verdict(
        action=action,  # type: ignore[arg-type]  # block or flag
        category="too_long" if over else "too_short",
        score=1.0,
        reason=f"the {phase} has {'more' if over else 'fewer'} than {bound} {about}",
    )
