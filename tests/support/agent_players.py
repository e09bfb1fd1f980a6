"""Models that agents are evaluated with: an upstream in OpenAI's dialect that plays tasks' solutions."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from interlock.testing import Received, Reply
from interlock_evaluation.agents import PlannedCall, Task

Play = Callable[[Task], tuple[Sequence[PlannedCall], Any]]


def solves(task: Task) -> tuple[Sequence[PlannedCall], Any]:
    """What the task's author holds for right."""
    return task.solution, task.answer


def stops_early(task: Task) -> tuple[Sequence[PlannedCall], Any]:
    """All but the last call, and the answer as if it had been made."""
    return task.solution[:-1], task.answer


def calls(*made: tuple[str, dict[str, Any]], answer: Any = "Done.") -> Play:
    """These calls, whatever the task."""
    return lambda _: ([PlannedCall(tool=tool, arguments=arguments) for tool, arguments in made], answer)


def does_nothing(task: Task) -> tuple[Sequence[PlannedCall], Any]:
    return (), task.answer


def without(number: int) -> Play:
    """All but one call."""
    return lambda task: ([*task.solution[:number], *task.solution[number + 1 :]], task.answer)


def twice(number: int) -> Play:
    """One call made twice, one time after the other."""
    return lambda task: (
        [*task.solution[: number + 1], task.solution[number], *task.solution[number + 1 :]],
        task.answer,
    )


class Players:
    """Answers, turn by turn: by the model's name, one of the plays; by the goal, one of the tasks."""

    def __init__(self, tasks: Iterable[Task], **plays: Play) -> None:
        self.tasks = list(tasks)
        self.plays = plays

    def __call__(self, received: Received) -> Reply:
        asked = received.json()
        said = json.dumps(asked["messages"][:2], ensure_ascii=False)
        meant = [task for task in self.tasks if json.dumps(task.goal, ensure_ascii=False)[1:-1] in said]
        made, answer = self.plays[asked["model"]](max(meant, key=lambda task: len(task.goal)))
        number = sum(message["role"] == "tool" for message in asked["messages"])
        message: dict[str, Any] = {"role": "assistant", "content": None}
        if number < len(made):
            call = made[number]
            function = {"name": call.tool, "arguments": json.dumps(dict(call.arguments))}
            message["tool_calls"] = [{"id": f"call-{number}", "type": "function", "function": function}]
        else:
            message["content"] = answer if isinstance(answer, str) else json.dumps(answer)
        reason = "stop" if message["content"] is not None else "tool_calls"
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        choices = [{"index": 0, "message": message, "finish_reason": reason}]
        return Reply.json({"id": "1", "model": asked["model"], "choices": choices, "usage": usage})


def configured(url: str, *models: str, price: float = 1.0) -> dict[str, Any]:
    """A configuration with a deployment for each of these models, all at that upstream."""
    return {
        "deployments": [
            {
                "id": model,
                "model": "zhipu/glm-5.2",
                "name": model,
                "provider": "openai-compatible",
                "base_url": f"{url}/v1",
                "api_key": "k",
                "region": "eu",
                "price": {"input": price, "output": price},
            }
            for model in models
        ]
    }
