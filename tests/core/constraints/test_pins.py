"""Which place a request is pinned to, and that a pin admits what nothing else would."""

from typing import Any

import pytest

from interlock.constraints import BUILTIN, pin_for
from interlock.protocols import ConstraintCall
from interlock.types.handling import Handling
from interlock.types.models import Deployment, ModelCard
from interlock.types.request import Constraints, Request

PINS = {"us": {"inference_geo": "us"}, "de+fr": {"inference_geo": "core-eu"}}
RULES = {rule.name: rule for rule in BUILTIN}


def there(region: str = "global", pins: Any = PINS, **handling: Any) -> Deployment:
    card = ModelCard(id="maker/m", maker="maker", jurisdiction="us")
    return Deployment(
        id="there", region=region, card=card, provider="vendor", name="m", pins=pins,
        handling=Handling(**handling),
    )  # fmt: skip


def said(rule: str, deployment: Deployment, constraints: Constraints) -> str | None:
    call = ConstraintCall(
        request=Request("hi"), constraints=constraints, deployment=deployment, provider=None, input_tokens=1
    )
    return RULES[rule].check(call)


def asking(**names: Any) -> Constraints:
    return Constraints(**{name: frozenset(value) for name, value in names.items()})


@pytest.mark.parametrize(
    ("residency", "pinned"),
    [
        ([], ""),
        (["us"], "us"),
        (["eu"], "de+fr"),
        (["eea"], "de+fr"),
        (["de", "fr"], "de+fr"),
        (["eu", "us"], "us"),
        (["de"], ""),
        (["cn"], ""),
        (["nowhere"], ""),
    ],
)
def test_the_first_place_that_lies_inside_is_the_one(residency, pinned):
    constraints = asking(residency=residency)
    assert pin_for(there(), constraints) == pinned
    assert (said("residency", there(), constraints) is None) is bool(pinned or not residency)


def test_what_stays_inside_anyway_is_not_pinned():
    assert pin_for(there("us"), asking(residency=["us"])) == ""
    assert said("residency", there("us"), asking(residency=["us"])) is None


def test_a_pin_leads_nowhere_that_the_deployment_does_not_process():
    constraints = asking(residency=["us"])
    assert pin_for(there("eu"), constraints) == ""
    assert said("residency", there("eu"), constraints).startswith("processed in eu")
    assert pin_for(there("eu+us"), constraints) == "us"


def test_without_pins_nothing_is_admitted_that_was_not():
    assert said("residency", there(pins={}), asking(residency=["us"])).startswith("processed anywhere")


def test_a_law_is_kept_off_by_a_place_too_where_company_and_owner_are_known():
    constraints = asking(deny_laws=["cn"])
    assert pin_for(there(operator="us", parent="us"), constraints) == "us"
    assert said("denied_laws", there(operator="us", parent="us"), constraints) is None


@pytest.mark.parametrize("handling", [{}, {"operator": "us"}, {"operator": "us", "parent": "cn"}])
def test_no_place_keeps_off_the_law_of_company_or_owner(handling):
    constraints = asking(deny_laws=["cn"])
    assert pin_for(there(**handling), constraints) == ""
    assert said("denied_laws", there(**handling), constraints) is not None


def test_one_place_has_to_do_for_residency_and_laws_together():
    us = {"operator": "de", "parent": "de"}
    constraints = asking(residency=["us", "eu"], deny_laws=["us"])
    assert pin_for(there(**us), constraints) == "de+fr"
    assert said("denied_laws", there(**us), constraints) is None
    # Each place would do for one of the two: in Germany for the laws, in the United States for the residency.
    split = there("de", operator="de", parent="de")
    both = asking(residency=["us"], deny_laws=["us"])
    assert said("residency", split, both) is not None
    only_us = asking(residency=["us"], deny_laws=["us"])
    assert pin_for(there(**us), only_us) == ""
    assert said("denied_laws", there(**us), only_us) is not None
