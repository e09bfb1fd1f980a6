import threading
from datetime import UTC, datetime

import pytest

from interlock.budgets import books
from interlock.budgets.ledger import Ledger, Reservation
from interlock.budgets.shortfalls import Shortfall
from interlock.testing import FakeClock
from interlock.types.budgets import Budget
from interlock.types.windows import until, window

NOON = datetime(2026, 11, 22, 12, 30, 10, tzinfo=UTC).timestamp()
LEGAL = {"team": "legal"}


@pytest.fixture
def clock():
    return FakeClock(NOON)


def ledger(clock, **facts):
    return Ledger([Budget(**({"id": "b", "per": "hour"} | facts))], clock)


def take(book, metadata=None, *, deployment="a", tokens=0, usd=0.0):
    return book.reserve(deployment, metadata or {}, tokens, usd)


def spend(book, metadata=None, **amounts):
    """An attempt that used what it reserved."""
    reservation = take(book, metadata, **amounts)
    assert isinstance(reservation, Reservation)
    book.settle(reservation, amounts.get("tokens", 0), amounts.get("usd", 0.0))


def refusal(book, metadata=None, **amounts):
    found = take(book, metadata, **amounts)
    assert isinstance(found, Shortfall)
    return found


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("minute", "2026-11-22T12:30", "2026-11-22T12:31"),
        ("hour", "2026-11-22T12:00", "2026-11-22T13:00"),
        ("day", "2026-11-22T00:00", "2026-11-23T00:00"),
        ("month", "2026-11-01T00:00", "2026-12-01T00:00"),
    ],
)
def test_windows_are_those_of_the_calendar_in_utc(period, start, end):
    bounds = tuple(datetime.fromisoformat(f"{moment}+00:00").timestamp() for moment in (start, end))
    assert window(period, NOON) == bounds
    assert window(period, bounds[0]) == bounds
    assert window(period, bounds[1])[0] == bounds[1]


