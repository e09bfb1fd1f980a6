"""The grader of structure: JSON that fits a schema, and, where there is a reference, says the same."""

import json
import re
from typing import Any, Final

from interlock import RequestError
from interlock_evaluation.grading.grader import Mark
from interlock_evaluation.suites import Sample

_FENCED: Final = re.compile(r"```(?:json)?[ \t]*\n(.*?)```", re.DOTALL | re.IGNORECASE)


class Schema:
    """JSON, alone or in a fence, that the option `schema` allows; with a reference, of its value.

    With a reference that is a mapping, the score is the share of its keys that have the same value.
    """

    name = "schema"

    def check(self, sample: Sample) -> None:
        from jsonschema.exceptions import SchemaError  # noqa: PLC0415 - slow to import
        from jsonschema.validators import Draft202012Validator  # noqa: PLC0415 - likewise

        for key in sample.options:
            if key != "schema":
                raise RequestError("is no option of it; there is schema.", key=f"grader.{key}")
        schema = sample.options.get("schema")
        if schema is None and sample.reference is None:
            raise RequestError("expected a `schema`, or a reference.", key="grader.schema")
        if schema is not None:
            try:
                Draft202012Validator.check_schema(schema)
            except SchemaError as error:
                raise RequestError(f"is no JSON Schema: {error.message:.160}", key="grader.schema") from None
        if sample.reference is not None and _read(sample.reference) is _NONE:
            raise RequestError("is no JSON.", key="reference")

    async def mark(self, sample: Sample, answer: str) -> Mark:
        from jsonschema.validators import Draft202012Validator  # noqa: PLC0415 - slow to import

        found = json_in(answer)
        if found is _NONE:
            return Mark(score=0.0, why="no JSON")
        schema = sample.options.get("schema")
        if schema is not None:
            wrong = next(Draft202012Validator(schema).iter_errors(found), None)
            if wrong is not None:
                return Mark(score=0.0, why=f"{wrong.json_path}: {wrong.message}"[:160])
        if sample.reference is None:
            return Mark(score=1.0)
        return _compared(_read(sample.reference), found)


_NONE: Final = object()


def json_in(answer: str) -> Any:
    """The value that an answer is, or has in its first fence."""
    whole = _read(answer)
    if whole is not _NONE:
        return whole
    fenced = _FENCED.search(answer)
    return _read(fenced[1]) if fenced else _NONE


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NONE


def _compared(wanted: Any, found: Any) -> Mark:
    if not isinstance(wanted, dict) or not wanted:
        same = _same(wanted, found)
        return Mark(score=float(same), why="" if same else "another value")
    found = found if isinstance(found, dict) else {}
    wrong = [key for key, value in wanted.items() if key not in found or not _same(value, found[key])]
    return Mark(score=1 - len(wrong) / len(wanted), why=f"wrong: {', '.join(wrong)}"[:160] if wrong else "")


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True) or (
        isinstance(one, (int, float))
        and isinstance(other, (int, float))
        and not isinstance(one, bool)
        and not isinstance(other, bool)
        and one == other
    )
