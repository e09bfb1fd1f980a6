"""Runs: a suite asked of models, resumed where it was broken off."""

from interlock_evaluation.runs.asked import AUTO, is_model, written
from interlock_evaluation.runs.concerned import of_tasks, tasks_of
from interlock_evaluation.runs.kept import RunStore
from interlock_evaluation.runs.outcomes import outcomes_of
from interlock_evaluation.runs.pacing import Pace, Purse
from interlock_evaluation.runs.planning import ModelPlan, RunPlan, TaskPlan, plan
from interlock_evaluation.runs.run import Kept, Key, Result, Run
from interlock_evaluation.runs.running import Ended, Progress, Runner

__all__ = [
    "AUTO",
    "Ended",
    "Kept",
    "Key",
    "ModelPlan",
    "Pace",
    "Progress",
    "Purse",
    "Result",
    "Run",
    "RunPlan",
    "RunStore",
    "Runner",
    "TaskPlan",
    "is_model",
    "of_tasks",
    "outcomes_of",
    "plan",
    "tasks_of",
    "written",
]
