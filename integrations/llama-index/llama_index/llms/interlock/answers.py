"""Putting what waits before a person: by a workflow's events, or as an error to whoever called."""

from typing import Any

from llama_index.core.workflow import Context, HumanResponseEvent, InputRequiredEvent

from llama_index.llms.interlock.places import in_step

_SAID = ("id", "decision", "by", "why", "evidence")


async def answered(waiting: Any, problem: str, *, nth: int, waits: bool) -> dict[str, Any]:
    """What somebody answered. `problem` is what was wrong with the answer before; this is the `nth`.

    Raises:
        WaitingForEvent: nobody has answered yet, and the workflow begins the step again once somebody has.
        ApprovalNeeded: nobody has approved it, and nothing waits for that. Nothing was run.
        EffectOpen: nobody knows what has come of it, and nothing waits for whoever does.
    """
    if not waits or not in_step():
        raise waiting.raised()
    about: dict[str, Any] = {"prefix": _question(waiting), **waiting.about}
    if problem:
        about["problem"] = problem
    said = await Context.get_step_context().wait_for_event(
        HumanResponseEvent,
        waiter_event=InputRequiredEvent(**about),
        # Each answer is waited for under a name of its own: the step meets those before when it is repeated.
        waiter_id=f"{waiting.id}#{nth}",
        requirements={"id": waiting.id},
        timeout=None,
    )
    return {name: getattr(said, name, None) for name in _SAID}


def _question(waiting: Any) -> str:
    tool = waiting.about["tool"]
    if waiting.about["kind"] == "approval":
        return f"May {tool} be run?"
    return f"Nobody knows whether {tool} has happened. Has it?"
