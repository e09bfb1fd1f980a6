"""Arguments of LangChain's other chat models, under the names that are ours."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from interlock import RequestError, Settings

_NAMES = {
    "model_name": "model",
    "request_timeout": "timeout",
    "max_completion_tokens": "max_tokens",
    "max_tokens_to_sample": "max_tokens",
    "stop_sequences": "stop",
    "effort": "reasoning_effort",
}
_SETTINGS = frozenset(field.name for field in fields(Settings))
# A router's deployments have keys and retries of their own; usage is always told.
_UNUSED = ("api_key", "openai_api_key", "anthropic_api_key", "max_retries", "stream_usage")
# Fields of a vendor's body that have no name here.
_FIELDS = ("service_tier", "logit_bias", "store", "verbosity", "prompt_cache_key", "safety_identifier")
# `init_chat_model`'s words for providers that go by another name here.
_PROVIDERS = {
    "azure_openai": "azure",
    "bedrock_converse": "bedrock",
    "google_genai": "google",
    "mistralai": "mistral",
}
_WAYS = {
    **dict.fromkeys(
        ("base_url", "openai_api_base", "anthropic_api_url"),
        "name the address as base_url of a deployment, with the region that it stands in",
    ),
    **dict.fromkeys(
        (
            "default_headers", "extra_headers", "default_query", "extra_query", "organization",
            "openai_organization",
        ),
        "name them as headers of a deployment",
    ),
    "openai_proxy": "name it as proxy of a deployment",
    "use_responses_api": "say traits: {endpoint: responses} of a deployment, or leave it to the router",
    **dict.fromkeys(
        ("http_client", "http_async_client", "http_socket_options"),
        "the router has connections of its own; see ca_bundle, client_cert and proxy of a deployment",
    ),
}  # fmt: skip

NAMES = frozenset(
    {
        *_NAMES,
        *_UNUSED,
        *_FIELDS,
        *_WAYS,
        "n",
        "top_logprobs",
        "reasoning",
        "model_kwargs",
        "extra_body",
        "functions",
        "function_call",
        "model_provider",
        "thinking",
    }
)


def ours(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same arguments; what has no name here is left as it is.

    Raises:
        RequestError: an argument that says where calls go, which is the configuration's to say, or one
            whose value has no meaning here.
    """
    if NAMES.isdisjoint(given) and not isinstance(given.get("logprobs"), bool):
        return dict(given)
    options: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in given.items():
        if name in _UNUSED or name in _LAST or (value is None and name in NAMES):
            continue
        if name in _WAYS:
            raise RequestError(
                f"a call may not say where it goes; {_WAYS[name]}, in the configuration.", key=name
            )
        if name in _FIELDS:
            extra[name] = value
        elif name in _READERS:
            _READERS[name](value, options, extra)
        else:
            options.setdefault(_NAMES.get(name, name), value)
    for name, read in _LAST.items():
        if given.get(name) is not None:
            read(given[name], options, extra)
    if extra:
        options["extra"] = {**extra, **(options.get("extra") or {})}
    return options


def _one(value: Any, _: dict[str, Any], __: dict[str, Any]) -> None:
    if value != 1:
        raise RequestError("a call has one answer; ask again, or `batch`, for more.", key="n")


def _logprobs(value: Any, options: dict[str, Any], _: dict[str, Any]) -> None:
    """OpenAI's flag, where `top_logprobs` has the number."""
    if value is True:
        options.setdefault("logprobs", 0)
    elif value is not False and value is not None:
        options["logprobs"] = value


def _alternatives(value: Any, options: dict[str, Any], _: dict[str, Any]) -> None:
    options["logprobs"] = value


def _reasoning(value: Any, options: dict[str, Any], extra: dict[str, Any]) -> None:
    if not isinstance(value, Mapping):
        raise RequestError(f"expected a mapping, not {type(value).__name__}", key="reasoning")
    rest = {name: each for name, each in value.items() if name != "effort"}
    if rest:
        extra["reasoning"] = rest
    if value.get("effort") is not None:
        options["reasoning_effort"] = value["effort"]


def _provider(value: Any, options: dict[str, Any], _: dict[str, Any]) -> None:
    model = options.get("model")
    if not isinstance(value, str) or not isinstance(model, str):
        raise RequestError("it says whose the model is; name both of them.", key="model_provider")
    provider = f"{_PROVIDERS.get(value, value)}:"
    options["model"] = provider + model.removeprefix(provider)


def _thinking(value: Any, options: dict[str, Any], extra: dict[str, Any]) -> None:
    """Anthropic's: an effort that is given as well counts where no budget is."""
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind == "enabled" and "budget_tokens" in value:
        options.setdefault("reasoning_tokens", value["budget_tokens"])
    elif kind == "adaptive":
        options.setdefault("reasoning_effort", "high")  # the vendor's own, where none is given
    elif kind == "disabled":
        options.setdefault("reasoning_effort", "none")
    else:
        raise RequestError(
            "expected {type: enabled, budget_tokens: …}, {type: adaptive} or {type: disabled}", key="thinking"
        )
    rest = {name: each for name, each in value.items() if name not in ("type", "budget_tokens")}
    if rest:
        extra["thinking"] = rest


def _more(value: Any, options: dict[str, Any], extra: dict[str, Any]) -> None:
    """`model_kwargs`: settings, under whosever names, and fields of the vendor's body."""
    if not isinstance(value, Mapping):
        raise RequestError(f"expected a mapping, not {type(value).__name__}", key="model_kwargs")
    for name, each in ours(value).items():
        if name == "extra":
            extra.update(each)
        elif name in _SETTINGS:
            options.setdefault(name, each)
        else:
            extra[name] = each


def _body(value: Any, _: dict[str, Any], extra: dict[str, Any]) -> None:
    if not isinstance(value, Mapping):
        raise RequestError(f"expected a mapping, not {type(value).__name__}", key="extra_body")
    extra.update(value)


def _functions(value: Any, options: dict[str, Any], _: dict[str, Any]) -> None:
    options["tools"] = [{"type": "function", "function": dict(each)} for each in value]


def _called(value: Any, options: dict[str, Any], _: dict[str, Any]) -> None:
    options["tool_choice"] = value["name"] if isinstance(value, Mapping) else value


_READERS: Mapping[str, Callable[[Any, dict[str, Any], dict[str, Any]], None]] = {
    "n": _one,
    "logprobs": _logprobs,
    "top_logprobs": _alternatives,
    "reasoning": _reasoning,
    "model_kwargs": _more,
    "extra_body": _body,
    "functions": _functions,
    "function_call": _called,
}
# Read when all others are, since these are about what the others set.
_LAST: Mapping[str, Callable[[Any, dict[str, Any], dict[str, Any]], None]] = {
    "model_provider": _provider,
    "thinking": _thinking,
}
