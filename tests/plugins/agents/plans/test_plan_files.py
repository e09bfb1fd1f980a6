"""What is wrong with a file is told before anything starts: all of it, with node, key and line."""

import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complained import KNOWN, complaints
from interlock_agents.plans import PlanError, plan_to_plain, read_plan

GOOD = """
goal: Order the cheapest filter
inputs:
  part: {type: string}
  most: {type: integer, default: 3}
nodes:
  - id: suppliers
    do: tool
    tool: find_suppliers
    with: {part: "${inputs.part}", most: "${inputs.most}"}
    out:
      type: array
      items: {type: object, properties: {name: {type: string}, price: {type: number}}}
  - id: letters
    do: map
    each: ${suppliers}
    node: {do: model, prompt: "Write to ${item.name}, number ${index}, about ${inputs.part}"}
  - id: agree
    do: person
    ask: Order ${inputs.part} from ${suppliers[0].name}?
    out: {type: boolean, const: true}
  - id: order
    do: tool
    tool: place_order
    with: {count: "${suppliers[0].price}"}
    after: agree
    budget: {usd: 0.5, tokens: 100, seconds: 60}
"""

BAD = """goal: x
nods: 3
inputs: {a: {type: strin}}
nodes:
  - id: a
    do: tol
  - id: b
    do: tool
    tool: find_supplier
    with: {x: "${a.b}", y: "$1", z: "${c.nam}"}
    after: [c, dd]
  - id: c
    do: tool
    tool: find_suppliers
    with: {part: 3, most: "${b}", n: 1}
    out: {type: object, properties: {name: {type: string}}}
    efect: read
  - id: c
    do: map
    each: "${inputs.q}"
    node: {do: model, promt: x}
  - 5
"""


def test_a_file_becomes_a_plan(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD)
    plan = read_plan(path, KNOWN)
    assert [(node.id, node.do) for node in plan.nodes] == [
        ("suppliers", "tool"),
        ("letters", "map"),
        ("agree", "person"),
        ("order", "tool"),
    ]
    assert plan.find("letters_item").prompt.startswith("Write to")
    assert plan.nodes[3].after == ("agree",)
    assert plan.nodes[3].budget.usd == 0.5
    assert read_plan(plan_to_plain(plan), KNOWN) == plan


def test_everything_that_is_wrong_with_a_file_is_told_at_once_with_its_line(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(BAD)
    error = complaints(path, KNOWN)
    places = [(each.line, each.key) for each in error.complaints]
    assert places == [
        (2, "nods"),
        (3, "inputs.a"),
        (6, "a.do"),
        (11, "b.after.1"),
        (10, "b.with.x"),
        (10, "b.with.y"),
        (10, "b.with.z"),
        (9, "b.tool"),
        (17, "c.efect"),
        (15, "c.with.part"),
        (15, "c.with.most"),
        (15, "c.with"),
        (18, "c.id"),
        (20, "c.each"),
        (21, "c_item.promt"),
        (21, "c_item.prompt"),
        (22, "nodes.4"),
    ]
    text = str(error)
    assert (
        f"{path}:6: a.do: one of tool, model, person, map is expected, not 'tol'. Did you mean 'tool'?"
        in text
    )
    assert "Did you mean 'nodes'?" in text
    assert "Did you mean 'find_suppliers'?" in text
    assert "c.id: 'c' comes twice; the first is in line 12" in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is nothing in it"),
        ("- 1", "a mapping with the key nodes is expected"),
        ("nodes: 3", "nodes: a list is expected, not integer"),
        ("goal: x", "nodes: it is missing"),
        ("nodes: []", "at least one node"),
        ("nodes: [\n", "is not readable YAML"),
        ("nodes: &a [*a]", "anchors and aliases"),
        ("nodes: !!python/name:os.system x", "tags such as"),
        ("a: 1\na: 2", "comes twice"),
    ],
)
def test_a_file_that_holds_no_plan_says_why(tmp_path, text, why):
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    assert why in str(complaints(path))
    assert str(complaints(path)).startswith(str(path))


def test_a_file_that_is_not_there_is_told_of(tmp_path):
    assert "No such file" in str(complaints(tmp_path / "none.yaml"))
    (tmp_path / "latin").write_bytes(b"goal: \xff")
    assert "UTF-8" in str(complaints(tmp_path / "latin"))


words = st.sampled_from(["tool", "map", "model", "${a}", "a"])
keys = st.sampled_from(["id", "do", "with", "nodes", "node", "each", "out", "after", "prompt"])
json = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from(["tool", "map", "${a}"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["id", "do", "with", "nodes", "node", "each", "out", "after"]), st.text()
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=25,
)


@given(data=st.one_of(json, st.fixed_dictionaries({"nodes": st.lists(json, max_size=4)})))
def test_whatever_stands_in_a_plan_is_read_or_refused_with_a_complaint(data):
    try:
        read_plan(data if isinstance(data, dict) else {"nodes": data}, KNOWN)
    except PlanError as error:
        told = [each.message for each in error.complaints]
    else:
        told = ["nothing"]
    assert told
    assert all(told)


def test_a_number_that_is_none_has_its_line(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("nodes:\n- id: a\n  do: tool\n  tool: x\n  with:\n    n: 1e999\n")
    assert str(complaints(path)) == f"{path}:6: nodes.0.with.n: inf is no JSON value"


def test_an_error_travels_between_processes():
    error = complaints({"nodes": [{"id": "a", "do": "tol"}]})
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.complaints) == (str(error), error.complaints)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(), st.text(alphabet=" \n-:{}[]nodesia${}\"'#&*!", max_size=60)))
def test_any_file_is_read_or_refused(tmp_path, text):
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(PlanError):
        read_plan(path)
