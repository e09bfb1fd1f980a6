"""Limits and health of several processes in one real server. Last, one of them dies."""

from collections.abc import Iterator

import pytest

import limits_races
from postgresql import Server, restarting


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """One that may be stopped."""
    with restarting() as server:
        yield server


def url_of(server: Server) -> str:
    return f"postgresql://{server.address}/postgres"


@pytest.fixture(scope="module")
def stage(own_server: Server) -> Iterator[limits_races.Stage]:
    with limits_races.staged(url_of(own_server)) as stage:
        yield stage


def test_three_processes_never_have_more_under_way_than_one_may(stage: limits_races.Stage) -> None:
    limits_races.is_never_exceeded(stage)


def test_whoever_waits_is_served_before_those_that_come_later(stage: limits_races.Stage) -> None:
    limits_races.is_first_come_first_served(stage)


def test_three_processes_send_no_more_in_a_second_than_one_may(stage: limits_races.Stage) -> None:
    limits_races.keeps_to_its_rate(stage)


def test_a_429_that_one_process_is_given_slows_that_deployment_in_all(stage: limits_races.Stage) -> None:
    limits_races.slows(stage)


def test_without_the_server_each_keeps_to_its_share(stage: limits_races.Stage, own_server: Server) -> None:
    limits_races.outlives_an_outage(stage, own_server.stop, own_server.start)


def test_where_there_is_no_grace_nothing_is_sent_without_the_server(own_server: Server) -> None:
    limits_races.refuses(url_of(own_server), own_server.stop, own_server.start)


def test_what_a_process_held_that_is_killed_others_may_have(stage: limits_races.Stage) -> None:
    limits_races.gives_back_what_the_dead_held(stage)
