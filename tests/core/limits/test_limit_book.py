"""Limits over documents: the rules of the kit, and no window that ever has more than it may."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from interlock.limits import LocalLimits, exchange, shared_out
from interlock.testing import LimitsConformance
from interlock.types.limits import LimitedLine, LimitsCall, LimitsPlace, Rate, SharedLimit, Wanted
from memory_limits import MemoryKind, Place


class TestDocuments(LimitsConformance):
    kind = MemoryKind(Place())

    def place(self) -> LimitsPlace:
        self.kind.place.documents.clear()
        return LimitsPlace(url="memory://")


@dataclass
class World:
    """Processes that want to send all the time, at a clock that a test moves."""

    limit: SharedLimit
    now: float = 1_000_000.0
    number: int = 0
    documents: dict = field(default_factory=dict)
    sent: list[tuple[float, int]] = field(default_factory=list)

    def asks(self, process: str, wanted: tuple[Wanted, ...]) -> int:
        self.number += 1
        line = LimitedLine(name="line", limits=(self.limit,), wanted=wanted)
        call = LimitsCall(process=process, number=self.number, lines=(line,))
        granted = exchange(self.documents, call, self.now).lines["line"].granted
        self.sent += [(self.now, each.tokens) for each in wanted[:granted]]
        return granted


STEPS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.lists(st.tuples(st.floats(0, 5), st.integers(0, 60)), max_size=6),
        st.one_of(st.floats(0, 0.2), st.floats(0, 8)),
    ),
    max_size=60,
)


@given(STEPS, st.sampled_from([1.0, 7.0]))
def test_no_window_has_more_than_a_rate_allows(steps, seconds):
    world = World(SharedLimit(name="limit", rates=(Rate(seconds=seconds, requests=8, tokens=100),)))
    for process, wanted, pause in steps:
        waiting = sorted(
            (Wanted(age=age, tokens=tokens) for age, tokens in wanted), key=lambda each: -each.age
        )
        world.asks(process, tuple(waiting))
        world.now += pause
    for start, _ in world.sent:
        window = [tokens for at, tokens in world.sent if start <= at <= start + seconds]
        assert len(window) <= 8
        assert sum(window) <= 100


def used_under_load(rate: Rate) -> float:
    """The part of a rate that three processes use which always want more, over ten windows."""
    world = World(SharedLimit(name="limit", rates=(rate,)))
    begun = world.now
    while world.now < begun + 10 * rate.seconds:
        for process in "abc":
            world.asks(process, (Wanted(age=1.0, tokens=10),) * 20)
        world.now += rate.seconds / 500
    whole = rate.requests or (rate.tokens or 0) / 10
    return len(world.sent) / (10 * whole)


def test_under_load_nine_tenths_of_a_rate_are_used():
    assert used_under_load(Rate(seconds=1.0, requests=200)) > 0.9
    assert used_under_load(Rate(seconds=60.0, requests=200)) > 0.92
    assert used_under_load(Rate(seconds=60.0, tokens=2_000)) > 0.92


def test_those_that_were_out_of_touch_hold_their_places_until_they_can_have_said_so():
    limit = SharedLimit(name="limit", places=2)
    world = World(limit)
    assert world.asks("a", (Wanted(age=0.0),) * 2) == 2
    world.now += 60.0  # the database was away for longer than any lease
    assert world.asks("b", (Wanted(age=0.0),)) == 0
    world.now += 3.0
    assert world.asks("b", (Wanted(age=3.0),)) == 1


def test_a_share_is_never_nothing():
    limit = SharedLimit(name="limit", places=2, rates=(Rate(seconds=1.0, requests=10),))
    assert shared_out(limit, 3) == SharedLimit(name="limit", places=1, rates=(Rate(seconds=1.0, requests=3),))
    assert shared_out(SharedLimit(name="limit"), 3) == SharedLimit(name="limit")


async def test_one_process_may_keep_to_them_by_itself():
    limits = LocalLimits(lambda: 5.0)
    limit = SharedLimit(name="limit", places=1)
    line = LimitedLine(name="line", limits=(limit,), wanted=(Wanted(age=0.0),) * 2)
    reply = await limits.exchange(LimitsCall(process="a", number=1, lines=(line,)))
    assert (reply.at, reply.lines["line"].granted) == (5.0, 1)
    await limits.aclose()
