"""`response_format`, as OpenAI and LangChain's agents write it, as the router's structured output."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage
from langchain_core.utils.function_calling import convert_to_json_schema

from interlock import Message, Output, RequestError

# Open on purpose: a closed object without properties would allow {} alone.
_ANY_OBJECT: Mapping[str, Any] = {"type": "object", "additionalProperties": True}


def schema_of(schema: Any, *, strict: bool | None = None) -> dict[str, Any]:
    """A JSON schema with a title, out of any of LangChain's forms."""
    if isinstance(schema, Mapping) and not {"title", "name"} & schema.keys():
        schema = {"title": "output", **schema}
    return convert_to_json_schema(schema, strict=strict)


def output_of(given: Any, messages: Sequence[BaseMessage]) -> tuple[Any, tuple[Message, ...]]:
    """(what the router takes as `output`, what must be said beside it).

    Raises:
        RequestError: a form that is not known.
    """
    if given is None:
        return None, ()
    if not isinstance(given, Mapping):
        return schema_of(given), ()
    kind = given.get("type")
    if kind == "text":
        return None, ()
    if kind == "json_schema":
        spec = given.get("json_schema")
        if not isinstance(spec, Mapping) or not isinstance(spec.get("schema"), Mapping):
            raise RequestError("expected {name, schema}", key="response_format.json_schema")
        return {"title": str(spec.get("name") or "output"), **spec["schema"]}, ()
    if kind == "json_object":
        return Output(name="json_object", schema=_ANY_OBJECT, build=_object), _words(given, messages)
    raise RequestError(
        f"{kind!r} is no known form; use json_schema, json_object or text", key="response_format.type"
    )


def _object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("an object is expected")  # noqa: TRY004 - what `Output.build` raises
    return value


def _words(given: Mapping[str, Any], messages: Sequence[BaseMessage]) -> tuple[Message, ...]:
    """Plain JSON mode tells a model nothing of the schema, and some vendors want the word JSON said."""
    said = "\n".join(str(message.text) for message in messages).casefold()
    schema = given.get("schema")
    names = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    if "json" in said and all(str(name).casefold() in said for name in names):
        return ()
    ask = "Answer with one JSON object and nothing else."
    if schema:
        ask += f" It must be valid under this JSON schema:\n{json.dumps(schema, ensure_ascii=False)}"
    return (Message("system", ask),)
