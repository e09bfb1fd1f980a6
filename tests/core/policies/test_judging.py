"""Each key of a rule says of a deployment what failed, with the fact and since when it is known."""

import re
from dataclasses import replace
from typing import Any

import pytest

from interlock.policies import Forbidden, Permitted, Rule
from interlock.policies.judging import Site, failings
from interlock.types.handling import Handling
from interlock.types.models import Deployment, ModelCard

CARD = ModelCard(id="acme/one", maker="Acme", jurisdiction="us")
KNOWN = Handling(
    stored="us",
    operator="us",
    parent="cn",
    agreements=frozenset({"dpa"}),
    retention_days=30,
    training=True,
    source="acme.example/terms",
    as_of="2026-11-01",
)
US = Deployment(id="d", card=CARD, provider="openai-compatible", name="one", region="us", handling=KNOWN)
UNKNOWN = replace(US, region="global", handling=Handling())
OWN = replace(US, region="de", on_premise=True, handling=Handling())
ADEQUATE = {"ch": "", "jp": "", "us": "dpf"}


def said(deployment: Deployment, *, permit: Any = None, forbid: Any = None) -> tuple[str, ...]:
    rule = Rule(
        id="r",
        levels=frozenset({"personal"}),
        permit=Permitted(**permit) if permit else None,
        forbid=Forbidden(**forbid) if forbid else Forbidden(),
    )
    return failings(rule, Site.of(deployment), ADEQUATE)


def names(*given: str) -> frozenset[str]:
    return frozenset(given)


EU = names("eu")
TOLD = " as of 2026-11-01 (acme.example/terms)"


@pytest.mark.parametrize(
    ("permit", "told"),
    [
        ({"places": EU}, f"processed in us{TOLD}, permits eu"),
        ({"storage": EU}, f"stored in us{TOLD}, permits eu"),
        ({"operators": EU}, f"its operator is in us{TOLD}, permits eu"),
        ({"parents": EU}, f"its operator's parent is in cn{TOLD}, permits eu"),
        ({"laws": names("us")}, f"its operator's parent is in cn{TOLD}, permits the law of us"),
        ({"on_premise": True}, "not on premise"),
        ({"agreements": names("dpa", "baa")}, f"no baa is recorded{TOLD}"),
        ({"retention_days": 7}, f"requests are kept 30 days{TOLD}, permits 7"),
        ({"training": False}, f"requests are trained on{TOLD}"),
    ],
)
def test_what_differs_from_what_is_permitted_is_told(permit: dict[str, Any], told: str) -> None:
    assert said(US, permit=permit) == (told,)


@pytest.mark.parametrize(
    "permit",
    [
        {"places": EU},
        {"storage": EU},
        {"operators": EU},
        {"parents": EU},
        {"laws": EU},
        {"on_premise": True},
        {"agreements": names("dpa")},
        {"retention_days": 365},
        {"training": False},
        {"transfers": names("adequate")},
    ],
)
def test_what_is_not_known_is_denied(permit: dict[str, Any]) -> None:
    assert said(UNKNOWN, permit=permit)


@pytest.mark.parametrize(
    ("forbid", "told"),
    [
        ({"places": names("us")}, f"processed in us{TOLD}, forbids us"),
        ({"storage": names("us")}, f"stored in us{TOLD}, forbids us"),
        ({"operators": names("us")}, f"its operator is in us{TOLD}, forbids us"),
        ({"parents": names("cn")}, f"its operator's parent is in cn{TOLD}, forbids cn"),
        ({"vendors": names("acme")}, "acme is a denied vendor"),
    ],
)
def test_what_is_forbidden_is_told(forbid: dict[str, Any], told: str) -> None:
    assert said(US, forbid=forbid) == (told,)


def test_a_forbidden_law_reaches_through_the_parent() -> None:
    [told] = said(US, forbid={"laws": names("cn")})
    assert "its operator's parent is in cn" in told
    assert not said(US, forbid={"laws": names("ru")})


@pytest.mark.parametrize("key", ["places", "storage", "operators", "parents", "laws"])
def test_what_may_be_forbidden_is_forbidden(key: str) -> None:
    assert said(UNKNOWN, forbid={key: names("cn")})


def test_a_place_within_a_forbidden_one_is_forbidden_and_one_around_it_too() -> None:
    within = replace(US, region="fr")
    around = replace(US, region="eu")
    assert said(within, forbid={"places": EU})
    assert said(around, forbid={"places": names("fr")})
    assert not said(replace(US, region="de"), forbid={"places": names("fr")})


def test_every_place_of_several_must_be_permitted() -> None:
    both = replace(US, region="ch+eu")
    assert said(both, permit={"places": EU})
    assert not said(both, permit={"places": names("eu", "ch")})


def test_on_the_users_own_ground_nobody_else_keeps_reads_or_trains() -> None:
    everything = {
        "places": EU,
        "storage": EU,
        "operators": EU,
        "parents": EU,
        "laws": EU,
        "on_premise": True,
        "agreements": names("dpa"),
        "retention_days": 0,
        "training": False,
    }
    assert said(OWN, permit=everything) == ()
    trained = replace(OWN, handling=Handling(training=True, retention_days=9))
    assert len(said(trained, permit=everything)) == 2


def test_adequate_places_are_admitted_and_are_no_members_of_the_union() -> None:
    swiss = replace(US, region="ch", handling=replace(KNOWN, stored="ch"))
    assert said(swiss, permit={"places": EU})
    assert not said(swiss, permit={"places": EU, "transfers": names("adequate")})
    assert not said(swiss, permit={"transfers": names("adequate")})
    assert not said(replace(swiss, region="no"), permit={"transfers": names("adequate")})


def test_transfers_ask_for_storage_too() -> None:
    [told] = said(replace(US, region="jp"), permit={"transfers": names("adequate")})
    assert told.startswith("stored in us")


@pytest.mark.parametrize(
    ("transfers", "agreed", "held"),
    [
        (("adequate",), ("dpf",), False),
        (("adequate", "dpf"), (), False),
        (("adequate", "dpf"), ("dpf",), True),
    ],
)
def test_a_condition_counts_where_it_is_named_and_recorded(
    transfers: tuple[str, ...], agreed: tuple[str, ...], held: bool
) -> None:
    deployment = replace(US, handling=replace(KNOWN, agreements=frozenset(agreed)))
    assert (said(deployment, permit={"transfers": frozenset(transfers)}) == ()) is held


def test_a_rule_that_permits_anything_denies_nothing() -> None:
    rule = Rule(id="r", levels=frozenset({"personal"}), permit=Permitted())
    assert failings(rule, Site.of(UNKNOWN), ADEQUATE) == ()


def test_nothing_that_is_told_is_empty() -> None:
    [told] = said(UNKNOWN, permit={"operators": EU})
    assert re.fullmatch(r"who its operator is was not recorded, permits eu", told)


def test_a_deployment_is_judged_where_its_vendor_is_told_to_keep_a_request() -> None:
    anywhere = replace(US, region="global", pins={"us": {"geo": "us"}}, handling=replace(KNOWN, parent="us"))
    rule = Rule(
        id="r", levels=frozenset({"personal"}), permit=Permitted(places=names("us"), laws=names("us"))
    )
    assert failings(rule, Site.of(anywhere), ADEQUATE)
    assert failings(rule, Site.of(anywhere, pinned="us"), ADEQUATE) == ()
