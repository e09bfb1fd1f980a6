"""The simulation of `docs/scale.md`, made small: routers as they are, in a time of their own."""

from dataclasses import replace
from random import Random
from statistics import fmean

import pytest
from simulated import worlds
from simulated.accounts import Rows, postgresql, valkey
from simulated.arrivals import Flow, times
from simulated.cluster import Cluster, World
from simulated.costs import Costs, changed
from simulated.printing import table
from simulated.questions import accounts, sizes
from simulated.vendors import Outage

FLOW = Flow(rate=12, bursts=3)
SECONDS = 50.0
DOWN = Outage(begins=10, ends=35)
LIMITS = {"ledger": "memory://ledger", "budgets": [{"id": "all", "requests": 10**6, "per": "day"}]}


def played(**changes: object) -> Cluster:
    first = replace(worlds.FIRST[2], outages=(DOWN,))
    world = World(flow=FLOW, seconds=SECONDS, vendors=worlds.vendors(alpha=first), processes=4)
    return worlds.played(replace(world, **changes))


@pytest.fixture(scope="module")
def guarded() -> Cluster:
    return played(config=dict(worlds.SHARED) | LIMITS)


@pytest.fixture(scope="module")
def stubborn() -> Cluster:
    return played(config=worlds.UNGUARDED)


def test_every_call_ends_once_and_nothing_is_where_it_may_not_be(guarded, stubborn):
    for cluster in (guarded, stubborn):
        whole = cluster.tally.among(lambda outcome: True)
        assert whole.calls == cluster.tally.arrived > 500
        assert sum(whole.asked.values()) == whole.hows["answered"]
        assert worlds.misplaced(cluster) == 0
        # Those that may leave the EU do while alpha is down, or the line above would say little.
        assert cluster.vendors["beta"].answered > 50


def test_requests_that_are_where_they_may_not_be_are_seen():
    """The check itself bites: routers that are told nothing of the vendor's place send it everything."""
    vendors = worlds.vendors(beta=replace(worlds.SECOND[2], region="us"))
    lying = World(flow=FLOW, seconds=5.0, vendors={"beta": vendors["beta"]}, processes=1)
    cluster = worlds.played(replace(lying, config={"deployments": _claiming("beta", "eu")}))
    assert worlds.misplaced(cluster) > 0


def _claiming(name: str, region: str) -> list[dict[str, str]]:
    return [{"id": name, "model": worlds.SECOND[1], "provider": name, "region": region}]


def test_two_runs_with_one_seed_are_the_same_to_the_byte(guarded):
    again = played(config=dict(worlds.SHARED) | LIMITS)
    other = played(config=dict(worlds.SHARED) | LIMITS, seed=2)
    assert repr(again.tally.outcomes) == repr(guarded.tally.outcomes)
    assert repr(other.tally.outcomes) != repr(guarded.tally.outcomes)


def test_an_outage_of_the_first_vendor_costs_next_to_nobody_an_answer(guarded, stubborn):
    during, without = (each.tally.between(DOWN.begins, DOWN.ends) for each in (guarded, stubborn))
    assert during.answered > 0.98
    assert during.per_call < 1.3
    assert without.per_call > 3 * during.per_call


def test_health_that_is_shared_finds_an_outage_out_once():
    """Of a dozen processes, those that are told of it need not see it for themselves."""
    asked = []
    for config in (worlds.SHARED, {}):
        alpha = played(config=config, processes=12).vendors["alpha"]
        asked.append(sum(many for second, many in alpha.asked.items() if 10 <= second < 35))
    shared, alone = asked
    assert 0 < shared < alone / 2


def test_calls_take_virtual_time_and_no_other(guarded):
    """A clock that was forgotten would have attempts take no time, and hedges and percentiles with them."""
    record = guarded.processes[0].router.records[-1]
    assert all(0.01 < each.latency < 130 for each in record.attempts if each.error is None)
    assert record.latency > 0.01
    vitals = [each.answer_p50 for each in guarded.processes[0].router.health if each.answer_p50]
    assert all(0.5 < each < 30 for each in vitals)


@pytest.mark.parametrize("bursts", [1.0, 4.0])
def test_calls_come_at_their_rate(bursts):
    found = list(times(Flow(rate=20, bursts=bursts), 4_000, Random(3)))
    assert found == sorted(found)
    assert len(found) == pytest.approx(80_000, rel=0.05)
    counts = [0] * 4_000
    for at in found:
        counts[int(at)] += 1
    variance = fmean((each - 20) ** 2 for each in counts)
    assert (variance > 60) == (bursts > 1)


def test_a_flash_is_so_many_times_the_rate():
    found = list(times(Flow(rate=20, flash=(100, 200, 10)), 300, Random(3)))
    assert len([at for at in found if 100 <= at < 200]) == pytest.approx(20_000, rel=0.05)
    assert len([at for at in found if at < 100]) == pytest.approx(2_000, rel=0.1)


def test_an_account_of_all_is_what_breaks_first():
    """In PostgreSQL, attempts wait for one another at it; in Valkey, and at accounts of their own, not."""
    costs = Costs()
    told = {"processes": 100, "rate": 4_000.0, "tenants": [1 / 500] * 500}
    hot = Rows(postgresql(costs), common=True, **told).play(3.0)
    apart = Rows(postgresql(costs), **told).play(3.0)
    script = Rows(valkey(costs), common=True, **told).play(3.0)
    assert hot.at(0.5) > 10 * apart.at(0.5)
    assert script.at(0.5) < apart.at(0.5)
    assert hot.batch > 2 * apart.batch


def test_what_waits_for_longer_than_its_patience_is_refused():
    costs = Costs()
    found = Rows(postgresql(costs), processes=1_500, rate=3_000.0, tenants=[1.0]).play(3.0)
    assert found.refused > 2 * len(found.took)


def test_an_exchange_is_as_long_as_it_was_measured():
    """Four processes, one account, 2.4 ms to and fro: 190 exchanges a second."""
    far = postgresql(replace(Costs(), round_trip=2.4e-3, flush=0.0))
    found = Rows(far, processes=4, rate=800.0, tenants=[1.0]).play(4.0)
    assert found.exchanges / found.seconds == pytest.approx(190, rel=0.25)


def test_sizes_and_accounts_are_tables():
    said = table(sizes.rows(Costs(), 1)) + table(accounts.rows(Costs(), 1, 0.3))
    assert said == table(sizes.rows(Costs(), 1)) + table(accounts.rows(Costs(), 1, 0.3))
    assert "| 100,000 |" in said


def test_a_cost_is_changed_by_its_name():
    assert changed(Costs(), ["request=330e-6"]).request == 330e-6
    with pytest.raises(ValueError, match="there is no cost 'requests'"):
        changed(Costs(), ["requests=1"])
