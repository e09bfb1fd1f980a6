import dataclasses
import subprocess
import sys
from textwrap import dedent

import pytest
from pydantic import BaseModel

from interlock.errors import OutputInvalid, RequestError
from interlock.requests.output import as_output, parse


class Invoice(BaseModel):
    number: str
    total: float


@dataclasses.dataclass
class Point:
    x: int
    y: int


SCHEMA = {"type": "object", "properties": {"ok": {"type": "boolean"}}}


def test_a_pydantic_model_comes_back_as_itself():
    assert parse(as_output(Invoice), '{"number": "A7", "total": 12.5}') == Invoice(number="A7", total=12.5)


def test_a_dataclass_comes_back_as_itself():
    assert parse(as_output(Point), '{"x": 1, "y": 2}') == Point(1, 2)


def test_a_schema_comes_back_as_a_dictionary():
    assert parse(as_output(SCHEMA), '{"ok": true}') == {"ok": True}


def test_a_code_fence_around_json_is_forgiven():
    assert parse(as_output(SCHEMA), '```json\n{"ok": false}\n```') == {"ok": False}


@pytest.mark.parametrize(
    "text",
    ["", "Sure! Here it is", '{"number": "A7"', "[" * 100_000, '{"total": NaN}', '{"total": 1, "total": 2}'],
)
def test_an_answer_that_is_no_json_is_named_as_such(text):
    with pytest.raises(OutputInvalid, match="no JSON") as caught:
        parse(as_output(Invoice), text)
    assert caught.value.text == text


def test_an_answer_that_does_not_fit_names_the_place_and_not_the_value():
    with pytest.raises(OutputInvalid) as caught:
        parse(as_output(Invoice), '{"number": "A7", "total": "a secret"}')
    assert "total" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", [42, "schema", {"type": "string"}, int])
def test_what_is_no_schema_is_refused(value):
    with pytest.raises(RequestError, match="output"):
        as_output(value)


INVOICE = {
    "type": "object",
    "properties": {
        "total": {"type": "number", "minimum": 0},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    },
    "required": ["total"],
    "$defs": {"line": {"type": "object", "required": ["sku"]}},
}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"sum": 12}', "(top) (required)"),
        ('{"total": "a secret"}', "total (type)"),
        ('{"total": -1}', "total (minimum)"),
        ('{"total": 1, "lines": [{"sku": 1}, {}]}', "lines.1 (required)"),
        ("[]", "(top) (type)"),
    ],
)
def test_a_schema_is_held_to_in_every_part(text, place):
    with pytest.raises(OutputInvalid) as caught:
        parse(as_output(INVOICE), text)
    assert str(caught.value) == f"the answer does not fit output: {place}"


@pytest.mark.parametrize(
    "schema", [{"type": "object", "properties": []}, {"type": "object", "required": "total"}]
)
def test_a_schema_that_is_none_is_refused(schema):
    with pytest.raises(RequestError, match="no JSON schema"):
        as_output(schema)


@pytest.mark.parametrize("reference", ["https://example.org/schema.json", "#/$defs/nowhere"])
def test_a_schema_that_refers_elsewhere_is_refused_and_never_fetched(reference):
    with pytest.raises(RequestError) as caught:
        as_output({"type": "object", "properties": {"a": {"$ref": reference}}})
    assert "refers to what is not in it" in str(caught.value)


def test_threads_may_be_the_first_to_need_a_schema_at_once():
    program = """
        import sys, threading, time
        from interlock.requests.output import as_output
        amiss = []
        def ask():
            try:
                as_output({"type": "object"})
            except ImportError as error:
                amiss.append(error)
        first = threading.Thread(target=ask)
        first.start()
        # The package is half imported from here on.
        while getattr(sys.modules.get("jsonschema.exceptions"), "SchemaError", None) is None:
            time.sleep(0)
        others = [threading.Thread(target=ask) for _ in range(4)]
        for thread in others:
            thread.start()
        for thread in (first, *others):
            thread.join()
        sys.exit(str(amiss[0]) if amiss else 0)
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
