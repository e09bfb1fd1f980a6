"""Runs by both engines, killed at some boundaries: no result is lost or doubled, and repeats are counted.

`tests/benchmarks/jobs.py` kills at all of them, in both databases.
"""

import pytest

from jobs_stage import Told, kill_and_go_on, preload


@pytest.fixture(scope="module", autouse=True)
def _quick():
    preload()


@pytest.mark.parametrize("at", ["after asking is written"])
def test_one_process_is_killed(tmp_path, at):
    kill_and_go_on(Told(vendor="", url="sqlite:///eval.db", folder=tmp_path), at)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("jobs")


@pytest.mark.parametrize("at", ["before that is written", "before it is settled"])
def test_a_job_is_killed(folder, at):
    kill_and_go_on(Told(vendor="", url="dbos+sqlite:///eval.db", folder=folder), at)


@pytest.mark.parametrize("at", ["after the answer"])
def test_in_postgresql_a_job_is_killed(database, tmp_path, at):
    kill_and_go_on(Told(vendor="", url=f"dbos+{database}", folder=tmp_path), at)
