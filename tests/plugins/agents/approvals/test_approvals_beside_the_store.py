"""A ledger without a store of requests uses grants as they are given: each once, in either database."""

from interlock_agents import Store
from interlock_agents.ledger.grants import use_once
from waiting import asked, place_of


async def test_a_grant_that_a_program_made_is_used_once(store: Store) -> None:
    request = asked()
    grant = request.grant(approver="Ada")
    here = place_of(request)
    assert await store.run(lambda each: use_once(each, grant, request, effect=here)) is None
    assert await store.run(lambda each: use_once(each, grant, request, effect=here)) is None
    why = await store.run(lambda each: use_once(each, grant, request, effect="run-1/other/0/0"))
    assert why == "the grant has been used before"
