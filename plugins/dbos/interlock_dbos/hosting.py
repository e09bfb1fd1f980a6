"""DBOS as this process has it: it is global, and so is here once, in a thread and an event loop of its own.

DBOS takes over the default executor of the loops in which it is asked, so it is asked in no loop of a user's.
"""

import asyncio
import contextvars
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from dbos import DBOS, DBOSClient, DBOSConfig, error
from sqlalchemy.exc import SQLAlchemyError

from interlock import StoreError
from interlock.logs import redact
from interlock_agents.engines.building import new_owner, surely_gone
from interlock_dbos.databases import make_engine
from interlock_sql import Address

STRAND = "interlock.strand"
TASK = "interlock.task"
APPLICATION = "interlock-agents"
# DBOS lets only the version that began a workflow go on with it. This is no program's version: steps are
# compared by their names, and the queue of a task says how it is written down.
VERSION = "interlock-agents-1"

_QUEUE = "interlock:"
_POLLING = 0.1  # seconds between looks for strands that are taken up again

T = TypeVar("T")


class Hosted(Protocol):
    """An execution of a run, whose strands DBOS has worked on."""

    async def work(self, path: str) -> str:
        """Called in DBOS's loop, inside the workflow of that strand. What it gives is kept."""
        ...


class Taking(Protocol):
    """A worker that takes tasks of jobs from a queue."""

    owner: str
    queue: str

    async def take(self, job: str, wave: int, key: str) -> str:
        """Called in DBOS's loop, inside the task's workflow. What it gives is kept."""
        ...


class Host:
    """A DBOS that is launched. Those who share it have the same database."""

    def __init__(self, address: Address, taking: Taking | None = None) -> None:
        """Launches it, and so blocks; with the queue of who is `taking` tasks. Raises StoreError."""
        self.address = address
        self.process = os.getpid()
        self.users = 0
        self.executions: dict[str, Hosted] = {}
        self.taking = taking
        owner = taking.owner if taking else new_owner()
        self.queue = f"{_QUEUE}{owner}"
        self._engine = make_engine(address)
        self._url = self._engine.url.render_as_string(hide_password=False)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="interlock-dbos", daemon=True)
        self._thread.start()
        self._launched = False
        try:
            self._here(self._launch(owner))
        except (error.DBOSException, SQLAlchemyError) as problem:
            self.close()
            raise told(problem, address) from problem
        except BaseException:
            self.close()
            raise

    async def ask(
        self, work: Callable[[], Coroutine[Any, Any, T]], context: contextvars.Context | None = None
    ) -> T:
        """What `work` gives in DBOS's loop: outside of any workflow, or in that of the `context`."""
        begun = (context or contextvars.Context()).run(asyncio.run_coroutine_threadsafe, work(), self.loop)
        return await asyncio.wrap_future(begun)

    def close(self, *, grace: int = 0) -> None:
        """Shut it down, and so block: nothing is taken from queues any more, and what its workflows were
        doing may end within a grace of so many seconds. After it, nothing goes on.
        """
        if self._launched:
            self._here(_forget(self.queue))
            DBOS.destroy(workflow_completion_timeout_sec=grace)
        self.loop.call_soon_threadsafe(self.loop.create_task, self._stop())
        self._thread.join()
        self.loop.close()
        self._engine.dispose()

    async def _launch(self, owner: str) -> None:
        logger = logging.getLogger("dbos")
        if not logger.handlers:  # DBOS would write to the console
            logger.addHandler(logging.NullHandler())
        DBOS(config=self._configuration(owner))
        if (DBOS.executor_id, DBOS.application_version) != (owner, VERSION):
            raise StoreError(
                "this process uses DBOS for something else already, and DBOS is there once in a process: "
                "execute agents in another one, or with another engine"
            )
        self._launched = True
        DBOS.listen_queues([self.queue, *([self.taking.queue] if self.taking else ())])
        await asyncio.to_thread(self._declare)
        DBOS.launch()

    def _declare(self) -> None:
        """Have the queue there before DBOS looks for queues, which it does each second."""
        DBOS.migrate(self._url)
        client = DBOSClient(
            system_database_url=self._url, system_database_engine=self._engine, application_name=APPLICATION
        )
        try:
            for queue in client.list_queues():
                if queue.name.startswith(_QUEUE) and surely_gone(queue.name.removeprefix(_QUEUE)):
                    client.delete_queue(queue.name)
            client.register_queue(self.queue, polling_interval_sec=_POLLING)
        finally:
            client.destroy()

    def _configuration(self, owner: str) -> DBOSConfig:
        """An executor of its own, so that DBOS recovers nothing by itself: whoever has a run's lease does."""
        return {
            "name": APPLICATION,
            "system_database_url": self._url,
            "system_database_engine": self._engine,
            "executor_id": owner,
            "application_version": VERSION,
            "log_level": "WARNING",
            "enable_otlp": False,
            "notification_listener_polling_interval_sec": _POLLING,  # of a list in memory, which stays empty
        }

    def _here(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def _stop(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.loop.stop()


_lock = threading.Lock()
_hosts: list[Host] = []  # one at most


def enter(address: Address, taking: Taking | None = None) -> Host:
    """The one of this process, launched if need be; it blocks, and is left by `leave`. Who is `taking` tasks
    has to be the first.

    Raises:
        StoreError: DBOS cannot be launched, or has another database open.
    """
    with _lock:
        if _hosts and _hosts[0].process != os.getpid():
            raise StoreError("DBOS does not outlive a fork: execute agents in a process that is started anew")
        if _hosts and _hosts[0].address != address:
            raise StoreError(
                f"DBOS is there once in a process, and has {_hosts[0].address.label} open: close the engine "
                "that uses it first, or execute agents in another process"
            )
        if _hosts and taking is not None:
            raise StoreError(
                "this process has DBOS open without taking tasks: close the engine that uses it first, or "
                "work on jobs in another process"
            )
        if not _hosts:
            _hosts.append(Host(address, taking))
        _hosts[0].users += 1
        return _hosts[0]


def leave(host: Host, *, grace: int = 0) -> None:
    """Close it if nobody else uses it; what goes on may end within so many seconds."""
    with _lock:
        host.users -= 1
        closes = not host.users and host in _hosts
        if closes and not grace:
            _hosts.remove(host)
    if not closes:
        return
    host.close(grace=grace)
    with _lock:
        if host in _hosts:
            _hosts.remove(host)


def told(problem: BaseException, address: Address) -> StoreError:
    """What a database or DBOS says, with the place, and without a statement or its values."""
    words = str(getattr(problem, "orig", None) or problem).strip().splitlines()
    return StoreError(f"{address.label}: {redact(words[0]) if words else type(problem).__name__}")


@DBOS.workflow(name=STRAND, max_recovery_attempts=None)
async def strand(run: str, path: str) -> str:
    """A strand as DBOS has it."""
    for host in _hosts:
        if run in host.executions:
            return await host.executions[run].work(path)
    raise Halted


@DBOS.workflow(name=TASK, max_recovery_attempts=None)
async def task(job: str, wave: int, key: str) -> str:
    """A task of a job as DBOS has it."""
    for host in _hosts:
        if host.taking is not None:
            return await host.taking.take(job, wave, key)
    raise Halted


class Halted(BaseException):
    """Ends a workflow's task, and leaves the workflow as it is: DBOS keeps what is an Exception alone."""


async def _forget(queue: str) -> None:
    await DBOS.delete_queue_async(queue)
