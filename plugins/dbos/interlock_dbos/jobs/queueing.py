"""DBOS's queues from outside of it: tasks put there, counted, taken from the dead, taken away. It blocks."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from dbos import DBOSClient, EnqueueOptions, error
from sqlalchemy.exc import SQLAlchemyError

from interlock_dbos.databases import make_engine
from interlock_dbos.hosting import APPLICATION, TASK, VERSION, told
from interlock_dbos.jobs.contract import FORM, Task
from interlock_sql import Address

_POLLING: Final = 0.1  # seconds between looks for tasks
_POLLING_SQLITE: Final = 0.3  # where each look keeps all other processes from writing
_AHEAD: Final = 32  # tasks of one provider that a worker has at most, those included that wait for their turn
_IN_ALL: Final = 96
_CHUNK: Final = 200
_OPEN: Final = ["ENQUEUED", "PENDING", "DELAYED"]


def queue_of(configuration: str) -> str:
    """The queue for workers of that configuration, as tasks of this form are written down."""
    return f"interlock.tasks.{FORM}:{configuration}"


class Queueing:
    """The queues of one database. Its methods raise StoreError."""

    def __init__(self, address: Address) -> None:
        """Connects to nothing yet."""
        self._address = address
        self._engine = make_engine(address)
        self._client: DBOSClient | None = None

    def declare(self, queue: str) -> None:
        """Have the queue there."""
        self._told(
            lambda it: it.register_queue(
                queue,
                worker_concurrency=_IN_ALL,
                partition_worker_concurrency=_AHEAD,
                polling_interval_sec=_POLLING if self._address.file is None else _POLLING_SQLITE,
            )
        )

    def enqueue(self, queue: str, job: str, wave: int, tasks: Sequence[Task]) -> None:
        """Put tasks into the queue; one that has been there in this wave is not put there again."""

        def chunk(client: DBOSClient, some: Sequence[Task]) -> None:
            with self._engine.begin() as connection:
                for each in some:
                    options: EnqueueOptions = {
                        "workflow_name": TASK,
                        "queue_name": queue,
                        "workflow_id": id_of(job, wave, each.key),
                        "app_version": VERSION,
                        "queue_partition_key": each.provider or "-",
                    }
                    client.enqueue_in_transaction(connection, options, job, wave, each.key)

        for begin in range(0, len(tasks), _CHUNK):
            some = tasks[begin : begin + _CHUNK]
            self._told(lambda it, some=some: chunk(it, some))

    def left(self, queue: str, job: str, wave: int) -> bool:
        """Whether a task of the wave is in the queue or under way."""
        return bool(self._found(queue, job, wave, limit=1))

    def take_away(self, queue: str, job: str, wave: int) -> None:
        """Have those be no more that nobody has begun."""
        while found := self._found(queue, job, wave, limit=_CHUNK, status=["ENQUEUED", "DELAYED"]):
            self._told(lambda it, found=found: it.cancel_workflows(found))

    def clear(self, queue: str, job: str, wave: int) -> None:
        """Have DBOS forget a wave that has ended: its results are kept elsewhere."""
        ended = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
        while found := self._found(queue, job, wave, limit=_CHUNK, status=ended):
            self._told(lambda it, found=found: it.delete_workflows(found))

    def put_back(self, executor: str) -> int:
        """Have others take what an executor had that is no more; how many tasks."""
        found = self._told(
            lambda it: it.list_workflows(
                name=TASK, status="PENDING", executor_id=executor, load_input=False, load_output=False
            )
        )
        by_queue: dict[str, list[str]] = {}
        for each in found:
            by_queue.setdefault(each.queue_name or "", []).append(each.workflow_id)
        for queue, ids in by_queue.items():
            self._told(lambda it, ids=ids, queue=queue: it.resume_workflows(ids, queue_name=queue))
        return len(found)

    def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            self._client.destroy()
        self._engine.dispose()

    def _found(
        self, queue: str, job: str, wave: int, *, limit: int, status: Sequence[str] = _OPEN
    ) -> list[str]:
        found = self._told(
            lambda it: it.list_workflows(
                status=list(status),
                queue_name=queue,
                workflow_id_prefix=prefix_of(job, wave),
                limit=limit,
                load_input=False,
                load_output=False,
            )
        )
        return [each.workflow_id for each in found]

    def _told(self, ask: Any) -> Any:
        try:
            if self._client is None:
                url = self._engine.url.render_as_string(hide_password=False)
                self._client = DBOSClient(
                    system_database_url=url,
                    system_database_engine=self._engine,
                    application_name=APPLICATION,
                )
            return ask(self._client)
        except (error.DBOSException, SQLAlchemyError) as problem:
            raise told(problem, self._address) from problem


def prefix_of(job: str, wave: int) -> str:
    """What the ids of a wave's tasks begin with: letters and digits, for `%` and `_` mean something else."""
    return f"task-{sha256(job.encode('utf-8', 'replace')).hexdigest()[:24]}-{wave}-"


def id_of(job: str, wave: int, key: str) -> str:
    """The id of a task's workflow."""
    return prefix_of(job, wave) + sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
