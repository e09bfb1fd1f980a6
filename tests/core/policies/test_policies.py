"""Rules only ever tighten, in whatever order they stand, and so does what is detected."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock.policies import ANY, Forbidden, Permitted, Policies, PolicyConstraint, Rule, Sealing
from interlock.protocols import ConstraintCall, Sealed
from interlock.types.handling import Handling
from interlock.types.models import Deployment, ModelCard
from interlock.types.request import Constraints, Request
from interlock.types.sensed import Sensed

LEVELS = ("public", "internal", "personal")
REGIONS = ("eu", "de", "us", "cn", "ch+eu", "global", "local")
CARDS = [ModelCard(id=f"{maker}/m", maker=maker, jurisdiction="us") for maker in ("acme", "zhipu")]

homes = st.sampled_from(["", "us", "de", "cn"])
handlings = st.builds(
    Handling,
    stored=st.sampled_from(REGIONS),
    operator=homes,
    parent=homes,
    agreements=st.frozensets(st.sampled_from(["dpa", "dpf"])),
    retention_days=st.sampled_from([None, 0, 30]),
    training=st.sampled_from([None, False, True]),
)
deployments = st.builds(
    Deployment,
    id=st.just("d"),
    card=st.sampled_from(CARDS),
    provider=st.just("p"),
    name=st.just("m"),
    region=st.sampled_from(REGIONS),
    on_premise=st.booleans(),
    handling=handlings,
)
places = st.frozensets(st.sampled_from(["eu", "us", "cn", "ch"]), max_size=2)
permits = st.builds(
    Permitted,
    places=places,
    storage=places,
    operators=places,
    parents=places,
    laws=places,
    on_premise=st.booleans(),
    agreements=st.frozensets(st.sampled_from(["dpa"])),
    retention_days=st.sampled_from([None, 0, 30]),
    training=st.sampled_from([None, False]),
    transfers=st.sampled_from([frozenset[str](), frozenset({"adequate"}), frozenset({"adequate", "dpf"})]),
)
forbids = st.builds(
    Forbidden, places=places, laws=places, vendors=st.frozensets(st.sampled_from(["acme"]), max_size=1)
)
levels = st.frozensets(st.sampled_from(LEVELS), min_size=1)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    return Rule(
        id=f"r{draw(st.integers(0, 10**9))}",
        levels=draw(levels),
        permit=draw(st.none() | st.just(ANY) | permits),
        forbid=draw(st.just(Forbidden()) | forbids),
        sealed=draw(st.none() | st.builds(Sealing, level=st.sampled_from(LEVELS), unchanged=st.booleans())),
    )


def distinct(some: list[Rule]) -> list[Rule]:
    return [replace(rule, id=f"{at}-{rule.id}") for at, rule in enumerate(some)]


OPEN = Rule(id="0", levels=frozenset(LEVELS), permit=ANY)
rule_lists = st.lists(rules(), max_size=5).map(distinct)
RANK = {"allowed": 2, "sealed": 1, "denied": 0}


def made(some: list[Rule], **more: Any) -> Policies:
    return Policies(some, levels=LEVELS, adequate={"ch": "", "us": "dpf"}, **more)


def verdict(
    policies: Policies, deployment: Deployment, declared: frozenset[str], sensed: Sensed | None = None
) -> int:
    """2 where a deployment may have the request as it is, 1 sealed, 0 not at all."""
    call = ConstraintCall(
        request=Request("hello"),
        constraints=Constraints(sensitivity=declared),
        deployment=deployment,
        provider=None,
        input_tokens=1,
        sensed=sensed or Sensed(),
    )
    found = PolicyConstraint(policies).check(call)
    return RANK["allowed" if found is None else "sealed" if isinstance(found, Sealed) else "denied"]


@given(rule_lists, rules(), deployments, levels)
def test_another_rule_never_adds_a_deployment(
    some: list[Rule], another: Rule, deployment: Deployment, declared: frozenset[str]
) -> None:
    """Where each level is open; the first rule that permits anything of a level opens it."""
    before = made([OPEN, *some])
    after = made([OPEN, *some, replace(another, id="another")])
    assert verdict(after, deployment, declared) <= verdict(before, deployment, declared)


@given(rule_lists, deployments, levels, st.integers(0, 99))
def test_the_order_of_rules_changes_nothing(
    some: list[Rule], deployment: Deployment, declared: frozenset[str], seed: int
) -> None:
    shuffled = random.Random(seed).sample(some, len(some))
    assert made(some).judge(deployment, declared) == made(shuffled).judge(deployment, declared)


@given(rule_lists, deployments, levels, levels)
def test_another_level_never_adds_a_deployment(
    some: list[Rule], deployment: Deployment, declared: frozenset[str], more: frozenset[str]
) -> None:
    policies = made([OPEN, *some])
    assert verdict(policies, deployment, declared | more) <= verdict(policies, deployment, declared)


sensings = st.builds(
    Sensed,
    kinds=st.frozensets(st.sampled_from(["email", "iban", "face"])),
    failed=st.booleans(),
    sealable=st.booleans(),
    unread=st.booleans(),
    changed=st.sampled_from([None, False, True]),
)


@given(rule_lists, deployments, levels, sensings)
def test_what_is_detected_only_tightens(
    some: list[Rule], deployment: Deployment, declared: frozenset[str], sensed: Sensed
) -> None:
    policies = made([OPEN, *some], detected={"email": "personal", "*": "internal"})
    nothing = Sensed(changed=sensed.changed)
    assert verdict(policies, deployment, declared, sensed) <= verdict(policies, deployment, declared, nothing)


@given(rule_lists, deployments, levels)
def test_what_is_said_once_is_said_again(
    some: list[Rule], deployment: Deployment, declared: frozenset[str]
) -> None:
    kept, fresh = made(some, deployments=[deployment]), made(some)
    for _ in range(2):
        assert kept.judge(deployment, declared) == fresh.judge(deployment, declared)
    elsewhere = replace(deployment, region="cn", on_premise=False)
    assert kept.judge(elsewhere, declared) == fresh.judge(elsewhere, declared)


US = Deployment(id="us", card=CARDS[0], provider="p", name="m", region="us")
PERSONAL = frozenset({"personal"})


def test_a_level_of_which_nothing_is_permitted_permits_nothing() -> None:
    policies = made([Rule(id="r", levels=PERSONAL, forbid=Forbidden(places=frozenset({"cn"})))])
    for level in LEVELS:
        assert "no policy permits anything" in policies.judge(US, frozenset({level})).sentence


def test_what_is_forbidden_outweighs_what_is_permitted() -> None:
    rule = Rule(
        id="r",
        levels=PERSONAL,
        source="a memo",
        permit=Permitted(places=frozenset({"us"})),
        forbid=Forbidden(vendors=frozenset({"acme"})),
    )
    assert made([rule]).judge(US, PERSONAL).sentence == "policy r (a memo): acme is a denied vendor"


@pytest.mark.parametrize(
    ("declared", "sensed", "expected"),
    [
        ((), None, {"internal": "the default"}),
        ((), Sensed(), {"internal": "the default"}),
        (("public",), None, {"public": "declared"}),
        ((), Sensed(kinds=frozenset({"email", "iban"})), {"personal": "email and iban found"}),
        (("personal",), Sensed(kinds=frozenset({"email"})), {"personal": "declared, email found"}),
        ((), Sensed(kinds=frozenset({"face"})), {"internal": "the default"}),
        ((), Sensed(failed=True), {"personal": "a guardrail failed to look"}),
    ],
)
def test_a_request_has_the_levels_that_are_declared_and_detected(
    declared: tuple[str, ...], sensed: Sensed | None, expected: dict[str, str]
) -> None:
    policies = made([OPEN], default="internal", detected={"email": "personal", "iban": "personal"})
    assert dict(policies.levels_of(frozenset(declared), sensed)) == expected


def test_without_a_default_nothing_applies_to_what_is_not_declared() -> None:
    policies = made([replace(OPEN, permit=Permitted(on_premise=True))])
    assert verdict(policies, US, frozenset()) == RANK["allowed"]


def test_a_level_that_there_is_not_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(RequestError, match=r"'persnal' is no level.*Did you mean 'personal'"):
        made([OPEN]).check(["persnal"])


SEALING = Rule(
    id="eu", levels=PERSONAL, permit=Permitted(places=frozenset({"eu"})), sealed=Sealing(level="internal")
)
INTERNAL = Rule(id="in", levels=frozenset({"internal"}), permit=ANY)


@pytest.mark.parametrize(
    ("sensed", "changes", "expected"),
    [
        (Sensed(), {}, "sealed"),
        (Sensed(changed=True), {}, "sealed"),
        (Sensed(changed=False), {}, "denied"),
        (Sensed(changed=False), {"unchanged": True}, "sealed"),
        (Sensed(sealable=False), {}, "denied"),
        (Sensed(sealable=False), {"unchanged": True, "unread": True}, "denied"),
        (Sensed(failed=True), {}, "denied"),
        (Sensed(unread=True), {}, "denied"),
        (Sensed(unread=True), {"unread": True}, "sealed"),
    ],
)
def test_a_sealed_request_counts_as_another_level_where_sealing_can_be_relied_on(
    sensed: Sensed, changes: dict[str, bool], expected: str
) -> None:
    rule = replace(SEALING, sealed=Sealing(level="internal", **changes))
    assert verdict(made([rule, INTERNAL]), US, PERSONAL, sensed) == RANK[expected]


def test_each_rule_that_denies_must_say_as_what_a_sealed_request_counts() -> None:
    hard = Rule(id="hard", levels=PERSONAL, forbid=Forbidden(places=frozenset({"us"})))
    assert verdict(made([SEALING, INTERNAL, hard]), US, PERSONAL) == RANK["denied"]


def test_the_rules_of_the_level_that_it_counts_as_must_hold() -> None:
    strict = replace(INTERNAL, permit=Permitted(on_premise=True))
    assert verdict(made([SEALING, strict]), US, PERSONAL) == RANK["denied"]


def test_what_is_not_open_is_not_opened_by_sealing() -> None:
    both = PERSONAL | {"public"}
    assert verdict(made([SEALING, INTERNAL]), US, both) == RANK["denied"]


def test_a_vendor_is_told_to_keep_a_request_where_the_rules_hold_and_constraints_do_too() -> None:
    anywhere = replace(US, region="global", pins={"us": {"geo": "us"}, "de": {"geo": "de"}})
    policies = made([replace(SEALING, sealed=None), INTERNAL])
    assert policies.pin(anywhere, PERSONAL, Constraints()) == "de"
    assert policies.pin(anywhere, frozenset({"internal"}), Constraints()) == ""
    assert policies.pin(replace(anywhere, region="fr"), PERSONAL, Constraints()) == ""
    asked = ConstraintCall(
        request=Request("hello"),
        constraints=Constraints(sensitivity=PERSONAL),
        deployment=anywhere,
        provider=None,
        input_tokens=1,
    )
    rule = PolicyConstraint(policies)
    assert rule.check(asked) is None
    assert rule.check(replace(asked, constraints=Constraints(sensitivity=PERSONAL, residency={"us"})))
