"""Asking a person for a connector's tool: by LangGraph's interrupt, whatever else waits in the same step."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from langchain_interlock.interrupting import interrupted, is_kept

_SCRATCHPAD = "__pregel_scratchpad"  # where LangGraph's config has what a step was resumed with
_ONE = threading.Lock()


def asking(config: Any) -> Callable[[Any], Any]:
    """What asks for one call: it gives what the graph was resumed with for that question, or None where
    nothing keeps the graph until somebody answers.

    LangGraph gives answers to a step's calls in the order in which they ask, which is any; so each looks for
    its own, by the question's id, and one call asks at a time.
    """
    seen: Counter[str] = Counter()

    def ask(question: Any) -> Any:
        """The answer.

        Raises:
            GraphInterrupt: nobody has answered yet.
        """
        if not is_kept(config):
            return None
        nth, about = seen[question.id], question.about
        seen[question.id] += 1
        with _ONE:
            while len(given := _answers(config, question.id)) <= nth:
                said = interrupted(about, config)
                if not (isinstance(said, Mapping) and said.get("id")):
                    about = about | {"problem": "the answer does not say to what: give the question's id"}
        return given[nth]

    return ask


def _answers(config: Any, id_: str) -> list[Any]:
    """What the step was resumed with for that question, oldest first."""
    resumed = config["configurable"][_SCRATCHPAD].resume
    return [each for each in resumed if isinstance(each, Mapping) and each.get("id") == id_]
