"""What a deployment is taken to cost, and what a request of some length costs there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Deployment, Endpoint, ModelCard, Price, Usage
from interlock.engine.attempting.budgeting import Tariff
from interlock.records.costs import cost_of
from interlock.testing import scripted_router
from interlock.types.models import FREE, Tier
from interlock.types.request import Settings

LIST = Price(input=1.2, output=6.0, source="the maker")
TIERED = Price(
    input=1.0,
    output=2.0,
    tiers=(Tier(above=1_000, input=10.0, output=20.0), Tier(above=5_000, input=100.0, output=200.0)),
)
HOSTED = Endpoint(provider="other", name="one", region="us", price=TIERED)


def card(weights="open", price=LIST, **facts):
    return ModelCard(id="acme/one", maker="Acme", jurisdiction="us", weights=weights, price=price, **facts)


def deployment(provider="acme", region="us", card=card(), **facts):  # noqa: B008 - frozen
    return Deployment(id="d", card=card, provider=provider, region=region, name="one", **facts)


@pytest.mark.parametrize(
    ("made", "price"),
    [
        (deployment(), LIST),
        (deployment(on_premise=True), FREE),
        (deployment(on_premise=True, card=card("closed")), FREE),
        (deployment(region="local"), FREE),
        (deployment(on_premise=True, price=LIST), LIST),
        (deployment("other", card=card(endpoints=(HOSTED,))), TIERED),
        (deployment("other", card=card(price=None)), None),
    ],
)
def test_what_it_costs(made, price):
    assert made.rates == price


@pytest.mark.parametrize("made", [deployment("other"), deployment("x", region="local", card=card("closed"))])
def test_a_list_price_elsewhere_is_called_an_estimate(made):
    assert made.rates is not None
    assert (made.rates.input, made.rates.output) == (1.2, 6.0)
    assert "estimate" in made.rates.source


@pytest.mark.parametrize(
    ("tokens", "dollars"), [(1_000, 0.003), (1_001, 0.03001), (5_000, 0.07), (5_001, 0.7001)]
)
def test_a_longer_request_costs_its_tier(tokens, dollars):
    cost = cost_of(Usage(input_tokens=tokens, output_tokens=1_000), TIERED)
    assert cost == pytest.approx(dollars, rel=1e-3)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_nothing_costs_more_than_the_dearest_tariff_says(tokens, answer):
    deployments = [deployment(price=TIERED), deployment(), deployment(on_premise=True)]
    tariffs = [Tariff.of(each) for each in deployments]
    dearest = Tariff.dearest(tariffs).estimate(tokens, Settings(max_tokens=answer))[1]
    for tariff in tariffs:
        usd = tariff.estimate(tokens, Settings(max_tokens=answer))[1]
        cost = cost_of(Usage(input_tokens=tokens, output_tokens=answer), tariff.price)
        assert usd == pytest.approx(cost)
        assert usd <= dearest * (1 + 1e-9)


def test_what_the_vendor_charges_wins():
    assert cost_of(Usage(input_tokens=1_000, output_tokens=10, cost=0.25), LIST) == 0.25
    assert cost_of(Usage(cost=0.25), None) == 0.25
    assert (Usage(cost=0.25) + Usage(cost=0.5)).cost == 0.75


async def test_a_free_budget_lets_the_own_ground_through():
    router = scripted_router(
        {"a": ["ok"]},
        deployments={"a": {"model": "zhipu/glm-5.2", "on_premise": True}},
        budgets=[{"id": "free", "usd": 0, "per": "day"}],
    )
    assert (await router.complete("Hello")).cost == 0.0
