"""Rules only ever tighten: what one demands sealed no other opens, and what one forbids stays forbidden."""

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from guards_at_work import Accounts
from interlock import Record, Router, hookimpl
from interlock.constraints import needs
from interlock.engine.deciding.checker import ConstraintChecker
from interlock.engine.deciding.exclusions import Exclusion
from interlock.engine.deciding.replaying import Replay, replay
from interlock.protocols import ConstraintCall, Sealed, SurveyCall
from interlock.records import record_from_plain, record_to_plain
from interlock.testing import scripted_router
from interlock.types.facts import Seal
from interlock.types.models import Deployment, ModelCard
from interlock.types.request import Constraints, Request

IDS = ("a", "b", "c")
CARD = ModelCard(id="zhipu/glm-5.2", maker="zhipu", jurisdiction="cn")
DEPLOYMENTS = {id_: Deployment(id=id_, card=CARD, provider="known", region="eu", name="m") for id_ in IDS}
RANK = {None: 0, "sealed": 1, "excluded": 2}


class Rule:
    """Says of each deployment what it was made to say."""

    api = 1

    def __init__(self, name: str, says: dict[str, str | None], kind: str) -> None:
        self.name, self.says = name, says
        if kind != "asked":
            self.fixed = kind == "fixed"

    def idle(self, call: SurveyCall) -> bool:
        return not any(self.says.get(each.id) for each in call.deployments)

    def check(self, call: ConstraintCall) -> str | Sealed | None:
        said = self.says.get(call.deployment.id)
        return Sealed(f"{self.name} seals") if said == "sealed" else f"{self.name} excludes" if said else None


sayings = st.dictionaries(st.sampled_from(IDS), st.sampled_from([None, "sealed", "excluded"]))
kinds = st.sampled_from(["asked", "fixed", "selective"])
rules = st.lists(st.tuples(sayings, kinds), max_size=5).map(
    lambda given: [Rule(f"rule{at}", *each) for at, each in enumerate(given)]
)


def found(some: Sequence[Any], *, seals: bool = True) -> dict[str, Exclusion | Seal | None]:
    checker = ConstraintChecker(some, DEPLOYMENTS, {}, seals=seals)
    judged = checker.judge(Request("hello"), Constraints(), 1, needs(Request("hello")))
    return {id_: judged.get(id_) for id_ in DEPLOYMENTS}


def weight(finding: Exclusion | Seal | None) -> int:
    return 0 if finding is None else 1 if isinstance(finding, Seal) else 2


@settings(max_examples=40, deadline=None)
@given(rules)
def test_the_strictest_rule_counts_and_the_first_of_those_is_told(some: list[Rule]) -> None:
    for id_, finding in found(some).items():
        strictest = max((RANK[rule.says.get(id_)] for rule in some), default=0)
        assert weight(finding) == strictest
        if finding is not None:
            assert finding.rule == next(each.name for each in some if RANK[each.says.get(id_)] == strictest)


@settings(max_examples=40, deadline=None)
@given(rules, sayings, kinds, st.integers(0, 5), st.booleans())
def test_one_more_rule_never_loosens_anything(
    some: list[Rule], says: dict[str, str | None], kind: str, at: int, seals: bool
) -> None:
    more = [*some[:at], Rule("another", says, kind), *some[at:]]
    before, after = found(some, seals=seals), found(more, seals=seals)
    assert all(weight(after[id_]) >= weight(before[id_]) for id_ in IDS)


@settings(max_examples=40, deadline=None)
@given(rules)
def test_where_nobody_seals_nothing_is_sealed(some: list[Rule]) -> None:
    for id_, finding in found(some, seals=False).items():
        said = {rule.says.get(id_) for rule in some} - {None}
        assert isinstance(finding, Exclusion) is bool(said)


@settings(max_examples=40, deadline=None)
@given(rules)
def test_an_attempt_is_checked_as_the_decision_was(some: list[Rule]) -> None:
    checker = ConstraintChecker(some, DEPLOYMENTS, {}, seals=True)
    for id_, finding in found(some).items():
        assert checker.recheck(Request("hello"), Constraints(), DEPLOYMENTS[id_], 1) == finding


class Outside:
    """What leaves the EU leaves sealed. It reads the prompt, and is not asked of records."""

    api = 1
    name = "outside"

    @hookimpl
    def interlock_constraints(self) -> Iterable[Any]:
        return [self]

    def check(self, call: ConstraintCall) -> Sealed | None:
        if "ACC" not in call.request.messages[0].text or call.deployment.region == "eu":
            return None
        return Sealed("accounts stay in the EU")


PARTS = {
    "home": {"model": "scripted/home", "region": "eu", "treatment": "as_is"},
    "away": {"model": "scripted/away", "region": "us", "treatment": "as_is"},
}


def router(*plugins: Any, parts: Any = PARTS) -> Router:
    return scripted_router({"home": ["Hi."], "away": ["Hi."]}, plugins=plugins, deployments=parts)


def replayed(record: Record, other: Router) -> Replay:
    wiring = other.wiring
    return replay(record_from_plain(record_to_plain(record)), wiring.engine.decider, wiring.deployments)


def test_a_record_replays_to_the_same_treatments() -> None:
    made = router(Accounts(), Outside())
    record = made.complete_sync("How is ACC-424242?").record
    assert [each.treatment for each in record.decision.shortlist] == ["as_is", "sealed"]
    assert record.decision.shortlist[1].reasons[-1] == "only sealed: accounts stay in the EU"
    assert replayed(record, made).change == "same"
    assert [each.treatment for each in made.decide("Hello").shortlist] == ["as_is", "as_is"]


def test_a_record_replays_to_other_treatments_where_the_configuration_has_them() -> None:
    record = router(Accounts(), Outside()).complete_sync("How is ACC-424242?").record
    without = replayed(record, router(Outside())).now
    assert without is not None
    assert without.excluded == {"away": "only sealed, and no guardrail seals here: accounts stay in the EU"}
    parts = {name: {**part, "treatment": None} for name, part in PARTS.items()}
    again = replayed(record, router(Accounts(), Outside(), parts=parts))
    assert again.now is not None
    assert [each.treatment for each in again.now.shortlist] == ["sealed", "sealed"]
    assert again.change == "behind"
