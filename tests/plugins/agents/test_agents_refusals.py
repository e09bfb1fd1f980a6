"""The database keeps what has happened, even from whoever writes into it by hand."""

import pytest
from sqlalchemy import Connection, text

from effect_world import Time, World, WorldHands, call
from interlock import StoreError
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import Store


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agents_effect_events SET why = 'another'",
        "DELETE FROM agents_effect_events",
        "UPDATE agents_effects SET state = 'intent'",
        "UPDATE agents_effects SET state = 'failed'",
    ],
)
async def test_what_is_known_is_not_undone(store: Store, statement: str) -> None:
    ledger = Ledger(store)
    effect = await ledger.perform(Place(run="r", node="n"), call(), WorldHands(World("keyed", Time())))
    known = await ledger.events(effect.id)

    def meddle(connection: Connection) -> None:
        connection.execute(text(statement))

    with pytest.raises(StoreError, match="the ledger keeps what has happened"):
        await store.run(meddle)
    assert (await ledger.effect(effect.id), await ledger.events(effect.id)) == (effect, known)
