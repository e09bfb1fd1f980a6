"""Tools that plans use, and what is wrong with a plan, as its author would read it."""

import pytest

from interlock import ToolSpec
from interlock_agents.plans import Known, PlanError, PlanTool, read_plan

FIND = ToolSpec(
    name="find_suppliers",
    parameters={
        "type": "object",
        "properties": {"part": {"type": "string"}, "most": {"type": "integer"}, "file": {"type": "string"}},
        "required": ["part"],
        "additionalProperties": False,
    },
)
ORDER = ToolSpec(
    name="place_order", parameters={"type": "object", "properties": {"count": {"type": "number"}}}
)
KNOWN = Known(
    tools={
        "find_suppliers": PlanTool(spec=FIND, effect="read"),
        "place_order": PlanTool(spec=ORDER, effect="write"),
    }
)


def complaints(source, known=None):
    with pytest.raises(PlanError) as caught:
        read_plan(source, known)
    return caught.value


def told(*nodes, known=KNOWN, **rest):
    """Everything that is wrong with a plan of these nodes."""
    return str(complaints({"nodes": list(nodes), **rest}, known)).splitlines()
