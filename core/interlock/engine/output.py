"""Structured output: from what callers give to a schema, and from an answer's text to what they wanted."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from interlock.errors import OutputInvalid, RequestError
from interlock.types.request import Output


def as_output(value: object) -> Output | None:
    """A schema out of a pydantic model, a dataclass, a typed dict or a JSON schema."""
    if value is None or isinstance(value, Output):
        return value
    if isinstance(value, Mapping):
        schema = dict(value)
        if schema.get("type") != "object" and not {"properties", "$ref", "anyOf", "oneOf"} & schema.keys():
            raise RequestError("a JSON schema of type object is expected", key="output")
        return Output(name=str(schema.get("title") or "output"), schema=schema, build=_object)
    if isinstance(value, type) and (hasattr(value, "model_json_schema") or dataclasses.is_dataclass(value)):
        from pydantic import TypeAdapter  # noqa: PLC0415 - costs more than the rest of the import together

        adapter: TypeAdapter[Any] = TypeAdapter(value)
        return Output(name=value.__name__, schema=adapter.json_schema(), build=adapter.validate_python)
    raise RequestError(
        f"expected a pydantic model, a dataclass or a JSON schema, not {type(value).__name__}", key="output"
    )


def parse(output: Output, text: str) -> Any:
    """What the caller asked for.

    Raises:
        OutputInvalid: the text is no JSON or does not fit.
    """
    try:
        value = json.loads(_bare(text))
    except (ValueError, RecursionError):
        raise OutputInvalid(f"the answer is no JSON, as {output.name} asks for", text=text) from None
    try:
        return output.build(value)
    except ValueError as error:
        where = _where(error)
        raise OutputInvalid(f"the answer does not fit {output.name}{where}", text=text) from None


def _bare(text: str) -> str:
    """Models like to wrap JSON in a code fence, even when asked not to."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        return text[3:-3].removeprefix("json").strip()
    return text


def _where(error: ValueError) -> str:
    """The places that do not fit; not the values, which are content."""
    errors = getattr(error, "errors", None)
    if not callable(errors):
        return ""
    places = [".".join(str(step) for step in item["loc"]) or "(top)" for item in errors()]
    return f": {', '.join(places[:5])}"


def _object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - parse turns ValueError into OutputInvalid
    return value
