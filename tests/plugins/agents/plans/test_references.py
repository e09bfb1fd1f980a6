import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_agents.plans import BadReference, Reference, ReferenceFailed, filled, references
from interlock_agents.plans.references import parts

SCOPE = {
    "inputs": {"part": "F7", "count": 3},
    "quotes": [{"name": "A", "price": 2.5, "tags": ["x", "y"], "odd name": True}],
    "report": {"pdf": b"\x00\xff", "note": None, "pages": 10},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${inputs.count}", 3),
        ("${quotes}", SCOPE["quotes"]),
        ("${quotes[0].price}", 2.5),
        ("${quotes[0].tags[1]}", "y"),
        ('${quotes[0]["odd name"]}', True),
        ("${report.pdf}", b"\x00\xff"),
        ("${report.note}", None),
        ("${ report.pages }", 10),
    ],
)
def test_a_text_that_is_nothing_but_a_reference_becomes_the_value_with_its_type(text, value):
    found = filled({"given": [text]}, SCOPE)["given"][0]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${inputs.count} of ${inputs.part}", "3 of F7"),
        ("for ${quotes[0].price}", "for 2.5"),
        ('is ${quotes[0]["odd name"]}', "is true"),
        ("tags: ${quotes[0].tags}", 'tags: ["x", "y"]'),
        ("$${inputs.part} stays", "${inputs.part} stays"),
        ("it costs $1, or $5 with ${inputs.part}", "it costs $1, or $5 with F7"),
        ("$$1", "$1"),
        ("$$name", "$name"),
        ("$ ${inputs.count}", "$ 3"),
        ("$", "$"),
        ("a $ b", "a $ b"),
    ],
)
def test_in_a_longer_text_values_are_written_out(text, value):
    assert filled(text, SCOPE) == value


@pytest.mark.parametrize("text", ["the file ${report.pdf}", "note: ${report.note}", "all of ${report}"])
def test_what_has_no_form_in_a_text_is_refused_and_not_written_somehow(text):
    with pytest.raises(ReferenceFailed, match="no form in a text"):
        filled(text, SCOPE, key="with.note")


@pytest.mark.parametrize("text", ["$1", "$2", "$fetch", "$fetch.url", "$_"])
def test_a_reference_of_another_system_is_refused_and_never_taken_for_text(text):
    with pytest.raises(BadReference, match="is no reference") as caught:
        filled({"url": text}, SCOPE)
    assert caught.value.key == "url"
    assert "$" + text in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "${",
        "${}",
        "${a",
        "${a..b}",
        "${a.0}",
        "${a[-1]}",
        "${a b}",
        "${1}",
        "${a[x]}",
        "x ${a['b']}",
        "${a.}",
    ],
)
def test_what_begins_like_a_reference_and_is_none_is_refused(text):
    with pytest.raises(BadReference, match="is no reference"):
        parts(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("${nobody}", "no value of 'nobody'"),
        ("${quotes[3].price}", "quotes has 1 items"),
        ("${quotes[0].cost}", r"quotes\[0\] has no 'cost'"),
        ("${inputs.part.x}", "inputs.part is string, not an object"),
        ("${report[0]}", "report is object, not a list"),
    ],
)
def test_a_reference_that_leads_to_nothing_says_where_the_way_ends(text, why):
    with pytest.raises(ReferenceFailed, match=why) as caught:
        filled({"a": [text]}, SCOPE, key="with")
    assert caught.value.key == "with.a.0"


def test_an_error_names_no_value():
    secret = {"inputs": {"part": "the secret"}}
    with pytest.raises(ReferenceFailed) as caught:
        filled("${inputs.part.of}", secret)
    assert "the secret" not in str(caught.value)


def test_a_value_is_not_shared_with_where_it_came_from():
    found = filled("${quotes}", SCOPE)
    found[0]["name"] = "B"
    assert SCOPE["quotes"][0]["name"] == "A"


def test_every_reference_is_found_with_the_key_that_it_stands_in():
    value = {"to": "${a.b}", "lines": ["x", "${c[0]} and ${d}"], "none": "$${e}"}
    assert [(key, str(each)) for key, each in references(value, key="with")] == [
        ("with.to", "${a.b}"),
        ("with.lines.1", "${c[0]}"),
        ("with.lines.1", "${d}"),
    ]


def test_a_name_of_an_object_holds_no_reference():
    with pytest.raises(BadReference, match="values alone can"):
        list(references({"${a}": 1}))


def test_a_prompt_may_say_how_values_stand_in_it():
    told = filled("Read ${quotes[0].name}.", SCOPE, text=lambda reference, value: f"<{reference}: {value}>")
    assert told == "Read <${quotes[0].name}: A>."


steps = st.one_of(st.text(min_size=1, max_size=8), st.integers(0, 99))


@given(path=st.lists(steps, max_size=6))
def test_a_reference_that_is_written_is_read_as_the_same(path):
    reference = Reference(name="node", path=tuple(path))
    try:
        (read,) = parts(str(reference))
    except BadReference:
        assert (
            any(isinstance(step, str) and not step.isprintable() for step in path)
            or len(str(reference)) > 200
        )
        return
    assert read == reference


@given(text=st.text(alphabet=st.sampled_from('$${}[]."ab01 \\\n'), max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        found = parts(text)
    except BadReference:
        return
    if "${" not in text:
        assert "".join(map(str, found)) in (text, text[1:])
