"""Steps of a stream that came together, as fewer steps."""

from interlock.types.response import Delta


def joined(deltas: list[Delta]) -> list[Delta]:
    """As few deltas as say the same, in the same order: each one costs a step through everything above."""
    found: list[Delta] = []
    for delta in deltas:
        if found and _are_one(found[-1], delta):
            found[-1] = _one(found[-1], delta)
        else:
            found.append(delta)
    return found


def _are_one(before: Delta, after: Delta) -> bool:
    """Whether nothing that counts by itself, by its place or as the last of its kind would be lost."""
    was, said = _kind(before), _kind(after)
    if was is None or said is None or (was and said and was != said):
        return False
    if before.finish_reason is not None and (said or after.finish_reason is not None):
        return False
    return not (
        (before.usage is not None and after.usage is not None)
        or (before.served_model is not None and after.served_model is not None)
        or (before.evidenced is not None and after.evidenced is not None)
        or (before.id is not None and after.id is not None)
        or (before.extra is not None and after.extra is not None)
    )


def _kind(delta: Delta) -> str | None:
    """What grows by a delta, if anything does; None for one that stays as it is."""
    if delta.signature is not None or delta.redacted or delta.refusal or delta.citations or delta.media:
        return None
    if delta.text:
        return None if delta.reasoning or delta.tool_calls else "text"
    if delta.reasoning:
        return None if delta.tool_calls else "reasoning"
    if delta.tool_calls:
        return "tool_calls"
    # An empty one says that the model is at work.
    return None if delta == _AT_WORK else ""


def _one(before: Delta, after: Delta) -> Delta:
    ends = after.finish_reason is not None
    return Delta(
        before.text + after.text,
        reasoning=before.reasoning + after.reasoning,
        tool_calls=before.tool_calls + after.tool_calls,
        finish_reason=after.finish_reason if ends else before.finish_reason,
        usage=before.usage if after.usage is None else after.usage,
        served_model=before.served_model if after.served_model is None else after.served_model,
        evidenced=before.evidenced if after.evidenced is None else after.evidenced,
        id=before.id if after.id is None else after.id,
        extra=before.extra if after.extra is None else after.extra,
        confidence=after.confidence if ends or after.confidence is not None else before.confidence,
    )


_AT_WORK = Delta()
