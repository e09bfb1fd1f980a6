"""A body of chat completions, as a request."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from interlock import RequestError, Settings
from interlock.types.numbers import LARGEST_SEED
from interlock.types.request import Options
from interlock_server.dialects.chat.messages import Conversation
from interlock_server.dialects.chat.tools import (
    choice_of,
    function_choice_of,
    functions_of,
    output_of,
    tools_of,
)
from interlock_server.dialects.dialect import Asked
from interlock_server.dialects.own import OWN, metadata_of, own_options
from interlock_server.dialects.reading import Fields

HONOURED = frozenset(
    {
        "frequency_penalty", "function_call", "functions", OWN, "logprobs", "max_completion_tokens",
        "max_tokens", "messages", "metadata", "model", "parallel_tool_calls", "presence_penalty", "reasoning",
        "reasoning_effort", "response_format", "safety_identifier", "seed", "stop", "stream",
        "stream_options", "temperature", "thinking", "tool_choice", "tools", "top_k", "top_logprobs", "top_p",
        "user",
    }
)  # fmt: skip
"""Fields that change what is asked."""

PASSED_OVER = frozenset(
    {"prediction", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "verbosity"}
)
"""Fields that are hints to one vendor: an answer without them is as good an answer."""

ONLY: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "n": ((1,), "one answer comes back for a request; ask as often as answers are wanted"),
    "store": ((False,), "nothing of an answer is kept for asking for it later; send false, or leave it out"),
    "logit_bias": (({},), "the models behind this endpoint have no tokens in common"),
    "modalities": ((["text"],), "answers are text; leave it out"),
    "service_tier": (
        ("auto", "default"),
        "whoever runs the server decides the tier, by extra_body of a deployment; send auto, or nothing",
    ),
}
"""Fields of which some values alone can be honoured: these change nothing, and others are refused."""

REFUSED: Mapping[str, str] = {
    "audio": "answers are text; leave it out",
    "moderation": "whoever runs the server decides what is moderated, by guardrails; leave it out",
    "web_search_options": "searches are run by one vendor alone; give a tool that searches",
}
"""Fields that are known and cannot be honoured, and what is said of each."""

_KNOWN = HONOURED | PASSED_OVER | ONLY.keys()
_TOOLS = frozenset({"function_call", "functions", "tool_choice", "tools"})
_RARE = frozenset({"metadata", "response_format", "stream_options"})
_REASONED = frozenset({"reasoning", "reasoning_effort", "thinking"})
_MOST_ALTERNATIVES = 20
_FORM = frozenset({"json_schema", "type"})
_STREAM_OPTIONS = frozenset({"include_obfuscation", "include_usage"})
_REASONING = frozenset({"effort", "enabled", "exclude", "max_tokens", "summary"})
_THINKING = frozenset({"budget_tokens", "type"})


def read(body: Mapping[str, Any]) -> Asked:
    """What a body asks for. Raises RequestError, whose key is the body's own."""
    fields = Fields(body, "", _KNOWN, refused=REFUSED)
    asked_for = body.keys()
    if not asked_for.isdisjoint(ONLY):
        _check_only(fields)
    messages = Conversation().read(body.get("messages"))
    options = own_options(body) if OWN in body else Options()
    if not asked_for.isdisjoint(_SET):
        options["settings"] = _settings(fields, asked_for)
    if not asked_for.isdisjoint(_TOOLS):
        _put_tools(fields, options)
    counted = False if asked_for.isdisjoint(_RARE) else _put_rare(fields, options)
    return Asked(
        model=fields.model(),
        messages=messages,
        options=options,
        stream=bool(fields.flag("stream")),
        keeps={"functions": body.get("functions") is not None, "usage": counted},
    )


def _put_rare(fields: Fields, options: Options) -> bool:
    """The form of an answer, and metadata; whether a stream is to say what it used."""
    if (form := fields.inner("response_format", _FORM)) is not None:
        options["output"] = output_of(form)
    if "metadata" in fields:
        options["metadata"] = {
            **metadata_of(fields.get("metadata"), "metadata"),
            **options.get("metadata", {}),
        }
    streaming = fields.inner("stream_options", _STREAM_OPTIONS)
    return streaming is not None and bool(streaming.flag("include_usage"))


def _check_only(fields: Fields) -> None:
    for name, (fitting, why) in ONLY.items():
        if name in fields and not _is_one_of(fields.get(name), fitting):
            raise fields.wrong(name, why)


def _is_one_of(value: Any, fitting: tuple[Any, ...]) -> bool:
    return any(type(value) is type(each) and value == each for each in fitting)


