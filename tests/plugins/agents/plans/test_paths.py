import pytest

from interlock_agents.plans.paths import Nowhere, followed, kinds_of

ORDER = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "items": False},
        "open": {"type": "object"},
        "file": {"type": "string", "contentEncoding": "base64"},
        "extra": {"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "boolean"}},
    },
    "$defs": {
        "line": {
            "type": "object",
            "properties": {"part": {"type": "string"}, "line": {"$ref": "#/$defs/line"}},
        }
    },
}


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ((), {"object"}),
        (("id",), {"integer"}),
        (("lines", 4, "part"), {"string"}),
        (("lines", 0, "line", "line", "part"), {"string"}),
        (("note",), {"string", "null"}),
        (("pair", 1), {"number"}),
        (("open", "whatever", 3), None),
        (("file",), {"bytes"}),
        (("extra", "b"), {"boolean"}),
        (("extra", "a"), None),
    ],
)
def test_a_path_leads_to_the_types_of_what_is_there(path, kinds):
    found = followed(ORDER, path)
    assert not isinstance(found, Nowhere)
    assert kinds_of(found) == kinds


@pytest.mark.parametrize(
    ("path", "steps", "message", "suggestion"),
    [
        (("lins",), 0, "there is no 'lins'", "lines"),
        (("lines", "part"), 1, "it is array, so there is no 'part'", None),
        (("id", 0), 1, "it is integer, so there is no item 0", None),
        (("lines", 0, "prt"), 2, "there is part, line", "part"),
        (("pair", 2), 1, "the list has no item 2", None),
        (("note", "x"), 1, "it is null or string", None),
    ],
)
def test_a_path_that_leads_to_nothing_says_where_it_ends(path, steps, message, suggestion):
    found = followed(ORDER, path)
    assert isinstance(found, Nowhere)
    assert (found.steps, found.suggestion) == (steps, suggestion)
    assert message in found.message


def test_schemas_that_refer_to_themselves_come_to_an_end():
    endless = {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"type": "string"}]}}}
    assert kinds_of(endless) == {"string"}
    assert isinstance(followed(endless, ("x",)), Nowhere)
