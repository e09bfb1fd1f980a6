"""Plans made in Python are held against the same rules."""

import pytest

from complained import KNOWN
from interlock_agents.plans import Node, Plan, PlanError, plan_to_plain, read_plan, validate


def test_a_plan_made_in_python_is_held_against_the_same_rules():
    wrong = Plan(
        nodes=(
            Node(id="a", do="model", prompt="${b.x}", tool="y"),
            Node(id="b", do="tool", tool="find", tries=0),
            Node(id="m", do="map", each=[1]),
        )
    )
    with pytest.raises(PlanError) as caught:
        validate(wrong, KNOWN)
    assert [each.key for each in caught.value.complaints] == ["a.tool", "a.prompt", "b.tries", "b.tool", "m"]


@pytest.mark.parametrize(
    ("node", "why"),
    [
        (
            Node(id="a", do="model", prompt="x", with_={"x": {1, 2}}),
            "a.with.x: set is neither JSON nor bytes",
        ),
        (Node(id="a", do="map", each=object(), node=Node(id="b", do="model", prompt="x")), "a.each: object"),
        (Node(id="a", do="model", prompt="x", out={"const": float("nan")}), "a.out.const: nan is no JSON"),
    ],
)
def test_a_node_made_in_python_holds_what_can_be_kept(node, why):
    with pytest.raises(PlanError) as caught:
        validate(Plan(nodes=[node]))
    assert str(caught.value).startswith(why)


def test_a_node_made_in_python_takes_lists_and_one_name():
    made = Plan(nodes=[Node(id="a", do="model", prompt="x"), Node(id="b", do="person", ask="x", after="a")])
    validate(made)
    assert made.nodes[1].after == ("a",)
    assert read_plan(plan_to_plain(made)) == made


def test_a_plan_of_very_many_levels_is_refused():
    node = Node(id="last", do="model", prompt="x")
    for level in range(3_000):
        node = Node(id=f"m{level}", do="map", each=[1], node=node)
    with pytest.raises(PlanError, match="more than 3 plans are in one another"):
        validate(Plan(nodes=[node]))
