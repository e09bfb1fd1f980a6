"""Putting what waits before a person: by LangGraph's interrupt, or as an error to whoever called."""

from typing import Any

from langchain_core.runnables.config import set_config_context

_CHECKPOINTER = "__pregel_checkpointer"  # where LangGraph's config has it


def answered(waiting: Any, config: Any, problem: str) -> Any:
    """What the graph was resumed with. `problem` is what was wrong with the answer before.

    Raises:
        GraphInterrupt: nobody has answered yet, and a checkpointer keeps the graph until somebody does.
        ApprovalNeeded: nobody has approved it, and nothing waits for that. Nothing was run.
        EffectOpen: nobody knows what has come of it, and nothing waits for whoever does.
    """
    if not is_kept(config):
        raise waiting.raised()
    return interrupted(dict(waiting.about) | ({"problem": problem} if problem else {}), config)


def is_kept(config: Any) -> bool:
    """Whether a checkpointer keeps the graph until somebody answers."""
    return bool(((config or {}).get("configurable") or {}).get(_CHECKPOINTER))


def interrupted(about: dict[str, Any], config: Any) -> Any:
    """What the graph was resumed with.

    Raises:
        GraphInterrupt: nobody has answered yet.
    """
    from langgraph.types import interrupt  # noqa: PLC0415 - who has a checkpointer has LangGraph

    with set_config_context(config) as context:
        return context.run(interrupt, about)