def test_december_is_followed_by_january():
    start, end = window("month", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
    assert (until("month", start), until("month", end)) == ("2026-12-01 00:00 UTC", "2027-01-01 00:00 UTC")


def test_what_is_left_is_told_with_the_price_of_the_request(clock):
    book = ledger(clock, id="team-legal", usd=5)
    spend(book, usd=4.988)
    found = refusal(book, usd=0.0337)
    assert found.sentence == (
        "budget team-legal: 0.012 of 5.00 USD are left until 13:00 UTC; this request may cost 0.034 USD here"
    )
    assert found.resets_at == window("hour", NOON)[1]


def test_what_is_held_is_told_because_it_may_come_back(clock):
    book = ledger(clock, usd=1, tokens=10_000)
    held = take(book, usd=0.75, tokens=100)
    assert refusal(book, usd=0.5).sentence == (
        "budget b: 0.25 of 1.00 USD are left until 13:00 UTC and 0.75 are held for attempts under way; "
        "this request may cost 0.50 USD here"
    )
    book.settle(held, 20, 0.01)
    assert isinstance(take(book, usd=0.5), Reservation)
    assert refusal(book, tokens=9_981).sentence == (
        "budget b: 9,980 of 10,000 tokens are left until 13:00 UTC; this request may take 9,981 tokens here"
    )


def test_small_sums_add_up_exactly(clock):
    book = ledger(clock, usd=0.3)
    for usd in (0.1, 0.2):
        spend(book, usd=usd)
    assert refusal(book, usd=1e-12).sentence == (
        "budget b: 0.00 of 0.30 USD are left until 13:00 UTC; this request may cost 0.000000000001 USD here"
    )


def test_left_and_needed_never_read_the_same(clock):
    book = ledger(clock, usd=1)
    spend(book, usd=0.9659)
    assert "0.034 of 1.00 USD are left" in refusal(book, usd=0.034101).sentence
    assert "may cost 0.035 USD" in refusal(book, usd=0.034101).sentence


def test_requests_are_counted_as_they_begin_and_a_window_begins_anew(clock):
    book = ledger(clock, requests=2, per="minute")
    spend(book)
    take(book)
    assert refusal(book).sentence == "budget b: 0 of 2 requests are left until 12:31 UTC"
    clock.advance(50)
    assert isinstance(take(book), Reservation)


def test_a_month_is_named_by_its_date(clock):
    book = ledger(clock, requests=1, per="month")
    take(book)
    assert refusal(book).sentence.endswith("left until 2026-12-01 00:00 UTC")


def test_a_request_that_no_window_holds_is_told_not_to_wait(clock):
    found = refusal(ledger(clock, usd=5), usd=6)
    assert found == Shortfall(
        "budget b: there are 5.00 USD per hour; this request may cost 6.00 USD here", None
    )


def test_an_unknown_price_is_refused_where_dollars_are_counted_and_only_there(clock):
    assert refusal(ledger(clock, usd=1_000), usd=None) == Shortfall(
        "budget b counts USD, and no price is known here; give the deployment its price, 0 when it is free",
        None,
    )
    assert isinstance(take(ledger(clock, tokens=10), usd=None, tokens=10), Reservation)


def test_of_several_budgets_the_one_that_resets_last_is_told_and_none_is_charged(clock):
    book = Ledger(
        [
            Budget(id="minute", per="minute", requests=1),
            Budget(id="day", per="day", requests=1),
            Budget(id="hour", per="hour", requests=5),
        ],
        clock,
    )
    spend(book)
    assert refusal(book).sentence.startswith("budget day: 0 of 1")
    clock.advance(60)
    refusal(book)
    clock.advance(86_400)
    for _ in range(5):
        found = take(book)
        clock.advance(86_400)
        assert isinstance(found, Reservation), "a refusal had been counted"


def test_all_or_none(clock):
    book = Ledger([Budget(id="roomy", per="day", requests=2), Budget(id="tight", per="day", usd=1)], clock)
    for _ in range(5):
        refusal(book, usd=2)
    spend(book, usd=1)
    spend(book)
    assert "roomy" in refusal(book).sentence


def test_each_value_has_an_account_and_those_without_share_one(clock):
    book = ledger(clock, requests=1, each="team")
    take(book, LEGAL)
    take(book, {"team": "sales"})
    take(book, {"customer": "acme"})
    assert refusal(book, LEGAL).sentence.startswith("budget b for team legal: 0 of 1")
    assert refusal(book).sentence.startswith("budget b for requests without team: 0 of 1")
    assert isinstance(take(book, {"team": 7}), Reservation)
    refusal(book, {"team": "7"})


def test_a_value_cannot_forge_lines(clock):
    book = ledger(clock, requests=1, each="team")
    take(book, {"team": "x\nbudget"})
    assert "\n" not in refusal(book, {"team": "x\nbudget"}).sentence


def test_where_and_deployments_narrow_a_budget(clock):
    book = ledger(clock, requests=1, where={"customer": "acme"}, deployments=frozenset({"a"}))
    acme = {"customer": "acme"}
    for metadata, deployment in (({}, "a"), ({"customer": "other"}, "a"), (acme, "b")):
        assert isinstance(take(book, metadata, deployment=deployment), Reservation)
        assert isinstance(take(book, metadata, deployment=deployment), Reservation)
    take(book, acme)
    refusal(book, acme)


def test_an_answer_dearer_than_its_estimate_blocks_what_follows(clock):
    book = ledger(clock, usd=1)
    book.settle(take(book, usd=0.5), 100, 3.0)
    assert refusal(book, usd=0.01).sentence.startswith("budget b: 0.00 of 1.00 USD are left")
    clock.advance(3_600)
    assert isinstance(take(book, usd=1.0), Reservation)


def test_what_is_released_or_cheaper_comes_back(clock):
    book = ledger(clock, usd=1, requests=2, tokens=100)
    for _ in range(10):
        book.release(take(book, usd=1.0, tokens=100))
    book.settle(take(book, usd=1.0, tokens=100), 1, 0.1)
    assert isinstance(take(book, usd=0.9, tokens=99), Reservation)
    assert "0 of 2 requests" in refusal(book).sentence


def test_what_nobody_counted_stays_as_it_was_reserved(clock):
    book = ledger(clock, usd=1, tokens=10)
    book.settle(take(book, usd=0.6, tokens=6), None, None)
    refusal(book, usd=0.5)
    refusal(book, tokens=5)
    for nonsense in (float("nan"), float("inf")):
        book.settle(take(book, usd=0.1), 0, nonsense)
    assert isinstance(take(book, usd=0.2, tokens=4), Reservation)


def test_settling_twice_counts_once(clock):
    book = ledger(clock, usd=1)
    reservation = take(book, usd=1.0)
    book.settle(reservation, 0, 0.5)
    book.settle(reservation, 0, 0.0)
    book.release(reservation)
    assert isinstance(take(book, usd=0.5), Reservation)
    refusal(book, usd=0.1)


def test_less_than_nothing_is_nothing(clock):
    book = ledger(clock, usd=1, tokens=10)
    book.settle(take(book, usd=1.0, tokens=10), -1_000, -5.0)
    assert isinstance(take(book, usd=1.0, tokens=10), Reservation)
    refusal(book, tokens=1)
    refusal(book, usd=0.1)


def test_an_attempt_counts_where_it_began(clock):
    book = ledger(clock, usd=1)
    late = take(book, usd=1.0)
    clock.advance(3_600)
    other = take(book, usd=1.0)
    assert isinstance(other, Reservation)
    book.settle(late, 0, 1.0)
    book.settle(other, 0, 0.4)
    assert isinstance(take(book, usd=0.6), Reservation)


def test_a_clock_that_is_set_back_forgives_nothing():
    times = [NOON]
    book = ledger(lambda: times[0], requests=2)
    spend(book)
    times[0] -= 7_200
    spend(book)
    assert refusal(book).sentence.endswith("until 11:00 UTC")
    times[0] += 3_600
    spend(book)


def test_accounts_are_bounded_and_a_flood_of_names_resets_nobody(clock, monkeypatch):
    monkeypatch.setattr(books, "ACCOUNTS", 100)
    book = ledger(clock, requests=2, each="user")
    for _ in range(2):
        spend(book, {"user": "greedy"})
    for number in range(1_000):
        take(book, {"user": f"fake {number}"})
    refusal(book, {"user": "greedy"})
    assert refusal(book, {"user": "one more"}).sentence.startswith(
        "budget b for every user beyond 100: 0 of 2"
    )
    spend(book, {"user": "fake 5"})
    clock.advance(3_600)
    spend(book, {"user": "one more"})


def test_asking_opens_no_account(clock, monkeypatch):
    monkeypatch.setattr(books, "ACCOUNTS", 1)
    book = ledger(clock, requests=1, each="user", tokens=5)
    for number in range(10):
        assert book.shortfall("a", {"user": str(number)}, 1, 0.0) is None
        refusal(book, {"user": str(number)}, tokens=6)
    take(book, {"user": "x"})
    take(book, {"user": "y"})
    assert "for user x" in refusal(book, {"user": "x"}).sentence


def test_long_values_are_told_apart_by_their_beginning(clock):
    book = ledger(clock, requests=1, each="user")
    take(book, {"user": "x" * 10_000})
    assert len(refusal(book, {"user": "x" * 10_000}).sentence) < 300


def test_threads_share_a_budget_to_the_last_request(clock):
    book = ledger(clock, requests=500, usd=5)
    let_through = []

    def ask():
        for _ in range(200):
            found = take(book, usd=0.01)
            if isinstance(found, Reservation):
                let_through.append(found)
                book.settle(found, 1, 0.01)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_through) == 500


