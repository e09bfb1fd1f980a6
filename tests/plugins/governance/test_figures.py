"""What is saved: exact, a range that holds for any number of tokens, or nothing said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.types.models import FREE, Price, Tier
from interlock_governance.candidates.figures import (
    Load,
    Range,
    billed,
    month_cost,
    month_saving,
    request_cost,
    share_saved,
)

DEAR = Price(input=5.0, output=30.0)
CHEAP = Price(input=0.5, output=1.5)
KNOWN = Load(tokens_in=900, tokens_out=300, volume=Range(low=40_000, high=40_000))
RATES = st.floats(0.01, 100)


def prices():
    tier = st.builds(Tier, above=st.integers(1, 10_000), input=RATES, output=RATES)
    return st.builds(Price, input=RATES, output=RATES, tiers=st.lists(tier, max_size=1).map(tuple))


def test_a_month_is_exact_where_everything_is_known():
    assert month_cost(DEAR, KNOWN) == Range(low=pytest.approx(540), high=pytest.approx(540))
    assert month_saving(DEAR, CHEAP, KNOWN) == Range(low=pytest.approx(504), high=pytest.approx(504))
    assert share_saved(DEAR, CHEAP, KNOWN).exact


def test_a_month_is_a_range_where_the_volume_is_one():
    load = Load(tokens_in=900, tokens_out=300, volume=Range(low=1_000, high=2_000))
    saved = month_saving(DEAR, CHEAP, load)
    assert (saved.low, saved.high) == (pytest.approx(12.6), pytest.approx(25.2))
    more = month_saving(CHEAP, DEAR, load)
    assert (more.low, more.high) == (pytest.approx(-25.2), pytest.approx(-12.6))


@pytest.mark.parametrize(
    "load",
    [
        Load(),
        Load(tokens_in=900, volume=Range(low=1, high=1)),
        Load(tokens_out=300, volume=Range(low=1, high=1)),
    ],
)
def test_no_amount_is_made_up_of_what_is_missing(load):
    assert request_cost(DEAR, load) is None
    assert month_cost(DEAR, load) is None
    assert month_saving(DEAR, CHEAP, load) is None


def test_a_part_of_the_cost_is_known_from_the_prices_alone():
    saved = share_saved(DEAR, CHEAP, Load())
    assert (saved.low, saved.high) == (pytest.approx(0.9), pytest.approx(0.95))


def test_what_costs_nothing_now_or_has_no_price_has_no_share():
    assert share_saved(Price(input=0, output=3), CHEAP, Load()) is None
    assert share_saved(None, CHEAP, KNOWN) is None
    assert share_saved(DEAR, None, KNOWN) is None
    assert billed(FREE) is None
    assert billed(DEAR) is DEAR


@given(prices(), prices(), st.integers(1, 20_000), st.integers(1, 20_000))
def test_the_range_holds_whatever_the_tokens_turn_out_to_be(now, then, tokens_in, tokens_out):
    exact = share_saved(now, then, Load(tokens_in=tokens_in, tokens_out=tokens_out))
    for load in (Load(), Load(tokens_in=tokens_in), Load(tokens_out=tokens_out)):
        found = share_saved(now, then, load)
        assert found.low - 1e-9 <= exact.low <= found.high + 1e-9
