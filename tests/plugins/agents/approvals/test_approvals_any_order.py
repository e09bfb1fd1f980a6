"""Whatever agents and people do, in whatever order: no effect without consent to it, and no consent twice."""

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import create_engine

from interlock.types.approvals import ApprovalRequest, Grant
from interlock_agents.approvals import NotApprovable, asking, clock, consume, deciding
from interlock_agents.migrations.tables import metadata
from waiting import asked, place_of

_PATHS = st.sampled_from(["a", "b"])
_STEPS = st.sampled_from(["n/0/0", "n/1/0", "m/0/0"])
_NAMES = st.sampled_from(["Ada", "ada", "Grace"])
_WAITS, _LASTS = 100.0, 50.0


@dataclass(frozen=True)
class Consent:
    """What was agreed to, as the test remembers it."""

    id: str
    request: ApprovalRequest
    at: float  # on the clock that nobody sets


class Desk(RuleBasedStateMachine):
    """The functions of the room on one connection, beside a memory of what people said."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine("sqlite://")
        metadata.create_all(self.engine)
        self.connection = self.engine.connect()
        self.wall, self.elapsed = 1_000_000.0, 10.0
        self.ids: list[str] = []
        self.grants: list[Grant] = []
        self.consents: dict[str, Consent] = {}
        self.denied: set[str] = set()
        self.effects: dict[str, str] = {}  # effect -> the grant that it used
        self.needed = 1

    def teardown(self) -> None:
        self.connection.close()
        self.engine.dispose()

    def moment(self) -> clock.Moment:
        return clock.Moment(wall=self.wall, boot="this", elapsed=self.elapsed)

    @rule(path=_PATHS, step=_STEPS, again=st.booleans())
    def put(self, path: str, step: str, again: bool) -> None:
        request = asked({"path": path}, step=step)
        found = asking.put(
            self.connection,
            request,
            effect=place_of(request),
            moment=self.moment(),
            waits=_WAITS,
            needed=self.needed,
            again=again,
        )
        assert found.request == request
        assert not (again and found.denied)
        if found.id not in self.ids:
            self.ids.append(found.id)

    @rule(number=st.integers(0, 20), by=_NAMES)
    def approve(self, number: int, by: str) -> None:
        if not self.ids:
            return
        id_ = self.ids[number % len(self.ids)]
        grant = f"grant-{len(self.grants)}"
        try:
            found = deciding.approve(
                self.connection, id_, by=by, lasts=_LASTS, moment=self.moment(), grant=grant
            )
        except NotApprovable:
            return
        assert id_ not in self.denied
        if found.grant is not None:
            self.grants.append(found.grant)
            self.consents[grant] = Consent(found.id, found.request, self.elapsed)
            assert len(found.agreed) == found.needed

    @rule(number=st.integers(0, 20), by=_NAMES)
    def deny(self, number: int, by: str) -> None:
        if not self.ids:
            return
        id_ = self.ids[number % len(self.ids)]
        try:
            deciding.deny(self.connection, id_, by=by, why="no", moment=self.moment())
        except NotApprovable:
            return
        self.denied.add(id_)

    @rule(number=st.integers(0, 20), path=_PATHS, step=_STEPS, effect=_STEPS)
    def use(self, number: int, path: str, step: str, effect: str) -> None:
        if not self.grants:
            return
        grant = self.grants[number % len(self.grants)]
        request = asked({"path": path}, step=step)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(clock, "boot", lambda: "this")
            patched.setattr(clock, "elapsed", lambda: self.elapsed)
            why = consume(self.connection, grant, request, effect=f"run-1/{effect}", now=self.wall)
        if why is not None:
            return
        consent = self.consents[grant.id]
        assert request == consent.request, "it is what was agreed to"
        assert f"run-1/{effect}" == place_of(request), "and where"
        there = f"run-1/{effect}"
        if self.effects.get(there) == grant.id:
            return  # the same effect, which goes on
        assert grant.id not in self.effects.values(), "and once"
        assert self.elapsed - consent.at < _LASTS, "and in time"
        assert consent.id not in self.denied, "and nobody has taken it back"
        self.effects[there] = grant.id

    @rule(seconds=st.sampled_from([1.0, 30.0, 60.0, 120.0]), back=st.sampled_from([0.0, 0.0, 20.0, 200.0]))
    def time(self, seconds: float, back: float) -> None:
        """Time passes, and somebody may set the wall clock back."""
        self.elapsed += seconds
        self.wall += seconds - back

    @invariant()
    def what_is_used_was_agreed_to_in_time(self) -> None:
        for effect, grant in self.effects.items():
            consent = self.consents[grant]
            assert place_of(consent.request) == effect


Desk.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestInAnyOrder = Desk.TestCase