def _settings(fields: Fields, asked_for: Iterable[str]) -> Settings:
    """Those that are asked for, which are few of all that may be."""
    said: dict[str, Any] = {}
    for name in asked_for:
        if name in _SETTINGS:
            setting, read_of = _SETTINGS[name]
            said[setting] = read_of(fields)
    if not _REASONED.isdisjoint(asked_for):
        said["reasoning_effort"], said["reasoning_tokens"] = _reasoning(fields)
    return Settings(**said)


def _either(fields: Fields, name: str, other: str) -> str | None:
    first, second = fields.text(name), fields.text(other)
    return second if first is None else first


def _max_tokens(fields: Fields) -> int | None:
    new, old = fields.whole("max_completion_tokens", 1), fields.whole("max_tokens", 1)
    if new is not None and old is not None and new != old:
        raise fields.wrong("max_tokens", "max_completion_tokens says otherwise; send one of the two")
    return old if new is None else new


def _stop(fields: Fields) -> tuple[str, ...]:
    given = fields.get("stop")
    if given is None:
        return ()
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise fields.wrong("stop", "expected text or a list of texts")
    return tuple(found)


def _logprobs(fields: Fields) -> int | None:
    wanted, most = fields.flag("logprobs"), fields.whole("top_logprobs", 0, _MOST_ALTERNATIVES)
    if not wanted:
        if most:
            raise fields.wrong("top_logprobs", "it goes with logprobs: true")
        return None
    return most or 0


def _reasoning(fields: Fields) -> tuple[str | None, int | None]:
    """How much to think, by the dialect's own field or by those of servers that speak it."""
    effort, tokens = fields.text("reasoning_effort"), None
    if (reasoning := fields.inner("reasoning", _REASONING)) is not None:
        said = reasoning.text("effort") or ("none" if reasoning.flag("enabled") is False else None)
        if said is not None and effort not in (None, said):
            raise fields.wrong("reasoning", "reasoning_effort says otherwise; send one of the two")
        effort, tokens = said or effort, reasoning.whole("max_tokens", 0)
    if (thinking := fields.inner("thinking", _THINKING)) is not None:
        if thinking.one_of("type", ("enabled", "disabled", "adaptive")) == "disabled":
            effort = "none"
        tokens = thinking.whole("budget_tokens", 0) if tokens is None else tokens
    return effort, tokens


def _parallel(fields: Fields) -> bool | None:
    """An answer has room for one call of a function."""
    return False if fields.get("functions") else fields.flag("parallel_tool_calls")


def _user(fields: Fields) -> str | None:
    return _either(fields, "user", "safety_identifier")


# Which setting a field says, alone or with others, and how it is read.
_SETTINGS: Mapping[str, tuple[str, Callable[[Fields], object]]] = {
    "temperature": ("temperature", lambda fields: fields.number("temperature", 0)),
    "top_p": ("top_p", lambda fields: fields.number("top_p", 0, 1)),
    "top_k": ("top_k", lambda fields: fields.whole("top_k", 0)),
    "presence_penalty": ("presence_penalty", lambda fields: fields.number("presence_penalty")),
    "frequency_penalty": ("frequency_penalty", lambda fields: fields.number("frequency_penalty")),
    "seed": ("seed", lambda fields: fields.whole("seed", -LARGEST_SEED, LARGEST_SEED)),
    "max_tokens": ("max_tokens", _max_tokens),
    "max_completion_tokens": ("max_tokens", _max_tokens),
    "stop": ("stop", _stop),
    "logprobs": ("logprobs", _logprobs),
    "top_logprobs": ("logprobs", _logprobs),
    "parallel_tool_calls": ("parallel_tool_calls", _parallel),
    "functions": ("parallel_tool_calls", _parallel),
    "user": ("user", _user),
    "safety_identifier": ("user", _user),
}
_SET = _SETTINGS.keys() | _REASONED


def _put_tools(fields: Fields, options: Options) -> None:
    if "functions" in fields:
        if "tools" in fields:
            raise fields.wrong("functions", "tools stands in its place; send one of the two")
        options["tools"] = functions_of(fields.get("functions"), "functions")
        options["tool_choice"] = function_choice_of(fields.get("function_call"), "function_call")
        return
    if "function_call" in fields:
        raise fields.wrong("function_call", "it goes with functions; tool_choice goes with tools")
    tools = tools_of(fields.get("tools"), "tools") if "tools" in fields else ()
    choice, tools = choice_of(fields.get("tool_choice"), "tool_choice", tools)
    if tools:
        options["tools"] = tools
    elif choice not in (None, "auto", "none"):
        raise RequestError(f"{choice!r:.40} asks for a tool, and there are none", key="tool_choice")
    if choice is not None:
        options["tool_choice"] = choice
