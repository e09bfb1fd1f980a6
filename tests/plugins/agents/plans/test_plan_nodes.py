"""What is wrong with nodes: their keys, their references, the arguments of their tools."""

import pytest

from complained import KNOWN, told
from interlock import RequestError, ToolSpec
from interlock_agents.plans import Known, PlanTool, as_arguments, read_plan


def test_nodes_that_wait_for_one_another_are_shown_as_a_way():
    (line,) = told(
        {"id": "a", "do": "model", "prompt": "${c}"},
        {"id": "b", "do": "model", "prompt": "x", "after": ["a"]},
        {"id": "c", "do": "model", "prompt": "${b}"},
    )
    assert "these wait for one another: a -> b -> c -> a" in line


def test_a_node_does_not_wait_for_itself():
    (line,) = told({"id": "a", "do": "model", "prompt": "${a}"})
    assert "a -> a" in line


def test_a_map_does_not_wait_for_what_is_in_it():
    lines = told(
        {"id": "m", "do": "map", "each": [1], "node": {"id": "in", "do": "model", "prompt": "${m}"}},
        {"id": "x", "do": "model", "prompt": "${in}"},
    )
    assert any("m is the map that this is in" in line for line in lines)
    assert any("in is within the map m; refer to ${m}" in line for line in lines)


MODEL = {"id": "a", "do": "model", "prompt": "x"}


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ({"do": "model", "prompt": "x"}, "nodes.0.id: it is missing"),
        ({**MODEL, "id": "a b"}, "'a b' is no id"),
        ({**MODEL, "id": "inputs"}, "'inputs' means something else"),
        ({**MODEL, "id": 3}, "id: a text is expected, not integer"),
        ({"id": "a", "prompt": "x"}, "a.do: it is missing"),
        ({"id": "a", "do": "model"}, "a.prompt: it is missing"),
        ({**MODEL, "optional": "yes"}, "a.optional: true or false is expected, not string"),
        ({"id": "a", "do": "tool"}, "a.tool: it is missing"),
        ({"id": "a", "do": "person"}, "a.ask: it is missing"),
        ({"id": "a", "do": "map", "node": {**MODEL, "id": "b"}}, "a.each: it is missing"),
        ({"id": "a", "do": "map", "each": [1]}, "it has neither"),
        ({"id": "a", "do": "map", "each": [1], "node": {**MODEL, "id": "b"}, "nodes": []}, "it has both"),
        ({"id": "a", "do": "map", "each": "x", "node": {**MODEL, "id": "b"}}, "nothing but a reference"),
        (
            {"id": "a", "do": "map", "each": [1] * 101, "node": {**MODEL, "id": "b"}},
            "101 items are more",
        ),
        ({**MODEL, "tries": 0}, "a.tries: a whole number of 1 or more"),
        ({**MODEL, "tries": 11}, "a.tries: from 1 to 10"),
        ({**MODEL, "tries": True}, "a.tries: a whole number"),
        ({**MODEL, "out": {"type": "strin"}}, "a.out: this is no JSON schema"),
        ({**MODEL, "out": {"$ref": "#/$defs/x"}}, "is not within the schema"),
        ({**MODEL, "out": {"$ref": "https://example.org/x"}}, "is not within the schema"),
        ({**MODEL, "out": {"type": "string", "pattern": "("}}, "pattern: '(' is not a 'regex'"),
        ({**MODEL, "out": []}, "a.out: a mapping is expected, not array"),
        ({**MODEL, "effect": "write"}, "a tool alone has effects outside"),
        ({**MODEL, "effect": "writ"}, "Did you mean 'write'?"),
        ({**MODEL, "budget": {"usd": 0}}, "a.budget.usd: a number above 0"),
        ({**MODEL, "budget": {"dollars": 3}}, "a.budget.dollars: a budget has no such key"),
        ({**MODEL, "tool": "x"}, "a.tool: a node that does model has no such key"),
        ({**MODEL, "constraints": {"residenc": "eu"}}, "Did you mean 'residency'?"),
        ({**MODEL, "settings": {"temprature": 1}}, "Did you mean 'temperature'?"),
        ({**MODEL, "prompt": "${nobody}"}, "there is no node 'nobody'"),
        ({**MODEL, "prompt": "${inputs.x}"}, "there is no input 'x'; there is q."),
        ({**MODEL, "prompt": "${item}"}, "known within a map alone"),
        ({**MODEL, "prompt": "pay $${inputs.q} now"}, "put something between the sign"),
        ({**MODEL, "with": {"${inputs.q}": 1}}, "values alone can"),
        ({**MODEL, "compensates": "b"}, "has no such key"),
    ],
)
def test_what_is_wrong_with_a_node_is_told_with_its_key(node, why):
    lines = told(node, inputs={"q": {"type": "string"}})
    assert len(lines) == 1
    assert why in lines[0]


