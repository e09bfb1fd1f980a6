"""A lease while it is held."""

import asyncio

import pytest

from interlock import StoreError
from interlock.types.clocks import elapsed
from interlock_agents.engines.held import Held
from interlock_agents.engines.strands import LeaseLost

SHORT = 0.06


async def test_it_is_renewed_before_anybody_waits_for_its_loss():
    renewals = []

    async def renew():
        renewals.append(1)
        if len(renewals) == 3:
            raise LeaseLost("taken over")

    held = Held(renew, seconds=SHORT, asked=elapsed())
    await held.tend()
    told = []
    held.tell(told.append)
    assert [str(each) for each in told] == ["taken over"]
    assert len(renewals) == 3


async def test_it_is_lost_when_nobody_could_renew_it_in_time():
    async def renew():
        raise StoreError("no database")

    held = Held(renew, seconds=SHORT, asked=elapsed())
    told = []
    held.tell(told.append)
    await asyncio.wait_for(held.tend(), 10)
    assert [str(each) for each in told] == ["the lease of the run has run out"]
    with pytest.raises(LeaseLost):
        held.check()
