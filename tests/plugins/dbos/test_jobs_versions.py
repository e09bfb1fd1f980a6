"""Programs and configurations change while work is pending: it is neither stranded nor done twice."""

import asyncio
import sqlite3
from dataclasses import replace

import pytest

from interlock_dbos.hosting import VERSION
from interlock_dbos.jobs.contract import FORM
from interlock_dbos.jobs.places import place_of
from interlock_dbos.jobs.queueing import queue_of
from interlock_dbos.jobs.worker import Worker
from jobs_stage import Told, ask, kept, router_for, vendor


@pytest.fixture
def told(tmp_path):
    with vendor() as (_, address):
        made = Told(vendor=address, url="dbos+sqlite:///eval.db", folder=tmp_path, count=3, detach=True)
        asyncio.run(ask(made))
        yield made


def changed(told, **values):
    with sqlite3.connect(told.folder / "eval.db") as database:
        for name, value in values.items():
            database.execute(f"UPDATE interlock_jobs SET {name} = ?", (value,))
    database.close()


def found(told, what):
    with sqlite3.connect(told.folder / "eval.db") as database:
        row = database.execute(f"SELECT {what} FROM interlock_jobs").fetchone()
    database.close()
    return row


async def worked(told, until):
    """What a worker says that works until something holds."""
    said = []
    with router_for(told.vendor) as router:
        worker = Worker(router, place_of(told.url, told.folder), at_once=4, tell=said.append)
        try:
            await worker.start()
            async with asyncio.timeout(60):
                while not until(said):  # noqa: ASYNC110 - it looks into a database
                    await asyncio.sleep(0.1)
        finally:
            await worker.stop()
    return said


def test_a_job_of_a_later_form_is_left_and_said_to_be(told):
    changed(told, form=FORM + 1, queue="interlock.tasks.2:later")
    said = asyncio.run(worked(told, lambda said: said))
    assert said == ["eval:r is left to other workers: it was begun by a later version of interlock-dbos."]
    assert found(told, "state, done, wave") == ("waiting", 0, 1)


def test_a_job_of_an_earlier_form_or_configuration_goes_on_when_nobody_has_that_any_more(told):
    changed(told, form=FORM - 1, queue="interlock.tasks.0:earlier", wave=1, state="running", coordinator="x")
    asyncio.run(worked(told, lambda _: found(told, "state") == ("done",)))
    state, form, wave, reason = found(told, "state, form, wave, reason")
    assert (state, form, wave) == ("done", FORM, 2)
    assert len(asyncio.run(kept(replace(told))).results) == 3
    assert reason == ""


def test_what_an_upgrade_must_not_change_without_a_thought():
    """Another version would strand what is pending; another form is left by those that know this one."""
    assert VERSION == "interlock-agents-1"
    assert queue_of("0123") == "interlock.tasks.1:0123"