TOOL = {"id": "a", "do": "tool", "tool": "find_suppliers", "with": {"part": "F7"}}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"tool": "find_supplers"}, "Did you mean 'find_suppliers'?"),
        ({"with": {}}, "for find_suppliers, it lacks part"),
        ({"with": {"part": ["F7"]}}, "a.with.part: for find_suppliers, string is expected, not array"),
        ({"with": {"part": "${inputs.n}"}}, "${inputs.n} is integer, and string is expected"),
        (
            {"with": {"part": "F7", "most": "${inputs.n} pieces"}},
            "this text is string, and",
        ),
        ({"with": {"part": "F7", "file": "${inputs.pdf}"}}, "${inputs.pdf} is bytes, and string is expected"),
        ({"with": {"part": "about ${inputs.pdf}"}}, "bytes, which has no form in a text"),
        (
            {"tool": "place_order", "with": {}, "effect": "read"},
            "place_order is write",
        ),
        ({"compensates": "b"}, "nothing has been done yet"),
        ({"alternatives": ["place_orders"]}, "a.alternatives.0: there is no tool 'place_orders'"),
        ({"alternatives": ["place_order"], "effect": "read"}, "a.effect: place_order is write"),
        (
            {"alternatives": ["place_order"], "with": {"part": "x", "count": "y"}},
            "for place_order, number is",
        ),
    ],
)
def test_a_tool_is_held_against_what_it_takes(change, why):
    inputs = {"n": {"type": "integer"}, "pdf": {"type": "string", "format": "binary"}}
    lines = told({**TOOL, **change}, inputs=inputs)
    assert any(why in line for line in lines), lines


@pytest.mark.parametrize(
    "given",
    [
        {"part": "${inputs.q}"},
        {"part": "no. ${inputs.n}"},
        {"part": "F7", "most": "${inputs.n}"},
        {"part": "F7", "most": "${inputs.number}"},
        {"part": "${inputs.anything}"},
    ],
)
def test_arguments_that_may_fit_are_taken(given):
    inputs = {
        "q": {"type": ["string", "null"]},
        "n": {"type": "integer"},
        "number": {"type": "number"},
        "anything": {},
    }
    read_plan({"nodes": [{**TOOL, "with": given}], "inputs": inputs}, KNOWN)


def test_an_effect_may_be_said_to_be_stronger():
    read_plan({"nodes": [{**TOOL, "effect": "irreversible"}]}, KNOWN)


def test_a_plan_holds_so_much_and_no_more():
    many = [{**MODEL, "id": f"n{index}"} for index in range(65)]
    assert "65 nodes are more than 64" in told(*many)[0]
    deep = MODEL
    for level in range(3):
        deep = {"id": f"m{level}", "do": "map", "each": [1], "node": deep}
    assert "more than 3 plans are in one another" in told(deep)[0]
    read_plan({"nodes": [deep["node"]]})


def test_a_whole_list_of_what_is_given_by_a_map_can_be_referred_to():
    nodes = [
        {
            "id": "asked",
            "do": "map",
            "each": ["a", "b"],
            "nodes": [
                {"id": "say", "do": "model", "prompt": "${item}"},
                {"id": "rate", "do": "model", "prompt": "${say}", "out": {"type": "integer"}},
            ],
        },
        {**TOOL, "id": "good", "with": {"part": "x", "most": "${asked[1].rate}"}},
        {**TOOL, "id": "bad", "with": {"part": "x", "most": "${asked[1].say}"}},
        {**TOOL, "id": "typo", "with": {"part": "${asked[0].rats}"}},
    ]
    lines = told(*nodes)
    assert len(lines) == 2
    assert lines[0].startswith("bad.with.most")
    assert lines[1].endswith("Did you mean 'rate'?")


def test_bytes_go_to_a_tool_as_base64_where_it_takes_them_so():
    takes = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "contentEncoding": "base64"},
            "name": {"type": "string"},
        },
    }
    assert as_arguments({"file": b"\x00\xff", "name": "x"}, takes) == {"file": "AP8=", "name": "x"}
    with pytest.raises(RequestError, match="name: string is expected, not bytes") as caught:
        as_arguments({"name": b"secret"}, takes)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "strin"},
        {"properties": {"x": {"$ref": "#/nowhere"}}},
        {"properties": {"x": {"pattern": "^(a+)+$"}}},
        {
            "properties": {"x": {"pattern": "("}},
            "patternProperties": {"(": {}},
            "additionalProperties": False,
        },
    ],
)
def test_what_a_tools_maker_got_wrong_stops_no_plan(parameters):
    known = Known(tools={"odd": PlanTool(spec=ToolSpec(name="odd", parameters=parameters))})
    given = {"x": "a" * 60 + "!"}
    read_plan({"nodes": [{"id": "a", "do": "tool", "tool": "odd", "with": given}]}, known)
    assert as_arguments(given, parameters) == given
