"""A body of `/v1/messages`, or of `/v1/messages/count_tokens`, as a request to the router."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from interlock import Constraints, Request, Settings
from interlock.types.request import Options
from interlock_server.dialects.dialect import Asked
from interlock_server.dialects.messages.conversation import cached, messages_in
from interlock_server.dialects.messages.thoughts import SEALED, SHOWN, THOUGHTS, UNASKED
from interlock_server.dialects.messages.tools import choice_in, tools_in
from interlock_server.dialects.own import OWN, own_options
from interlock_server.dialects.reading import Fields

_OF_BOTH = frozenset(
    {
        "model", "messages", "system", "thinking", "tools", "tool_choice", "output_config", "output_format",
        "cache_control", "context_management", "speed", "inference_geo", "betas", OWN,
    }
)  # fmt: skip
_KNOWN = _OF_BOTH | {
    "max_tokens", "metadata", "stop_sequences", "stream", "temperature", "top_p", "top_k",
    "service_tier", "diagnostics", "anthropic_beta", "anthropic_version",
}  # fmt: skip
_REFUSED = {
    "container": "skills and files of a container are of tools that one vendor runs itself; leave it out",
    "mcp_servers": "servers of tools are not called from here; call them yourself, and give their tools",
    "fallbacks": "what answers in whose place is the configuration's to say; leave it out",
    "fallback_credit_token": "what answers in whose place is the configuration's to say; leave it out",
    "user_profile_id": "profiles are of one vendor's own; leave it out",
    "user_profile": "profiles are of one vendor's own; leave it out",
}
_TOOLS = frozenset({"tool_choice", "tools"})
_FORMS = frozenset({"output_config", "output_format"})
_RARE = frozenset({"inference_geo", "speed"})
_REASONED = frozenset({"output_config", "thinking"})
_THINKING = frozenset({"type", "budget_tokens", "display", "block_binding"})
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
# What the vendor takes where a body that asks it to think says nothing of how hard.
_USUAL_EFFORT = "high"
# Where a body says that the vendor may choose.
_ANYWHERE = "global"


def asked_in(given: Mapping[str, Any], *, counted: bool = False) -> Asked:
    """What a body asks for. One that is `counted` needs no limit to its answer.

    Raises:
        RequestError: naming the field that cannot be read, or that cannot be honoured.
    """
    body = Fields(given, "", _KNOWN, refused=_REFUSED)
    options = own_options(given) if OWN in given else Options()
    messages = messages_in(body)
    if body.get("cache_control") is not None:
        messages = cached(messages)
    asked_for, parallel = given.keys(), None
    if not asked_for.isdisjoint(_TOOLS):
        parallel = _put_tools(body, options)
    if not asked_for.isdisjoint(_FORMS) and (schema := _schema(body)) is not None:
        options["output"] = schema
    if not asked_for.isdisjoint(_RARE):
        _put_rare(body, options)
    options["settings"] = _settings(body, asked_for, parallel, counted=counted)
    return Asked(
        model=body.model(),
        messages=messages,
        options=options,
        stream=body.flag("stream") or False,
        keeps={THOUGHTS: _thoughts(body) if "thinking" in body else UNASKED},
    )


def _put_tools(body: Fields, options: Options) -> bool | None:
    """Whether several calls may come at once; None where nothing is said of it."""
    if tools := tools_in(body):
        options["tools"] = tools
    choice, parallel = choice_in(body)
    if choice is not None:
        options["tool_choice"] = choice
    return parallel


def _put_rare(body: Fields, options: Options) -> None:
    """How fast, and where."""
    if body.one_of("speed", ("standard", "fast")) == "fast":
        options["demands"] = [*options.get("demands", ()), "low_latency"]
    if (place := body.text("inference_geo")) not in (None, "", _ANYWHERE):
        options["constraints"] = _kept_in(place or "", options)


def _settings(body: Fields, asked_for: AbstractSet[str], parallel: bool | None, *, counted: bool) -> Settings:
    """Those that are asked for, which are few of all that may be."""
    most = body.whole("max_tokens", 1)
    if most is None and not counted:
        raise body.wrong("max_tokens", "expected a whole number from 1, not nothing")
    said: dict[str, Any] = {"max_tokens": most, "parallel_tool_calls": parallel}
    for name in asked_for:
        if name in _SETTINGS:
            setting, read_of = _SETTINGS[name]
            said[setting] = read_of(body)
    if not asked_for.isdisjoint(_REASONED):
        said["reasoning_effort"], said["reasoning_tokens"] = _thinking(body)
    return Settings(**said)


def _thinking(body: Fields) -> tuple[str | None, int | None]:
    """(the effort, the most tokens to think with)."""
    config = body.inner("output_config", frozenset({"effort", "format", "task_budget"}))
    effort = None if config is None else config.one_of("effort", _EFFORTS)
    thinking = body.inner("thinking", _THINKING)
    if thinking is None:
        return effort, None
    kind = thinking.one_of("type", ("enabled", "disabled", "adaptive"))
    if kind is None:
        raise thinking.wrong("type", "expected one of enabled, disabled, adaptive, not nothing")
    thinking.one_of("display", ("summarized", "omitted"))
    if kind == "disabled":
        return "none", None
    if kind == "adaptive":
        return effort or _USUAL_EFFORT, None
    budget = thinking.whole("budget_tokens", 1)
    if budget is None:
        raise thinking.wrong("budget_tokens", "expected a whole number from 1, not nothing")
    return effort, budget


def _thoughts(body: Fields) -> str:
    """What of thoughts the client is shown."""
    thinking = body.mapping("thinking") or {"type": "disabled"}
    if thinking.get("type") == "disabled":
        return UNASKED
    return SEALED if thinking.get("display") == "omitted" else SHOWN


def _stop(body: Fields) -> tuple[str, ...]:
    found = []
    for at, each in enumerate(body.listed("stop_sequences") or ()):
        if not isinstance(each, str) or not each:
            raise body.wrong(f"stop_sequences.{at}", "expected a text that is not empty")
        found.append(each)
    return tuple(found)


def _user(body: Fields) -> str | None:
    metadata = body.inner("metadata", frozenset({"user_id"}))
    return None if metadata is None else metadata.text("user_id")


# Which setting a field says, and how it is read.
_SETTINGS: Mapping[str, tuple[str, Callable[[Fields], object]]] = {
    "temperature": ("temperature", lambda body: body.number("temperature", 0)),
    "top_p": ("top_p", lambda body: body.number("top_p", 0, 1)),
    "top_k": ("top_k", lambda body: body.whole("top_k", 0)),
    "stop_sequences": ("stop", _stop),
    "metadata": ("user", _user),
}


def _schema(body: Fields) -> dict[str, Any] | None:
    """What the answer must fit, by the field of today or by the one before it."""
    config = body.inner("output_config", frozenset({"effort", "format", "task_budget"}))
    for fields, name in ((config, "format"), (body, "output_format")):
        if fields is None or name not in fields:
            continue
        wanted = fields.inner(name, frozenset({"type", "schema", "name"}))
        if wanted is None:
            continue
        if wanted.one_of("type", ("json_schema",)) is None:
            raise wanted.wrong("type", "expected json_schema, not nothing")
        schema = wanted.mapping("schema")
        if schema is None:
            raise wanted.wrong("schema", "expected a JSON schema, not nothing")
        return dict(schema)
    return None


def _kept_in(place: str, options: Options) -> Constraints:
    """What the body's own constraints ask for, and that the request is processed in the place."""
    ours = Request("", constraints=options.get("constraints") or Constraints()).constraints
    return ours.tightened(Constraints(residency=frozenset({place})))
