"""A body of Responses, as a request."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from interlock import Message, Output, Settings
from interlock.types.request import Options
from interlock_server.dialects.dialect import Asked
from interlock_server.dialects.own import OWN, metadata_of, own_options
from interlock_server.dialects.reading import Fields, kind_of
from interlock_server.dialects.responses.items import Conversation
from interlock_server.dialects.responses.tools import Tool, choice_of, tools_of

HONOURED = frozenset(
    {
        "frequency_penalty", "include", "input", "instructions", OWN, "max_output_tokens", "metadata",
        "model", "parallel_tool_calls", "presence_penalty", "reasoning", "safety_identifier", "stream",
        "stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "user",
    }
)  # fmt: skip
"""Fields that change what is asked, or what is told."""

PASSED_OVER = frozenset(
    {
        "client_metadata", "max_tool_calls", "prompt_cache_key", "prompt_cache_options",
        "prompt_cache_retention", "store", "truncation",
    }
)  # fmt: skip
"""Fields that are hints, or that speak of what is not done here: an answer without them is as good."""

ONLY: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "background": ((False,), "answers are not kept for asking for them later; send false, or leave it out"),
    "context_management": (([],), "one vendor alone shortens conversations; leave it out"),
    "service_tier": (
        ("auto", "default"),
        "whoever runs the server decides the tier, by extra_body of a deployment; send auto, or nothing",
    ),
}
"""Fields of which some values alone can be honoured: these change nothing, and others are refused."""

REFUSED: Mapping[str, str] = {
    "access_programs": "one vendor alone has that; leave it out",
    "conversation": "nothing of a conversation is kept here; send all of it as input",
    "image": "one vendor alone has that; leave it out",
    "moderation": "whoever runs the server decides what is moderated, by guardrails; leave it out",
    "previous_response_id": "no answer is kept here; send the whole conversation as input, with store: false",
    "prompt": "prompts that a vendor keeps cannot be asked for; send what it says as instructions and input",
}
"""Fields that are known and cannot be honoured, and what is said of each."""

_KNOWN = HONOURED | PASSED_OVER | ONLY.keys()
_TOOLS = frozenset({"tool_choice", "tools"})
_SET = frozenset(
    {
        "frequency_penalty", "include", "max_output_tokens", "parallel_tool_calls", "presence_penalty",
        "reasoning", "safety_identifier", "temperature", "top_logprobs", "top_p", "user",
    }
)  # fmt: skip
_MOST_ALTERNATIVES = 20
_REASONING = frozenset({"context", "effort", "generate_summary", "mode", "summary"})
_SUMMARIES = ("auto", "concise", "detailed", "none")
_TEXT = frozenset({"format", "verbosity"})
_FORMAT = frozenset({"description", "name", "schema", "strict", "type"})
_LOGPROBS = "message.output_text.logprobs"
_INCLUDABLE = (
    "code_interpreter_call.outputs",
    "computer_call_output.output.image_url",
    "file_search_call.results",
    "message.input_image.image_url",
    _LOGPROBS,
    "reasoning.encrypted_content",
    "web_search_call.action.sources",
    "web_search_call.results",
)


def read(body: Mapping[str, Any]) -> Asked:
    """What a body asks for. Raises RequestError, whose key is the body's own."""
    fields = Fields(body, "", _KNOWN, refused=REFUSED)
    asked_for = body.keys()
    if not asked_for.isdisjoint(ONLY):
        _check_only(fields)
    conversation = Conversation()
    messages = conversation.read(body.get("input"))
    if instructions := fields.text("instructions"):
        messages = (Message("system", instructions), *messages)
    options = own_options(body) if OWN in body else Options()
    if not asked_for.isdisjoint(_SET):
        options["settings"] = _settings(fields)
    tools: Mapping[str, Tool] = {}
    if conversation.found or not asked_for.isdisjoint(_TOOLS):
        tools = _put_tools(fields, conversation.found, options)
    text = fields.inner("text", _TEXT)
    form = None if text is None else text.inner("format", _FORMAT)
    if form is not None and (output := _output(form)) is not None:
        options["output"] = output
    if "metadata" in fields:
        own = options.get("metadata", {})
        options["metadata"] = {**metadata_of(fields.get("metadata"), "metadata"), **own}
    return Asked(
        model=fields.model(),
        messages=messages,
        options=options,
        stream=bool(fields.flag("stream")),
        keeps={"tools": tools, "echo": echo_of(fields, asked_for)},
    )


def _check_only(fields: Fields) -> None:
    for name, (fitting, why) in ONLY.items():
        if name in fields and not any(
            type(fields.get(name)) is type(e) and fields.get(name) == e for e in fitting
        ):
            raise fields.wrong(name, why)


def _settings(fields: Fields) -> Settings:
    effort = None
    if (reasoning := fields.inner("reasoning", _REASONING)) is not None:
        effort = reasoning.text("effort")
        for name in ("summary", "generate_summary"):
            reasoning.one_of(name, _SUMMARIES)
    user = fields.text("user")
    return Settings(
        temperature=fields.number("temperature", 0),
        top_p=fields.number("top_p", 0, 1),
        max_tokens=fields.whole("max_output_tokens", 1),
        presence_penalty=fields.number("presence_penalty"),
        frequency_penalty=fields.number("frequency_penalty"),
        logprobs=_logprobs(fields),
        reasoning_effort=effort,
        parallel_tool_calls=fields.flag("parallel_tool_calls"),
        user=fields.text("safety_identifier") if user is None else user,
    )


