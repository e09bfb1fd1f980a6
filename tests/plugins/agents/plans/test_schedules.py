"""What may be done next, for every way in which a plan can go."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock_agents.plans import Done, Failed, Node, Open, Plan, PlanError, bound, schedule


def model(name, after=(), **rest):
    return Node(id=name, do="model", prompt="x", after=tuple(after), **rest)


def plan(*nodes, **rest):
    return Plan(nodes=nodes, **rest)


def ready(schedule):
    return [due.id for due in schedule.ready]


def test_nodes_are_ready_when_everything_before_them_is_done():
    made = plan(model("a"), model("b", ["a"]), model("c", ["a", "b"]), model("d"))
    first = schedule(made, {})
    assert ready(first) == ["a", "d"]
    assert first.waiting == {"b": ("a",), "c": ("a", "b")}
    second = schedule(made, {"a": Done(1), "d": Open("asks a person")})
    assert ready(second) == ["b"]
    assert second.open == {"d": "asks a person"}
    assert not second.finished


def test_a_reference_makes_a_node_wait():
    made = plan(Node(id="b", do="model", prompt="${a.x}"), model("a", out={}))
    assert ready(schedule(made, {})) == ["a"]
    (due,) = schedule(made, {"a": Done({"x": 1})}).ready
    assert due.scope["a"] == {"x": 1}


def test_a_branch_that_fails_keeps_no_other_from_going_on():
    made = plan(model("a"), model("b", ["a"]), model("c", ["b"]), model("d"), model("e", ["d"]))
    there = schedule(made, {"a": Failed("no such host")})
    assert there.skipped == {"b": "a", "c": "a"}
    assert there.failed == {"a": "no such host"}
    assert ready(there) == ["d"]
    assert schedule(made, {"a": Failed("x"), "d": Done(1), "e": Done(2)}).finished


def test_a_node_sees_the_values_of_what_is_done_with_their_types():
    made = plan(
        model("n"), model("l"), model("b"), Node(id="x", do="tool", tool="t", with_={}, after=("n", "l", "b"))
    )
    done = {"n": Done(3), "l": Done([1, 2.0]), "b": Done(b"\x00")}
    (due,) = schedule(made, done, inputs={"q": True}).ready
    assert due.scope == {"n": 3, "l": [1, 2.0], "b": b"\x00", "inputs": {"q": True}}


def mapped(each="${a}", **inner):
    """A list, a map over it, and a node behind it."""
    listed = model("a", out={"type": "array"})
    return plan(listed, Node(id="m", do="map", each=each, **inner), model("z", ["m"]))


def test_a_map_is_done_for_each_item_and_gives_a_list():
    made = mapped(node=Node(id="one", do="model", prompt="${item} ${index}"))
    begun = schedule(made, {"a": Done(["x", "y"])})
    assert ready(begun) == ["m[0].one", "m[1].one"]
    assert [(due.scope["item"], due.scope["index"]) for due in begun.ready] == [("x", 0), ("y", 1)]
    assert begun.waiting["m"] == ("m[0].one", "m[1].one")
    ended = schedule(made, {"a": Done(["x", "y"]), "m[0].one": Done(1), "m[1].one": Done(2)})
    assert ended.values["m"] == [1, 2]
    assert ready(ended) == ["z"]


def test_a_map_of_several_nodes_gives_a_list_of_objects():
    inner = (model("say"), Node(id="rate", do="model", prompt="${say}"))
    made = mapped(nodes=inner)
    values = {"a": Done([7]), "m[0].say": Done("well")}
    assert ready(schedule(made, values)) == ["m[0].rate"]
    assert schedule(made, values | {"m[0].rate": Done(3)}).values["m"] == [{"say": "well", "rate": 3}]


def test_an_item_that_fails_lets_the_others_end_and_then_fails_the_map():
    made = mapped(node=model("one"))
    begun = schedule(made, {"a": Done([1, 2]), "m[0].one": Failed("no")})
    assert ready(begun) == ["m[1].one"]
    assert "m" in begun.waiting
    ended = schedule(made, {"a": Done([1, 2]), "m[0].one": Failed("no"), "m[1].one": Done(1)})
    assert ended.failed["m"] == "m[0].one: no"
    assert ended.skipped == {"z": "m"}
    assert ended.finished


def test_a_map_of_nothing_is_done():
    assert schedule(mapped(node=model("one")), {"a": Done([])}).values["m"] == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("text", "each: a list is expected, not string"),
        ([0] * 101, "each: 101 items are more than 100"),
    ],
)
def test_a_map_over_what_is_no_list_of_that_size_fails(value, why):
    there = schedule(mapped(node=model("one")), {"a": Done(value)})
    assert there.failed["m"] == why
    assert there.finished


def test_a_map_whose_list_is_not_there_fails():
    made = mapped(each="${a[3]}", node=model("one"))
    assert "a has 1 items" in schedule(made, {"a": Done([[1]])}).failed["m"]


def test_maps_within_maps_are_bounded():
    inside = Node(id="n", do="map", each=list(range(100)), node=model("one"))
    made = mapped(node=inside)
    assert len(schedule(made, {"a": Done(list(range(10)))}).ready) == 1000
    there = schedule(made, {"a": Done(list(range(11)))})
    assert "more than 1000" in there.failed["m"]


def test_an_outcome_of_a_map_stands_for_what_is_in_it():
    made = mapped(node=model("one"))
    assert schedule(made, {"a": Done([1, 2]), "m": Done([5, 6])}).values["m"] == [5, 6]


def test_nodes_that_wait_for_one_another_are_refused_rather_than_waited_for():
    with pytest.raises(PlanError, match="wait for one another"):
        schedule(plan(model("a", ["b"]), model("b", ["a"])), {})


def test_inputs_are_given_or_have_a_default():
    made = plan(model("a"), inputs={"n": {"type": "integer"}, "m": {"type": "integer", "default": 2}})
    assert bound(made, {"n": 1}) == {"n": 1, "m": 2}
    with pytest.raises(PlanError) as caught:
        bound(made, {"m": "x", "nn": 1})
    assert str(caught.value).splitlines() == [
        "inputs.nn: the plan has no such input; there is n, m.",
        "inputs.n: it is missing",
        "inputs.m: integer is expected, not string",
    ]


@st.composite
def graphs(draw):
    """Plans in which each node comes after some of those before it, maps among them."""
    nodes = []
    for index in range(draw(st.integers(1, 12))):
        before = (
            draw(st.lists(st.sampled_from(nodes), max_size=3, unique_by=lambda each: each.id))
            if nodes
            else []
        )
        after = tuple(each.id for each in before)
        if draw(st.booleans()) or not nodes:
            nodes.append(model(f"n{index}", after))
        else:
            items = list(range(draw(st.integers(0, 3))))
            inner = (model(f"p{index}"), Node(id=f"q{index}", do="model", prompt=f"${{p{index}}}"))
            nodes.append(Node(id=f"n{index}", do="map", each=items, nodes=inner, after=after))
    return plan(*draw(st.permutations(nodes)))


@settings(max_examples=200, deadline=None)
@given(made=graphs(), data=st.data())
def test_every_run_ends_and_what_does_not_come_after_a_failure_is_done(made, data):
    outcomes = {}
    while not (there := schedule(made, outcomes)).finished:
        assert there.ready, "nothing is ready, and nothing is under way"
        due = data.draw(st.sampled_from(there.ready))
        assert due.id not in outcomes
        outcomes[due.id] = data.draw(st.sampled_from([Done("x"), Done([1]), Failed("no")]))
    for node in made.nodes:
        placed = [node.id in each for each in (there.values, there.failed, there.skipped)]
        assert placed.count(True) == 1
        failed_before = any(each in there.failed or each in there.skipped for each in node.after)
        assert (node.id in there.skipped) == failed_before


def test_what_comes_after_an_optional_node_that_has_failed_goes_on_without_its_value():
    made = plan(model("a", optional=True), model("b"), model("c", ["a", "b"]))
    there = schedule(made, {"a": Failed("no such host"), "b": Done(1)})
    (due,) = there.ready
    assert (due.id, due.scope["a"], due.scope["b"]) == ("c", None, 1)
    assert (there.failed, there.lost, there.skipped) == ({"a": "no such host"}, {}, {})
    assert ready(schedule(made, {"b": Done(1)})) == ["a"]


def test_an_optional_node_behind_one_that_has_failed_is_skipped_and_done_without():
    made = plan(model("a"), model("b", ["a"], optional=True), model("c", ["b"]))
    there = schedule(made, {"a": Failed("x")})
    assert (there.skipped, ready(there), there.lost) == ({"b": "a"}, ["c"], {"a": "x"})


def test_a_map_has_no_value_for_an_item_that_is_optional_and_fails_only_for_others():
    made = mapped(node=Node(id="one", do="model", prompt="${item}", optional=True))
    there = schedule(made, {"a": Done(["x", "y"]), "m[0].one": Failed("no"), "m[1].one": Done(2)})
    assert (there.values["m"], there.lost) == ([None, 2], {})


def test_an_optional_map_is_done_without_and_what_failed_within_it_does_not_count():
    inner = Node(id="one", do="model", prompt="${item}")
    made = plan(
        model("a", out={"type": "array"}),
        Node(id="m", do="map", each="${a}", node=inner, optional=True),
        model("z", ["m"]),
    )
    there = schedule(made, {"a": Done(["x", "y"]), "m[0].one": Failed("no"), "m[1].one": Done(2)})
    assert (ready(there), there.lost) == (["z"], {})
    assert set(there.failed) == {"m", "m[0].one"}
