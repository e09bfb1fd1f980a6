"""`response_format`, as OpenAI and LangChain's agents write it, as the router's structured output."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage
from langchain_core.utils.function_calling import convert_to_json_schema

from interlock import Message, RequestError


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
        return dict, _words(given, messages)
    raise RequestError(
        f"{kind!r} is no known form; use json_schema, json_object or text", key="response_format.type"
    )


def _words(given: Mapping[str, Any], messages: Sequence[BaseMessage]) -> tuple[Message, ...]:
    """JSON mode tells a model nothing of the schema."""
    schema = given.get("schema")
    if not schema:
        return ()
    said = "\n".join(str(message.text) for message in messages).casefold()
    names = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    if "json" in said and all(str(name).casefold() in said for name in names):
        return ()
    ask = "Answer with one JSON object and nothing else. It must be valid under this JSON schema:"
    return (Message("system", f"{ask}\n{json.dumps(schema, ensure_ascii=False)}"),)
