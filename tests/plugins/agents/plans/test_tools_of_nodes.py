"""Which tools a model may call, and what stands in for a tool that cannot be had."""

import pytest

from interlock import ToolSpec
from interlock_agents.plans import Known, Node, Plan, PlanError, PlanTool, plan_to_plain, read_plan

KNOWN = Known(tools={name: PlanTool(spec=ToolSpec(name=name), effect="read") for name in ("find", "seek")})


def test_a_model_calls_the_tools_that_its_node_names_and_a_star_is_every_one():
    plan = read_plan(
        {
            "nodes": [
                {"id": "one", "do": "model", "prompt": "Look.", "tools": ["find", "seek"]},
                {"id": "any", "do": "model", "prompt": "Look.", "tools": "*"},
            ]
        },
        KNOWN,
    )
    assert [node.tools for node in plan.nodes] == [("find", "seek"), ("*",)]
    assert read_plan(plan_to_plain(plan)) == plan


def test_a_tool_has_others_that_stand_in_for_it():
    plan = read_plan({"nodes": [{"id": "a", "do": "tool", "tool": "find", "alternatives": ["seek"]}]}, KNOWN)
    assert plan.nodes[0].alternatives == ("seek",)
    assert read_plan(plan_to_plain(plan)) == plan


@pytest.mark.parametrize(
    ("node", "key"),
    [
        ({"do": "model", "prompt": "Look.", "tools": ["find", "sek"]}, "a.tools.1"),
        ({"do": "tool", "tool": "find", "alternatives": ["sek"]}, "a.alternatives.0"),
    ],
)
def test_a_tool_that_is_not_there_is_named_with_the_nearest(node, key):
    with pytest.raises(PlanError) as error:
        read_plan({"nodes": [{"id": "a", **node}]}, KNOWN)
    assert (error.value.key, error.value.suggestion) == (key, "seek")


def test_a_tool_node_has_no_tools_and_a_model_no_alternatives():
    plan = Plan(nodes=(Node(id="a", do="tool", tool="find", tools=("seek",)),))
    with pytest.raises(PlanError, match="no such key"):
        read_plan(plan, KNOWN)
