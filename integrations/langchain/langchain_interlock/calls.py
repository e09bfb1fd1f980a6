"""From a model's fields, a call's arguments and its run's metadata to one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from interlock import Constraints, Message, Request, RequestError, Router, Settings
from langchain_interlock.borrowed import NAMES, ours
from langchain_interlock.messages_in import messages_in
from langchain_interlock.output import output_of
from langchain_interlock.routers import unknown

_SETTINGS = tuple(field.name for field in fields(Settings))
_CONSTRAINTS = tuple(field.name for field in fields(Constraints))
_ROUTING = ("model", "task", "ensemble", "rescue", "timeout")
# Fields of the chat model, which are arguments of its calls as well.
OPTIONS = (*_ROUTING, "constraints", *_CONSTRAINTS, "demands", *_SETTINGS)

# Where a run's metadata holds what steers the call; the run's own arguments carry it under the same name.
METADATA = "interlock"
# Bound by `with_structured_output`: an answer that does not fit is an answer, for callers who look at it.
INCLUDE_RAW = "interlock_include_raw"
# The run of a stream, whose manager LangChain does not hand on.
RUN_ID = "interlock_run_id"
_KEPT = ("run", "step")
_HINTS = ("estimated_tokens", "tools_available")
_OF_THE_CALL = ("tools", "tool_choice", "response_format", "prefer", *_KEPT, *_HINTS)
_PASSED_OVER = frozenset({METADATA, INCLUDE_RAW, RUN_ID, "stream"})
KNOWN = frozenset({*OPTIONS, *_OF_THE_CALL})


@dataclass(frozen=True, slots=True)
class Call:
    """A request, the name under which its model was asked for, and the run that it belongs to."""

    request: Request
    name: str | None
    run_id: UUID | None


def call_of(
    chat: Any,
    router: Router,
    messages: Sequence[BaseMessage] | None,
    *,
    stop: Sequence[str] | None,
    run_manager: Any,
    kwargs: Mapping[str, Any],
) -> Call:
    """The request of one call; without messages, of none, to see whether its options can be used.

    Raises:
        RequestError: an argument that is not known, or whose value cannot be used.
    """
    if messages is not None and not messages:
        raise RequestError("there is no message to answer; give at least one.", key="messages")
    messages = messages or ()
    steering = _steering(run_manager, kwargs)
    given = kwargs.get(RUN_ID)
    run_id = run_manager.run_id if run_manager is not None else UUID(given) if given else None
    own = chat.__dict__
    options = {name: value for name in OPTIONS if (value := own.get(name)) is not None}
    layers = [_constraints(options)]
    for layer in (kwargs, steering):
        if layer and (named := _checked(layer)):
            layers.append(_constraints(named))
            options.update(named)
    if stop is not None:
        options["stop"] = stop
    settings = {name: options[name] for name in _SETTINGS if name in options}
    output, words = output_of(options.get("response_format"), messages)
    request = Request(
        (*words, *messages_in(messages)) or Message("user", ""),
        task=options.get("task"),
        model=options.get("model"),
        prefer=options.get("prefer") or in_tool_loop(messages),
        timeout=options.get("timeout"),
        constraints=_all(layers),
        demands=options.get("demands") or (),
        settings=Settings(**settings),
        tools=options.get("tools") or (),
        tool_choice=options.get("tool_choice"),
        output=output,
        ensemble=options.get("ensemble"),
        rescue=_rescue(options, router, kwargs, steering),
        metadata={"langchain_run_id": str(run_id)} if run_id is not None else {},
        **{name: options[name] for name in (*_KEPT, *_HINTS) if name in options},
    )
    return Call(request, options.get("model"), run_id)


def constraints_of(metadata: Mapping[str, Any]) -> Constraints | None:
    """The constraints that a run's metadata hold for everything in it; None where they hold none.

    Raises:
        RequestError: a key that is not known, or a value that cannot be used.
    """
    steering = _mapping(metadata.get(METADATA))
    return _constraints(_checked(steering)) if steering else None


def in_tool_loop(messages: Sequence[BaseMessage]) -> str | None:
    """The deployment whose tool calls the last messages answer; None outside a tool loop.

    The conversation itself says it, so that the model keeps no state and a loop may go on elsewhere.
    """
    if not messages or not isinstance(messages[-1], ToolMessage):
        return None
    for message in reversed(messages):
        if isinstance(message, AIMessage):
            served = message.response_metadata.get(METADATA)
            deployment = served.get("deployment") if isinstance(served, Mapping) else None
            return deployment if isinstance(deployment, str) else None
        if not isinstance(message, ToolMessage):
            return None
    return None


def _steering(run_manager: Any, kwargs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return _mapping(kwargs.get(METADATA) or (getattr(run_manager, "metadata", None) or {}).get(METADATA))


def _mapping(given: object) -> Mapping[str, Any] | None:
    if given is not None and not isinstance(given, Mapping):
        raise RequestError(f"expected a mapping, not {type(given).__name__}", key=f"metadata.{METADATA}")
    return given


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, under the names that are ours."""
    options = {}
    for name, value in ours(given).items():
        if name in _PASSED_OVER:
            continue
        if name not in KNOWN:
            raise unknown(name, KNOWN | NAMES)
        if value is not None:
            options[name] = value
    return options


def _constraints(options: Mapping[str, Any]) -> Constraints | None:
    """One layer's constraints: as a whole, and by name."""
    named = {name: options[name] for name in _CONSTRAINTS if name in options}
    whole = options.get("constraints")
    if whole is None and not named:
        return None
    first = Request("", constraints=whole or {}).constraints  # which refuses unknown keys
    return first.tightened(Request("", constraints=named).constraints)


def _all(layers: Sequence[Constraints | None]) -> Constraints:
    """All of them together: each can only tighten the others."""
    together = Constraints()
    for layer in layers:
        if layer is not None:
            together = together.tightened(layer)
    return together


def _rescue(options: Mapping[str, Any], router: Router, *explicit: Mapping[str, Any] | None) -> str | None:
    """Chunks that take others back are for callers who ask for them: LangChain adds all chunks up."""
    wanted: str | None = options.get("rescue")
    if (wanted or router.rescue) != "restart":
        return wanted
    asked = any(layer and layer.get("rescue") == "restart" for layer in explicit)
    return "restart" if asked else "replay"