def _logprobs(fields: Fields) -> int | None:
    included = fields.listed("include") or []
    for each in included:
        if each not in _INCLUDABLE:
            shown = f"{each!r:.60}" if isinstance(each, str) else kind_of(each)
            raise fields.wrong("include", f"{shown} is none of {', '.join(_INCLUDABLE)}")
    most = fields.whole("top_logprobs", 0, _MOST_ALTERNATIVES)
    return (most or 0) if most or _LOGPROBS in included else None


def _put_tools(fields: Fields, found: Sequence[Tool], options: Options) -> Mapping[str, Tool]:
    """Puts the tools into the options, those that were found with them, and returns those that the answer
    must know.
    """
    tools = tools_of(fields.get("tools"), "tools") if "tools" in fields else ()
    if found:
        known = {tool.spec.name: tool for tool in (*found, *tools)}
        tools = tuple(known.values())
    choice, left = choice_of(fields.get("tool_choice"), "tool_choice", tools)
    if left:
        options["tools"] = tuple(tool.spec for tool in left)
    if choice is not None:
        options["tool_choice"] = choice
    return {tool.spec.name: tool for tool in left if not tool.is_plain}


def _output(form: Fields) -> Any:
    kind = form.one_of("type", ("text", "json_object", "json_schema"))
    if kind == "json_object":
        return dict
    if kind != "json_schema":
        return None
    schema = form.mapping("schema")
    if schema is None:
        raise form.wrong("schema", "expected a JSON schema")
    return Output(name=form.text("name") or "output", schema=schema)


def echo_of(fields: Fields, asked_for: Iterable[str]) -> dict[str, Any]:
    """What the dialect tells the client of its own request, in each answer."""
    told = dict(_USUAL)
    for name in asked_for:
        if name in _ECHOED and (value := _ECHOED[name](fields)) is not None:
            told[name] = value
    return told


_USUAL: Mapping[str, Any] = {
    "instructions": None,
    "tools": (),
    "tool_choice": "auto",
    "truncation": "disabled",
    "parallel_tool_calls": True,
    "text": {"format": {"type": "text"}},
    "top_p": 1.0,
    "temperature": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "top_logprobs": 0,
    "reasoning": {"effort": None, "summary": None},
    "max_output_tokens": None,
    "max_tool_calls": None,
    "store": False,
    "background": False,
    "service_tier": "default",
    "metadata": {},
    "safety_identifier": None,
    "prompt_cache_key": None,
    "user": None,
    "previous_response_id": None,
}
# How those are read that a request may say otherwise.
_ECHOED: Mapping[str, Callable[[Fields], Any]] = {
    "instructions": lambda fields: fields.get("instructions"),
    "tools": lambda fields: [_told(each) for each in fields.listed("tools") or ()],
    "tool_choice": lambda fields: fields.get("tool_choice") or None,
    "truncation": lambda fields: fields.one_of("truncation", ("auto", "disabled")) or None,
    "parallel_tool_calls": lambda fields: fields.flag("parallel_tool_calls"),
    "text": lambda fields: _told_text(fields.mapping("text") or {}),
    "top_p": lambda fields: fields.number("top_p"),
    "temperature": lambda fields: fields.number("temperature"),
    "presence_penalty": lambda fields: fields.number("presence_penalty"),
    "frequency_penalty": lambda fields: fields.number("frequency_penalty"),
    "top_logprobs": lambda fields: fields.whole("top_logprobs"),
    "reasoning": lambda fields: _told_reasoning(fields.mapping("reasoning") or {}),
    "max_output_tokens": lambda fields: fields.whole("max_output_tokens"),
    "max_tool_calls": lambda fields: fields.whole("max_tool_calls", 1),
    "metadata": lambda fields: fields.mapping("metadata"),
    "safety_identifier": lambda fields: fields.text("safety_identifier"),
    "prompt_cache_key": lambda fields: fields.text("prompt_cache_key"),
    "user": lambda fields: fields.text("user"),
}


def _told(tool: Any) -> Any:
    """A function with all of its fields; any other tool as it came."""
    if not isinstance(tool, Mapping) or tool.get("type") != "function":
        return tool
    return {"description": None, "parameters": None, "strict": None, **tool}


def _told_reasoning(reasoning: Mapping[str, Any]) -> dict[str, Any]:
    return {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")}


def _told_text(text: Mapping[str, Any]) -> dict[str, Any]:
    return {**text, "format": _told_format(text.get("format"))}


def _told_format(form: Any) -> Any:
    if not isinstance(form, Mapping):
        return {"type": "text"}
    if form.get("type") != "json_schema":
        return form
    told = {"name": "output", "description": None, "schema": None, **form}
    return {**told, "strict": bool(form.get("strict"))}
