"""Structured output: from what callers give to a schema, and from an answer's text to what they wanted."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from interlock.errors import OutputInvalid, RequestError
from interlock.types.messages import Message
from interlock.types.request import Output, Request, unbuilt
from interlock.types.strict import loads

_SHOWN = 5


def as_output(value: object) -> Output | None:
    """A schema out of a pydantic model, a dataclass, a typed dict or a JSON schema; `dict` is any object."""
    if isinstance(value, Output):
        return replace(value, build=_checker(dict(value.schema))) if value.build is unbuilt else value
    if value is None:
        return None
    if value is dict:
        return _ANY_OBJECT
    if isinstance(value, Mapping):
        schema = dict(value)
        if schema.get("type") != "object" and not {"properties", "$ref", "anyOf", "oneOf"} & schema.keys():
            raise RequestError("a JSON schema of type object is expected", key="output")
        return Output(name=str(schema.get("title") or "output"), schema=schema, build=_checker(schema))
    if isinstance(value, type) and (hasattr(value, "model_json_schema") or dataclasses.is_dataclass(value)):
        from pydantic import TypeAdapter  # noqa: PLC0415 - costs more than the rest of the import together

        adapter: TypeAdapter[Any] = TypeAdapter(value)
        return Output(name=value.__name__, schema=adapter.json_schema(), build=adapter.validate_python)
    raise RequestError(
        f"expected a pydantic model, a dataclass, a JSON schema or dict, not {type(value).__name__}",
        key="output",
    )


def _object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError  # noqa: TRY004 - what `Output.build` raises
    return value


# Open in so many words: a dialect may close what says nothing about it, and then {} is all that fits.
_ANY_OBJECT = Output(
    name="json_object", schema={"type": "object", "additionalProperties": True}, build=_object, free=True
)


def parse(output: Output, text: str) -> Any:
    """What the caller asked for.

    Raises:
        OutputInvalid: the text is no JSON or does not fit.
    """
    try:
        value = loads(bare(text))
    except (ValueError, RecursionError):
        raise OutputInvalid(f"the answer is no JSON, as {output.name} asks for", text=text) from None
    try:
        return output.build(value)
    except (ValueError, RecursionError) as error:
        where = _where(error) if isinstance(error, ValueError) else ""
        raise OutputInvalid(f"the answer does not fit {output.name}{where}", text=text) from None


def mending(request: Request, misfit: OutputInvalid) -> Request:
    """The request, and behind it the answer that did not fit and what was wrong with it."""
    ask = f"{misfit.message}. Answer again, with JSON that fits the schema and nothing else."
    said = misfit.text if misfit.text.strip() else "(nothing)"
    return replace(request, messages=(*request.messages, Message("assistant", said), Message("user", ask)))


def bare(text: str) -> str:
    """JSON as models write it: they like to wrap it in a code fence, even when asked not to."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        return text[3:-3].removeprefix("json").strip()
    return text


def _where(error: ValueError) -> str:
    """The places that do not fit; not the values, which are content."""
    if isinstance(error, _Misfit):
        return f": {', '.join(error.places)}"
    errors = getattr(error, "errors", None)
    if not callable(errors):
        return ""
    return f": {', '.join(_path(item['loc']) for item in list(errors())[:_SHOWN])}"


def _path(steps: Iterable[object]) -> str:
    return ".".join(map(str, steps)) or "(top)"


class _Misfit(ValueError):
    def __init__(self, places: list[str]) -> None:
        super().__init__()
        self.places = places


def _checker(schema: dict[str, Any]) -> Callable[[Any], Any]:
    """What checks a value against a JSON schema and returns it.

    Raises:
        RequestError: the schema is none.
    """
    # The package itself: one of its modules, asked for while another thread is at the package, would find it
    # half made.
    from jsonschema import SchemaError, validators  # noqa: PLC0415 - only callers with a schema need it
    from referencing import Registry  # noqa: PLC0415 - see above
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - see above
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - see above

    kind = validators.validator_for(schema)
    try:
        kind.check_schema(schema)
    except SchemaError as error:
        where = _path(error.absolute_path)
        raise RequestError(f"this is no JSON schema: {where}: {error.message}", key="output") from None
    validator = kind(schema, registry=Registry())  # an empty registry fetches nothing from anywhere
    try:
        # References are looked up when a value meets them: better now than after a model has answered.
        resolver = Registry().with_resource("", DRAFT202012.create_resource(schema)).resolver()
        for reference in _references(schema):
            resolver.lookup(reference)
    except Unresolvable as error:
        raise RequestError(f"the schema refers to what is not in it: {error.ref}", key="output") from None

    def check(value: Any) -> Any:
        found = [
            f"{_path(error.absolute_path)} ({error.validator})" for error in validator.iter_errors(value)
        ]
        if found:
            raise _Misfit(found[:_SHOWN])
        return value

    return check


def _references(schema: object) -> Iterator[str]:
    """Every `$ref` in a schema, however deep."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            waiting.extend(part.values())
        elif isinstance(part, (list, tuple)):
            waiting.extend(part)
