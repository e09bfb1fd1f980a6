"""Documents as they are in the world: broken, hostile, endless. Each is read or refused in a sentence."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from interlock import ProtocolError
from interlock.types.models import Secret
from interlock_openapi import OpenApiOptions, Picked
from interlock_openapi.catalog import Catalog, tokens
from interlock_openapi.document import METHODS, Document
from interlock_openapi.effects import READING
from interlock_openapi.loading import load
from interlock_openapi.schemas import LARGEST, size
from openapi_documents import call_for, document_of

NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}", re.ASCII)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
REFERENCES = st.sampled_from(
    [
        "#/components/schemas/A",
        "#/components/schemas/B",
        "#",
        "#/paths",
        "other.yaml#/x",
        "#/a~1b/~0",
        "#/%zz",
        "",
    ]
)
KEYS = (
    *("type", "properties", "items", "required", "allOf", "anyOf", "oneOf", "enum", "default", "nullable"),
    *("additionalProperties", "format", "pattern", "minimum", "exclusiveMinimum", "minLength", "readOnly"),
    *("const", "description", "title", "not", "discriminator"),
)
SCHEMAS = st.recursive(
    VALUES | st.builds(lambda where: {"$ref": where}, REFERENCES),
    lambda inner: st.dictionaries(
        st.sampled_from(KEYS) | st.text(max_size=4),
        inner | st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_size=4,
    ),
    max_leaves=12,
)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["id", "ID", "x-y", "body", "a[b]", "", "filter"]) | VALUES,
        "in": st.sampled_from(["path", "query", "header", "cookie", "body", "formData"]) | VALUES,
        "required": st.booleans() | VALUES,
        "style": VALUES,
        "explode": VALUES,
        "schema": SCHEMAS,
        "content": st.dictionaries(st.text(max_size=8), SCHEMAS, max_size=2) | VALUES,
        "type": VALUES,
        "$ref": REFERENCES,
    },
)
OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "operationId": st.sampled_from(["act", "Act", "act_", "things/list", "x" * 90]) | VALUES,
        "summary": VALUES,
        "tags": VALUES,
        "parameters": st.lists(PARAMETERS | VALUES, max_size=4) | VALUES,
        "requestBody": st.builds(
            lambda types: {"content": types}, st.dictionaries(st.text(max_size=9), VALUES)
        ),
        "responses": st.dictionaries(st.sampled_from(["200", "default", "2XX"]), VALUES, max_size=2) | VALUES,
        "security": VALUES,
        "servers": VALUES,
    },
)
PATHS = st.dictionaries(
    st.sampled_from(["/a", "/a/", "/a/{id}", "/{id}/{id}", "a", "/", "/a?b=c", "/a#b", "x-y", "/{", "/ü{ß}"]),
    st.dictionaries(st.sampled_from(METHODS) | st.text(max_size=4), OPERATIONS | VALUES, max_size=4) | VALUES,
    max_size=5,
)
DOCUMENTS = st.fixed_dictionaries(
    {"paths": PATHS | VALUES, "openapi": st.sampled_from(["3.0.0", "3.1.0", 3.1, "2"]) | VALUES},
    optional={
        "swagger": st.just("2.0") | VALUES,
        "info": VALUES,
        "servers": VALUES,
        "security": VALUES,
        "components": st.fixed_dictionaries(
            {},
            optional={
                "schemas": st.fixed_dictionaries({"A": SCHEMAS, "B": SCHEMAS}),
                "securitySchemes": VALUES,
            },
        )
        | VALUES,
    },
)


def catalog_of(root: dict[str, Any], **options: Any) -> Catalog:
    return Catalog(Document(root, "the document"), call_for(), OpenApiOptions(document=Path("x"), **options))


@given(DOCUMENTS)
def test_whatever_a_document_holds_its_tools_are_fit_or_it_is_refused(root):
    try:
        catalog = catalog_of(root)
    except ProtocolError:
        return
    names = catalog.names
    assert len({*names, *catalog.verbs}) == len(names) + 2
    for name in names:
        assert NAME.fullmatch(name)
        tool = catalog.tool(name)
        assert tool is not None
        schema = json.loads(json.dumps(dict(tool.spec.parameters), allow_nan=False))
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert set(schema.get("required", ())) <= set(schema["properties"])
        tool.spec.description.encode()
        if tool.operation.method not in READING:
            assert tool.effect != "read"
    catalog.find("list things", 5)


@given(st.binary(max_size=60) | st.text(max_size=80).map(str.encode))
def test_whatever_bytes_there_are_they_are_read_or_refused(data):
    try:
        found = load(data, "the file")
    except ProtocolError:
        return
    assert isinstance(found, dict)
    json.dumps(found, allow_nan=False)


@given(PATHS, st.randoms(use_true_random=False))
def test_names_do_not_depend_on_the_documents_order(paths, shuffled: random.Random):
    if not isinstance(paths, dict):
        return
    order = list(paths)
    shuffled.shuffle(order)
    first, again = (catalog_of(document_of(each)) for each in (paths, {path: paths[path] for path in order}))
    places = [{catalog.operation(name).place: name for name in catalog.names} for catalog in (first, again)]
    assert places[0] == places[1]


DEEP = 3_000


@pytest.mark.parametrize(
    "data",
    [
        b"{" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b"a: " + b"[" * DEEP + b"]" * DEEP,
        b"a: " + b"[" * 100 * DEEP + b"]" * 100 * DEEP,
        b"a:\n " + b"- " * 100 * DEEP + b"1",
        b"a: " + b"{b: " * DEEP + b"1" + b"}" * DEEP,
        "".join(f"{' ' * at}a:\n" for at in range(DEEP)).encode(),
        b"? [1]\n: 2",
        b"a: *nothing",
        b"\xff\xfe",
        b"",
        b"[]",
        b"a: !!python/object:os.system x\n<<: 3",
    ],
    ids=lambda data: f"{data[:12]!r} of {len(data)}",
)
def test_what_is_no_document_is_refused_in_a_sentence(data):
    with pytest.raises(ProtocolError, match="the file "):
        Document(load(data, "the file"), "the file")


def test_what_looks_endless_ends():
    laugh = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert load(laugh.encode(), "the file")["a"] == ["x", "x"]
    circle = "openapi: 3.0.0\npaths:\n  /a:\n    post:\n      requestBody:\n        content:\n"
    circle += "          application/json:\n            schema: &s {type: object, properties: {again: *s}}\n"
    catalog = catalog_of(load(circle.encode(), "the file"))
    tool = catalog.tool("post_a")
    assert tool is not None
    assert size(dict(tool.spec.parameters)) < 500


def big(depth: int) -> dict[str, Any]:
    names = {f"field_{at}": {"$ref": "#/components/schemas/Node"} for at in range(12)}
    if depth == 0:
        return {"type": "object", "description": "x" * 5_000, "properties": names}
    return {"allOf": [big(depth - 1), {"required": ["field_1"]}, {"$ref": "#/components/schemas/Node"}]}


def test_a_schema_that_is_too_large_is_shown_in_part_and_takes_what_the_whole_one_takes():
    node = {
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}
    }
    parameters = [{"name": f"p{at}", "in": "query", "description": "y" * 500} for at in range(400)]
    paths = {"/a": {"post": {"operationId": "act", "parameters": parameters, **node}}}
    catalog = catalog_of(document_of(paths, components={"schemas": {"Node": big(3)}}))
    tool = catalog.tool("act")
    assert tool is not None
    assert size(dict(tool.spec.parameters)) <= LARGEST
    assert tokens(tool.spec) < 2_500
    assert Draft202012Validator(dict(tool.spec.parameters)).is_valid(
        {"p399": 1, "body": {"field_3": {"a": 1}}}
    )


def test_names_that_are_cut_or_shared_are_told_apart_by_their_place():
    long = "list_" + "very_" * 20 + "long"
    paths = {f"/{at}": {"get": {"operationId": f"{long}{at}"}} for at in range(3)}
    paths |= {"/x": {"get": {"operationId": "Same"}}, "/y": {"get": {"operationId": "same"}}}
    paths |= {"/z": {"get": {"operationId": "things_search"}}, "/{id}/sub": {"get": {}}, "/": {"post": {}}}
    names = set(catalog_of(document_of(paths)).names)
    assert all(NAME.fullmatch(name) for name in names)
    assert len(names) == 8
    assert {"get_by_id_sub", "post_root"} <= names
    assert not names & {"same", "things_search", "things_call"}


def test_options_that_do_not_fit_the_document_say_what_there_is():
    root = document_of(
        {"/a": {"get": {}}}, servers=[{"url": "https://api.example.com/v1", "description": "live"}]
    )
    with pytest.raises(ProtocolError, match=r"no server 'test'; it has 1 https://api.example.com/v1"):
        catalog_of(root, server="test")
    with pytest.raises(ProtocolError, match="no security scheme 'token'; it has none"):
        catalog_of(root, credentials={"token": Secret("x")})
    with pytest.raises(ProtocolError, match="no operation of the document fits"):
        catalog_of(root, include=Picked(tags=("x",)))
    elsewhere = document_of({"/a": {"get": {}}}, servers=[{"url": "https://evil.example"}])
    with pytest.raises(ProtocolError, match=r"is not at https://api.example.com"):
        catalog_of(elsewhere, server="1")


def test_an_operation_at_another_origin_is_held_back():
    paths = {
        "/a": {"get": {"servers": [{"url": "https://evil.example"}]}},
        "/b": {"get": {"servers": [{"url": "/v9"}]}},
    }
    catalog = catalog_of(document_of(paths))
    assert catalog.names == ["get_b"]
    assert "another origin" in catalog.withheld["get_a"]


def test_a_document_that_describes_nothing_says_so():
    assert catalog_of({"openapi": "3.1.0", "webhooks": {}}).withheld == {
        "*": "the document describes no operation"
    }


def test_yaml_is_read_as_json_would_be():
    text = "a: 2020-01-01\nno: off\n200: 012\nb: [1, 1.5, 1e3, true, ~, '1', 0x1f, .inf]\n"
    text += "c: &c {d: 1}\ne: {<<: *c, f: 2}\n"
    assert load(text.encode(), "the file") == {
        "a": "2020-01-01",
        "no": "off",
        "200": "012",
        "b": [1, 1.5, 1000.0, True, None, "1", "0x1f", ".inf"],
        "c": {"d": 1},
        "e": {"d": 1, "f": 2},
    }


ODD = ["<<", "~", "null", "0x1f", "1e3", "-.5", "+7", "no", "2020-01-01", ".inf", "=", "-", ""]
PLAIN = st.recursive(
    SCALARS | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
BROKEN = ["a: 1\n---\nb: 2\n", "a: *b\n", "? [1]\n: 2\n", "a: [1\n", "? {a: 1}\n: 2\n"]


@given(value=PLAIN, flow=st.booleans())
def test_yaml_is_read_alike_with_and_without_what_only_yaml_has(value, flow):
    written = yaml.safe_dump({"b": value}, default_flow_style=flow, allow_unicode=True, width=1 << 20)
    plain = f"a: {written}" if flow else written
    # An anchor is read by the loader that knows everything.
    whole = f"{plain}c: &c 1\n"
    assert load(whole.encode(), "the file") == {**load(plain.encode(), "the file"), "c": 1}


@pytest.mark.parametrize("text", BROKEN)
def test_yaml_that_is_none_is_refused_whichever_way_it_is_read(text):
    for each in (text, f"x: &x 1\n{text}"):
        with pytest.raises(ProtocolError, match="the file"):
            load(each.encode(), "the file")
