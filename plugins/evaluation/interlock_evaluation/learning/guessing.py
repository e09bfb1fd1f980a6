"""Tasks of prompts that have none, as the router itself would classify them."""

from dataclasses import dataclass, replace

from interlock import Router
from interlock_evaluation.outcomes import Outcomes

# What may be asked is of no matter for the task, and nothing is sent.
_NOBODY = {
    "deployments": [
        {
            "id": "nobody",
            "model": "zhipu/glm-5.2",
            "provider": "openai-compatible",
            "base_url": "http://127.0.0.1:9/v1",
            "region": "eu",
        }
    ]
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guessed:
    """A table with tasks, and how many prompts had theirs guessed or have none still."""

    outcomes: Outcomes
    guessed: int
    without: int


def guess_tasks(outcomes: Outcomes) -> Guessed:
    """Tasks from the prompts' words, where they are known and no task is. Nothing is sent."""
    missing = [at for at, task in enumerate(outcomes.tasks) if not task]
    worded = [at for at in missing if outcomes.texts and outcomes.texts[at].strip()]
    if not worded:
        return Guessed(outcomes=outcomes, guessed=0, without=len(missing))
    tasks = list(outcomes.tasks)
    router = Router.from_config(_NOBODY)
    try:
        for at in worded:
            tasks[at] = router.decide(outcomes.texts[at]).task
    finally:
        router.close_sync()
    return Guessed(
        outcomes=replace(outcomes, tasks=tuple(tasks)),
        guessed=len(worded),
        without=len(missing) - len(worded),
    )
