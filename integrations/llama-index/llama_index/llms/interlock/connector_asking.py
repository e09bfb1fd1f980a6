"""Asking a person for a connector's tool: by the events of the workflow in which it is called."""

from collections.abc import Awaitable, Callable
from typing import Any

from llama_index.core.workflow import Context, HumanResponseEvent, InputRequiredEvent

from llama_index.llms.interlock.places import in_step

_SAID = ("id", "decision", "by", "why", "arguments")


async def nobody(_: Any) -> None:
    """Nobody can be asked."""


def asking() -> Callable[[Any], Awaitable[Any]]:
    """What asks for one call. A workflow hands an answer to all who wait for its id, so what is asked again
    has another one.
    """
    asked: list[str] = []

    async def ask(question: Any) -> Any:
        """What somebody answered; None outside a workflow.

        Raises:
            WaitingForEvent: nobody has answered yet; the workflow begins the step again once somebody has.
        """
        if not in_step():
            return None
        asked.append(question.id)
        id_ = f"{question.id}#{len(asked)}" if asked[1:] else question.id
        about = {"prefix": f"May {question.about['tool']} be run?", **question.about, "id": id_}
        said = await Context.get_step_context().wait_for_event(
            HumanResponseEvent,
            waiter_event=InputRequiredEvent(**about),
            waiter_id=id_,
            requirements={"id": id_},
            timeout=None,
        )
        answer = {name: getattr(said, name, None) for name in _SAID}
        return answer | {"id": question.id if answer["id"] == id_ else None}

    return ask
