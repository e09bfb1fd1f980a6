"""The ledger against a plain list of everything that was ever written down."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from interlock.budgets.ledger import Ledger, Reservation
from interlock.budgets.shortfalls import Shortfall
from interlock.testing import FakeClock
from interlock.types.budgets import Budget
from interlock.types.windows import window

NOON = datetime(2026, 11, 22, 12, 30, 10, tzinfo=UTC).timestamp()


@dataclass
class Written:
    """One reservation as the model keeps it: amounts in tokens and thousandths of a dollar."""

    reservation: Reservation
    tokens: int
    money: int
    places: list = field(default_factory=list)
    requests: int = 1
    open: bool = True


BUDGETS = [
    Budget(id="all", per="day", usd=3, requests=40),
    Budget(id="team", per="hour", usd=1, tokens=2_000, requests=9, each="team"),
    Budget(id="acme", per="month", usd=0.5, where={"customer": "acme"}),
    Budget(id="a", per="minute", requests=3, deployments=frozenset({"a"})),
]
amounts = st.integers(0, 900)
metadatas = st.fixed_dictionaries(
    {}, optional={"team": st.sampled_from(["legal", "sales"]), "customer": st.sampled_from(["acme", "other"])}
)


class Accounting(RuleBasedStateMachine):
    """The ledger says yes exactly when a plain list of everything written down says so."""

    def __init__(self):
        super().__init__()
        self.clock = FakeClock(NOON)
        self.ledger = Ledger(BUDGETS, self.clock)
        self.written = []

    def places(self, deployment, metadata):
        """The accounts that an attempt falls under now."""
        for budget in BUDGETS:
            if budget.deployments and deployment not in budget.deployments:
                continue
            if any(metadata.get(key) != value for key, value in budget.where.items()):
                continue
            whose = metadata.get(budget.each) if budget.each else None
            yield budget, whose, window(budget.per, self.clock())[0]

    def fits(self, places, tokens, money):
        for place in places:
            budget = place[0]
            held = [each for each in self.written if any(place == other for other in each.places)]
            limits = (
                (budget.requests, sum(each.requests for each in held) + 1),
                (budget.tokens, sum(each.tokens for each in held) + tokens),
                (
                    None if budget.usd is None else budget.usd * 1_000,
                    sum(each.money for each in held) + money,
                ),
            )
            if any(limit is not None and amount > limit for limit, amount in limits):
                return False
        return True

    @rule(deployment=st.sampled_from("ab"), metadata=metadatas, tokens=amounts, money=amounts)
    def reserve(self, deployment, metadata, tokens, money):
        places = list(self.places(deployment, metadata))
        expected = self.fits(places, tokens, money)
        asked = (metadata, tokens, money / 1_000)
        assert (self.ledger.shortfall(deployment, *asked) is None) is expected
        assert expected or not self.ledger.ample(*asked)
        found = self.ledger.reserve(deployment, *asked)
        assert isinstance(found, Reservation) is expected
        if expected:
            self.written.append(Written(found, tokens, money, places))
        else:
            assert found.resets_at is None or self.clock() < found.resets_at

    @rule(metadata=metadatas, money=amounts)
    def unpriced(self, metadata, money):
        assert isinstance(self.ledger.reserve("a", metadata, 0, None), Shortfall)

    @rule(data=st.data(), tokens=st.integers(-5, 2_000), money=st.integers(-5, 2_000))
    def settle(self, data, tokens, money):
        if self.written:
            each = data.draw(st.sampled_from(self.written))
            self.ledger.settle(each.reservation, tokens, money / 1_000)
            if each.open:
                each.open, each.tokens, each.money = False, max(0, tokens), max(0, money)

    @rule(data=st.data())
    def release(self, data):
        if self.written:
            each = data.draw(st.sampled_from(self.written))
            self.ledger.release(each.reservation)
            if each.open:
                each.open, each.requests, each.tokens, each.money = False, 0, 0, 0

    @rule(seconds=st.one_of(st.floats(0, 120), st.sampled_from([3_600.0, 86_400.0, 40 * 86_400.0])))
    def wait(self, seconds):
        self.clock.advance(seconds)

    @invariant()
    def nothing_is_held_once_all_is_closed(self):
        if all(not each.open for each in self.written):
            for team in ("legal", "sales"):
                found = self.ledger.shortfall("a", {"team": team, "customer": "acme"}, 2_000, 0.5)
                assert found is None or "held" not in found.sentence


TestAccounting = Accounting.TestCase
TestAccounting.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
