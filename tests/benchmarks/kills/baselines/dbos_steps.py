"""Three effects as steps of a DBOS workflow on SQLite, each under the key workflow/step."""

from acting import Life, act, at
from dbos import DBOS, DBOSConfig, SetWorkflowID
from points import STEPS

_life: Life = {}


@DBOS.step()
def effect(step: int) -> int:
    return act(_life, step, f"{_life['run']}/{step}")


@DBOS.workflow()
def three() -> list[int]:
    made = []
    for step in range(STEPS):
        made.append(effect(step))
        at(_life, "end", step)
    return made


def live(life: Life) -> int:
    global _life  # noqa: PLW0603 - a workflow that is recovered is given nothing of ours
    _life = life
    config: DBOSConfig = {
        "name": "kills",
        "system_database_url": f"sqlite:///{life['folder']}/dbos.db",
        "application_version": "1",
        "executor_id": "local",
        "run_admin_server": False,
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()
    with SetWorkflowID(life["run"]):
        handle = DBOS.start_workflow(three)
    handle.get_result(polling_interval_sec=0.02)
    return 0
