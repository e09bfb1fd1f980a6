"""What programs give `OpenAI(…)`, for an LLM that is many: mapped, left unused, or refused."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from os import PathLike
from typing import Any

from llama_index.core.bridge.pydantic import ValidationError

from interlock import RequestError, Settings

SETTINGS = tuple(field.name for field in fields(Settings))

_FILES = (".yaml", ".yml")
# A router's deployments have keys, retries and connections of their own, and its streams count tokens anyway.
_UNUSED = ("max_retries", "reuse_client")
_PASSED_OVER = ("api_key", "stream_options")
_ALIASES = {"max_completion_tokens": "max_tokens", "max_new_tokens": "max_tokens"}
_OURS = (*_PASSED_OVER, *_ALIASES, "n", "top_logprobs", "modalities", "audio_config")
# Where requests go and what they carry there is the operator's to say.
_ELSEWHERE = {
    **dict.fromkeys(("api_base", "base_url", "api_version", "azure_endpoint"), "base_url"),
    **dict.fromkeys(("default_headers", "extra_headers"), "headers"),
    **dict.fromkeys(("engine", "azure_deployment"), "name"),
    **dict.fromkeys(
        ("http_client", "async_http_client", "openai_client", "async_openai_client"),
        "base_url, proxy or headers",
    ),
}


def source_of(given: "str | PathLike[str] | Mapping[str, Any] | None") -> tuple[Any, str | None]:
    """(configuration, model): a text that does not end as a configuration's file does is a model."""
    if isinstance(given, str) and not given.endswith(_FILES):
        return None, given
    return given, None


def as_fields(given: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """The fields that a constructor's arguments come to, None meaning not given.

    Raises:
        RequestError: naming the argument that there is none of, or that the configuration says instead.
    """
    known = [*known]
    for name, value in given.items():
        if name in _ELSEWHERE and value is not None:
            raise elsewhere(name)
        if name not in known and name not in _OURS and name not in _ELSEWHERE:
            raise unknown(name, (*known, *_OURS))
    kept = {name: value for name, value in named(given).items() if name not in _ELSEWHERE}
    sound = {"modalities": kept.pop("modalities", None), "audio": kept.pop("audio_config", None)}
    if wanted := {name: value for name, value in sound.items() if value is not None}:
        kept["additional_kwargs"] = {**wanted, **(kept.get("additional_kwargs") or {})}
    return kept


def named(given: Mapping[str, Any]) -> dict[str, Any]:
    """OpenAI's names and truth values, in the names and numbers that there are here."""
    found = {
        _ALIASES.get(name, name): value
        for name, value in given.items()
        if value is not None and name not in _PASSED_OVER
    }
    if found.pop("n", 1) != 1:
        raise RequestError("a call has one answer; ask again for another", key="n")
    if (form := found.pop("response_format", None)) is not None and (output := output_of(form)) is not None:
        found["output"] = output
    alternatives = found.pop("top_logprobs", 0)
    if isinstance(wanted := found.get("logprobs", bool(alternatives)), bool):
        found.pop("logprobs", None)
        if wanted:
            found["logprobs"] = alternatives
    return found


def output_of(given: Any) -> Any:
    """OpenAI's `response_format` as the router's `output`; a class is one already. None for plain text."""
    if not isinstance(given, Mapping):
        return given
    match given.get("type"):
        case "text":
            return None
        case "json_object":
            return dict
        case "json_schema":
            spec = given.get("json_schema")
            if not isinstance(spec, Mapping) or not isinstance(spec.get("schema"), Mapping):
                raise RequestError("expected {name, schema}", key="response_format.json_schema")
            return {"title": str(spec.get("name") or "output"), **spec["schema"]}
        case kind:
            raise RequestError(
                f"{kind!r} is no known form; use json_schema, json_object or text", key="response_format.type"
            )


def body(additional: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """What `additional_kwargs` come to: options by their names, and the vendor's own fields as `extra`.

    Raises:
        RequestError: naming what is not a request's to say.
    """
    for name in additional:
        if name in _ELSEWHERE:
            raise elsewhere(f"additional_kwargs.{name}")
    found = {name: value for name, value in named(additional).items() if name not in _UNUSED}
    extra = {**found.pop("extra_body", {}), **found.pop("extra", {})}
    options = {name: found.pop(name) for name in known if name in found}
    if extra := {**extra, **found}:
        try:
            options["extra"] = Settings(extra=extra).extra
        except RequestError as error:
            raise RequestError(
                error.message, key=error.key.replace("settings.extra", "additional_kwargs")
            ) from None
    return options


def unknown(name: str, known: Iterable[str]) -> RequestError:
    near = get_close_matches(name, list(known), n=1)
    return RequestError("there is no such argument.", key=name, suggestion=near[0] if near else None)


def misfit(error: ValidationError) -> RequestError:
    """The first value that cannot be used, without the value: a secret may stand in the wrong place."""
    first = error.errors(include_input=False, include_url=False)[0]
    said = first["msg"].removeprefix("Value error, ")
    return RequestError(said[:1].lower() + said[1:], key=".".join(map(str, first["loc"])))


def elsewhere(key: str) -> RequestError:
    place = _ELSEWHERE[key.rpartition(".")[2]]
    return RequestError(
        f"an LLM over a router does not say where requests go or what they carry there; "
        f"in the configuration that is {place} of a deployment",
        key=key,
    )
