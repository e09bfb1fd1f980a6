"""What has happened stays as it is in every later version of a plan; the rest may change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ToolSpec
from interlock_agents.plans import (
    Done,
    Facts,
    Failed,
    Known,
    Open,
    PlanError,
    PlanTool,
    changes,
    plan_to_plain,
    read_plan,
    revised,
    schedule,
)

KNOWN = Known(
    tools={
        "look": PlanTool(spec=ToolSpec(name="look"), effect="read"),
        "buy": PlanTool(spec=ToolSpec(name="buy"), effect="write"),
        "cancel": PlanTool(spec=ToolSpec(name="cancel"), effect="destructive"),
    }
)
LOOK = {"id": "look", "do": "tool", "tool": "look", "out": {}}
BUY = {"id": "buy", "do": "tool", "tool": "buy", "with": {"what": "${look.best}", "many": 1}}
TELL = {"id": "tell", "do": "model", "prompt": "Tell of ${buy}"}
CANCEL = {"id": "undo", "do": "tool", "tool": "cancel", "compensates": "buy"}
PLAN = read_plan({"goal": "Buy one", "inputs": {"q": {}}, "nodes": [LOOK, BUY, TELL]}, KNOWN)
BOUGHT = Facts(done=frozenset({"look", "buy"}), effects=frozenset({"buy"}))


def later(*nodes, done=BOUGHT, plan=PLAN, **rest):
    return revised(plan, done, {"nodes": list(nodes), **rest}, KNOWN)


def refused(*nodes, done=BOUGHT, plan=PLAN, **rest):
    with pytest.raises(PlanError) as caught:
        later(*nodes, done=done, plan=plan, **rest)
    return str(caught.value).splitlines()


def test_nodes_may_be_added_and_those_that_are_not_done_changed_or_dropped():
    changed = {**TELL, "prompt": "Tell more of ${buy}"}
    next_one = later(LOOK, BUY, changed, {"id": "new", "do": "person", "ask": "More?"})
    assert next_one.version == 2
    assert next_one.goal == "Buy one"
    assert next_one.inputs == PLAN.inputs
    made = changes(PLAN, next_one)
    assert (made.added, made.changed, made.dropped) == (("new",), ("tell",), ())
    dropped = later(LOOK, BUY)
    assert changes(PLAN, dropped).dropped == ("tell",)
    assert dropped.retired == {"tell"}


def test_what_is_done_is_not_dropped():
    assert refused(LOOK, {"id": "other", "do": "person", "ask": "x"}) == [
        "nodes: buy is done, and stays in the plan as it is"
    ]


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({"with": {"what": "${look.best}", "many": 2}}, "with"),
        ({"with": {"what": "${look.best}", "many": 1.0}}, "with"),
        ({"with": {"what": "${look.best}", "many": True}}, "with"),
        ({"tool": "cancel"}, "tool"),
        ({"after": ["tell"]}, "after"),
        ({"effect": "destructive", "tries": 1}, "effect, tries"),
    ],
)
def test_what_is_done_is_not_changed(change, keys):
    lines = refused(LOOK, {**BUY, **change}, {"id": "tell", "do": "person", "ask": "x"})
    assert lines[0] == f"buy: it is done, and stays as it is; {keys} would change"


def test_the_order_of_names_changes_nothing():
    later(LOOK, {**BUY, "with": {"many": 1, "what": "${look.best}"}}, TELL)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"open": frozenset({"buy"})}, "is under way"),
        ({"failed": frozenset({"buy"}), "effects": frozenset({"buy"})}, "has had an effect"),
        ({"failed": frozenset({"buy"}), "unknown": frozenset({"buy"})}, "may have had an effect"),
    ],
)
def test_what_has_begun_or_had_an_effect_stays(facts, why):
    done = Facts(**{"done": frozenset({"look"}), **facts})
    assert f"nodes: buy {why}, and stays in the plan as it is" in refused(LOOK, done=done)


def test_what_has_failed_without_an_effect_may_be_done_in_another_way():
    done = Facts(done=frozenset({"look"}), failed=frozenset({"buy"}))
    assert changes(PLAN, later(LOOK, {**BUY, "with": {}}, TELL, done=done)).changed == ("buy",)
    assert later(LOOK, done=done).retired == {"buy", "tell"}


def test_what_is_new_does_not_come_after_what_has_failed():
    done = Facts(done=frozenset({"look"}), failed=frozenset({"buy"}))
    new = {"id": "new", "do": "model", "prompt": "${tell}"}
    assert refused(LOOK, BUY, TELL, new, done=done) == [
        "new: it comes after tell, which has failed or will not be done; change that, too"
    ]


def test_an_effect_that_has_happened_may_be_taken_back_once():
    next_one = later(LOOK, BUY, CANCEL)
    assert next_one.find("undo").compensates == "buy"
    twice = refused(LOOK, BUY, CANCEL, {**CANCEL, "id": "again"})
    assert twice == ["again.compensates: undo takes back the effect of buy already"]


@pytest.mark.parametrize(
    ("done", "why"),
    [
        (Facts(done=frozenset({"look"})), "buy has had no effect that could be taken back; no node has"),
        (Facts(unknown=frozenset({"buy"})), "nobody knows whether buy has had an effect"),
    ],
)
def test_what_has_had_no_effect_is_not_taken_back(done, why):
    assert why in refused(LOOK, BUY, CANCEL, done=done)[0]


def test_a_tool_that_only_reads_takes_nothing_back():
    assert refused(LOOK, BUY, {**CANCEL, "tool": "look"}) == [
        "undo.compensates: look only reads, and takes nothing back"
    ]


def test_an_effect_within_a_map_may_be_taken_back_though_the_map_has_failed():
    orders = {"id": "orders", "do": "map", "each": [1, 2], "node": {"id": "one", "do": "tool", "tool": "buy"}}
    plan = read_plan({"nodes": [orders]}, KNOWN)
    there = schedule(plan, {"orders[0].one": Done("x"), "orders[1].one": Failed("no")})
    done = Facts.of(there, effects=["orders[0].one"])
    undo = {**CANCEL, "compensates": "orders[0].one"}
    next_one = later(orders, undo, plan=plan, done=done)
    outcomes = {"orders[0].one": Done("x"), "orders[1].one": Failed("no")}
    assert [due.id for due in schedule(next_one, outcomes).ready] == ["undo"]
    assert "orders has had an effect" in refused(undo, plan=plan, done=done)[0]


def test_an_id_that_was_dropped_is_not_given_to_anything_else():
    second = later(LOOK, BUY)
    with pytest.raises(PlanError, match="another node in an earlier version"):
        revised(second, BOUGHT, {"nodes": [LOOK, BUY, {"id": "tell", "do": "person", "ask": "x"}]}, KNOWN)


def test_goal_and_inputs_stay():
    assert refused(LOOK, BUY, goal="Buy two", inputs={"n": {}}) == [
        "goal: the goal stays as it was",
        "inputs: the inputs are given already, and stay as they were",
    ]


def test_everything_that_is_wrong_is_told_at_once():
    lines = refused(LOOK, {**TELL, "promt": "x"}, {"id": "new", "do": "tool", "tool": "bye"})
    assert [line.partition(":")[0] for line in lines] == ["nodes", "tell.promt", "tell.prompt", "new.tool"]


def test_facts_are_taken_from_where_a_plan_stands():
    there = schedule(PLAN, {"look": Done({"best": 1}), "buy": Open("waits for a person")})
    done = Facts.of(there, unknown=["buy"])
    assert (done.done, done.open, done.unknown) == ({"look"}, {"buy"}, {"buy"})


@given(data=st.data())
def test_no_proposal_changes_a_fact(data):
    nodes = [LOOK, BUY, TELL, CANCEL, {"id": "new", "do": "person", "ask": "x"}]
    keys = st.sampled_from(["id", "do", "tool", "with", "after", "prompt", "compensates"])
    values = st.one_of(
        st.sampled_from(["buy", "look", "tool", "x"]), st.lists(st.text(), max_size=2), st.none()
    )
    proposal = [
        {**node, **data.draw(st.dictionaries(keys, values, max_size=1))}
        for node in data.draw(st.lists(st.sampled_from(nodes), max_size=5))
    ]
    try:
        next_one = revised(PLAN, BOUGHT, {"nodes": proposal}, KNOWN)
    except PlanError:
        return
    before = {node["id"]: node for node in plan_to_plain(PLAN)["nodes"]}
    after = {node["id"]: node for node in plan_to_plain(next_one)["nodes"]}
    assert all(after[name] == before[name] for name in ("look", "buy"))
