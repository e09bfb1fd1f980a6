"""Connectors are sent nothing of a level that the policies deny them."""

from typing import Any

import pytest

from drawers import call
from interlock import Constraints, NoLongerAllowed, RequestError

RULES: list[dict[str, Any]] = [
    {"id": "any", "level": "internal", "permit": "any"},
    {"id": "trained", "level": "personal", "source": "a memo", "permit": {"training": False}},
    {"id": "acme", "level": "regulated", "permit": "any", "forbid": {"vendors": ["acme"]}},
]
POLICIES = {"default": "internal", "rules": RULES}
NOT_TRAINED = {"handling": {"training": False}}


async def test_what_a_policy_denies_is_out_and_is_sent_nothing(desk, service):
    box = desk(policies=POLICIES).toolbox(constraints={"sensitivity": "personal"})
    why = "policy trained (a memo): whether requests are trained on was not recorded"
    assert dict(box.excluded) == {"tickets": why}
    assert await box.tools() == ()
    assert not service.requests
    denied = desk(policies=POLICIES).toolbox(constraints={"sensitivity": "regulated"}).excluded
    assert denied == {"tickets": "policy acme: acme is a denied vendor"}


async def test_what_it_permits_is_in(desk):
    assert not desk(policies=POLICIES).toolbox().excluded
    known = desk(NOT_TRAINED, policies=POLICIES)
    assert not known.toolbox(constraints={"sensitivity": "personal"}).excluded


async def test_a_level_of_the_configuration_stays(desk):
    declared = desk(policies=POLICIES, constraints={"sensitivity": ["personal"]})
    assert declared.toolbox().excluded


async def test_a_run_is_checked_once_more_by_its_own_level(desk, service):
    box = desk(policies=POLICIES).toolbox()
    await box.tools()
    asked = len(service.requests)
    with pytest.raises(NoLongerAllowed, match="tickets may not be used: policy trained"):
        await box.run(call(), constraints=Constraints(sensitivity={"personal"}))
    assert len(service.requests) == asked


@pytest.mark.parametrize("policies", [POLICIES, None])
async def test_a_level_that_nobody_knows_is_refused(desk, policies):
    made = desk(**({} if policies is None else {"policies": policies}))
    with pytest.raises(RequestError, match=r"constraints\.sensitivity"):
        made.toolbox(constraints={"sensitivity": "persnal"})
    box = made.toolbox()
    await box.tools()
    with pytest.raises(RequestError, match=r"constraints\.sensitivity"):
        await box.run(call(), constraints=Constraints(sensitivity={"persnal"}))
