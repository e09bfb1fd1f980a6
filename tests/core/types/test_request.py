"""What a request is made of, and what its constraints and demands are told."""

from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from interlock import Constraints, Request, RequestError
from interlock.types.request import DEMANDS, Options


def test_there_is_an_option_for_each_field_and_no_other():
    assert list(get_type_hints(Options)) == [
        field.name for field in fields(Request) if field.name != "messages"
    ]


@pytest.mark.parametrize("written", ["low_latency", " LOW_LATENCY ", ["low_latency"], {"low_latency"}])
def test_a_demand_is_a_name_or_several(written: Any):
    assert Request("Hi", demands=written).demands == {"low_latency"}


@pytest.mark.parametrize("written", [(), [], None, frozenset()])
def test_demanding_nothing_is_no_demand(written: Any):
    assert Request("Hi", demands=written).demands == frozenset()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "low-latency",
            "'low-latency' cannot be demanded; there is low_latency. Did you mean 'low_latency'?",
        ),
        (["low_latency", "cheap"], "'cheap' cannot be demanded; there is low_latency."),
        (["eu_regulated"], "'eu_regulated' cannot be demanded"),
        ([1], "'int' cannot be demanded"),
        (7, "expected names, not int"),
        ({"low_latency": True}, "expected names, not dict"),
    ],
)
def test_what_nobody_can_demand_is_refused_with_what_was_meant(written: Any, told: str):
    with pytest.raises(RequestError) as refused:
        Request("Hi", demands=written)
    assert refused.value.key == "demands"
    assert told in str(refused.value)


@pytest.mark.parametrize("name", DEMANDS)
def test_a_demand_among_the_constraints_is_shown_where_it_belongs(name: str):
    with pytest.raises(RequestError) as refused:
        Request("Hi", constraints={name: True})
    assert refused.value.key == f"constraints.{name}"
    assert f"write demands=['{name}']" in str(refused.value)


def test_constraints_are_tightened_and_never_exchanged():
    policy = Constraints(residency={"eu"}, on_premise=True, deny_vendors={"deepseek"})
    both = policy.tightened(Constraints(residency={"germany"}, deny_vendors={"alibaba"}))
    assert both == Constraints(residency={"de"}, on_premise=True, deny_vendors={"deepseek", "alibaba"})
