"""The supply chain: the page does what it shows; an agent that is killed leaves one order and one message."""

from collections.abc import Iterator

import pytest
import yaml
from supply_chain import CARELESS, Chain, chain

EXAMPLE = "supply_chain"


@pytest.fixture(scope="module")
def played() -> Iterator[Chain]:
    """One pair of services for all runs."""
    with chain() as made:
        yield made


def test_the_example_does_what_its_page_shows(played, example, play, shown):
    before = played.there.orders()
    (example / "work").mkdir()
    config = played.services.configuration(played.there)
    (example / "work" / "interlock.yaml").write_text(yaml.safe_dump(config), "utf-8")
    play("A supply chain's exception")
    [order] = [each for each in played.there.orders() if each not in before]
    assert (order["Supplier"], order["_PurchaseOrderItem"][0]["OrderQuantity"]) == (
        "1000021",
        "4.000",
    )
    [message] = played.there.messages(played.there.channel("supply"))
    assert order["PurchaseOrder"] in message["text"]


@pytest.mark.parametrize("point", [31, "after POST PurchaseOrder", "after POST chat.postMessage"])
def test_wherever_the_agent_is_killed_there_is_one_order_and_one_message(played, point):
    ended, _ = played.play(dies_at=point)
    assert ended.point
    assert ended.once, ended
    [message] = ended.messages
    assert message == {
        "text": "Order 4500000900 comes after 2026-12-10. 4 of PUMP-7 are ordered from supplier 1000021 "
        "at 41.5 EUR each: purchase order NEW.",
        "marked": "interlock_run",
    }


def test_an_agent_that_does_not_look_for_its_order_orders_twice(played):
    ended, _ = played.play(dies_at="after POST PurchaseOrder", tools=CARELESS)
    assert len(ended.orders) == 2