def test_a_snapshot_says_what_each_account_has_used(clock):
    book = Ledger(
        [
            Budget(id="all", per="day", usd=5.0, requests=10),
            Budget(id="teams", per="hour", tokens=100, each="team"),
            Budget(id="acme", per="hour", requests=3, where={"customer": "acme"}),
        ],
        clock,
    )
    quiet = [(row.budget, row.account, row.requests) for row in book.snapshot()]
    assert quiet == [("all", None, 0), ("acme", None, 0)]
    spend(book, LEGAL, tokens=30, usd=0.25)
    take(book, {}, tokens=10, usd=0.5)
    every, nobody, legal, acme = sorted(
        book.snapshot(), key=lambda row: (("all", "teams", "acme").index(row.budget), row.account or "")
    )
    assert (every.usd, every.tokens, every.requests) == (0.75, 40, 2)
    assert (every.limit_usd, every.limit_tokens, every.limit_requests) == (5.0, None, 10)
    assert every.resets_at == datetime(2026, 11, 23, tzinfo=UTC).timestamp()
    assert (nobody.account, nobody.tokens) == (None, 10)
    assert (legal.account, legal.tokens, legal.limit_tokens) == ("legal", 30, 100)
    assert acme.requests == 0
    clock.advance(3600)
    assert [(row.budget, row.requests) for row in book.snapshot()] == [("all", 2), ("acme", 0)]
