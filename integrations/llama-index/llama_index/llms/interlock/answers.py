"""Putting what waits before a person: by a workflow's events, or as an error to whoever called."""

from typing import Any

from llama_index.core.workflow import Context, HumanResponseEvent, InputRequiredEvent

from llama_index.llms.interlock.places import counts_of, in_step

_SAID = ("id", "decision", "by", "why", "evidence")


async def answered(waiting: Any, problem: str, *, run: str, waits: bool) -> dict[str, Any]:
    """What somebody answered. `problem` is what was wrong with the answer before.

    Raises:
        WaitingForEvent: nobody has answered yet, and the workflow begins the step again once somebody has.
        ApprovalNeeded: nobody has approved it, and nothing waits for that. Nothing was run.
        EffectOpen: nobody knows what has come of it, and nothing waits for whoever does.
    """
    if not waits or not in_step():
        raise waiting.raised()
    async with counts_of(run) as counts:
        before = counts.answered.get(waiting.id, 0)
    # A question that is asked again has another id: the workflow hands an answer to all who wait for its id,
    # those whose question has been answered included.
    asked = f"{waiting.id}#{before + 1}" if before else waiting.id
    about: dict[str, Any] = {"prefix": _question(waiting), **waiting.about, "id": asked}
    if problem:
        about["problem"] = problem
    said = await Context.get_step_context().wait_for_event(
        HumanResponseEvent,
        waiter_event=InputRequiredEvent(**about),
        waiter_id=asked,
        requirements={"id": asked},
        timeout=None,
    )
    answer = {name: getattr(said, name, None) for name in _SAID}
    return answer | {"id": waiting.id if answer["id"] == asked else None}


async def taken(waiting: Any, *, run: str) -> None:
    """The answer has been heeded: a step that is repeated does not look at it again."""
    async with counts_of(run) as counts:
        counts.answered[waiting.id] = counts.answered.get(waiting.id, 0) + 1


def _question(waiting: Any) -> str:
    tool = waiting.about["tool"]
    if waiting.about["kind"] == "approval":
        return f"May {tool} be run?"
    return f"Nobody knows whether {tool} has happened. Has it?"
