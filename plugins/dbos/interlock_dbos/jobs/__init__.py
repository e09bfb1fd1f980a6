"""Jobs: tasks that workers on any machine take from queues of DBOS.

`contract` is what a kind of jobs offers and is given, `store` the tables beside DBOS's, and `worker` who does
tasks.
"""

from interlock_dbos.jobs.contract import (
    Job,
    JobCall,
    JobKind,
    JobWork,
    OutOfMoney,
    Progress,
    PutBack,
    Task,
    Terms,
    Unable,
)

__all__ = [
    "Job",
    "JobCall",
    "JobKind",
    "JobWork",
    "OutOfMoney",
    "Progress",
    "PutBack",
    "Task",
    "Terms",
    "Unable",
]
