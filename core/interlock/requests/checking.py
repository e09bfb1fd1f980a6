"""From what callers pass to the router's verbs to a checked request."""

from collections.abc import Mapping
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from interlock.errors import RequestError
from interlock.requests.hints import hinted
from interlock.requests.output import as_output
from interlock.requests.pairing import paired
from interlock.requests.tools import as_tool_choice, as_tools
from interlock.types.names import nearest
from interlock.types.numbers import LARGEST, LARGEST_SEED
from interlock.types.request import RESCUE_MODES, Prompt, Request, Settings

# The least and the most of a setting, and whether it is a whole number. Vendors draw narrower bounds.
_BOUNDS = {
    "temperature": (0, LARGEST, False),
    "top_p": (0, 1, False),
    "top_k": (0, LARGEST, True),
    "max_tokens": (1, LARGEST, True),
    "seed": (-LARGEST_SEED, LARGEST_SEED, True),
    "presence_penalty": (-LARGEST, LARGEST, False),
    "frequency_penalty": (-LARGEST, LARGEST, False),
    "logprobs": (0, LARGEST, True),
    "reasoning_tokens": (0, LARGEST, True),
}
_bounded = attrgetter(*_BOUNDS)
_USUAL = Settings()
_NAMES = ("task", "model", "prefer", "rescue")
_names = attrgetter(*_NAMES)
_LONGEST_ID = 128
_KNOWN = tuple(field.name for field in fields(Request) if field.name != "messages")


def as_request(prompt: Prompt | Request, options: Mapping[str, Any]) -> Request:
    """A request whose tools, tool choice and output are data.

    Raises:
        RequestError: naming the argument that cannot be used.
    """
    for name in options:
        if name not in _KNOWN:
            raise RequestError(
                f"there is no such option; there are {', '.join(_KNOWN)}.",
                key=name,
                suggestion=nearest(name, _KNOWN),
            )
    if isinstance(prompt, Request):
        request = replace(prompt, **options) if options else prompt
    else:
        request = Request(prompt, **options)
        if not options:  # the rest is as it should be, and text alone pairs nothing
            return request if isinstance(prompt, str) else _paired(request)
    for key, value in zip(_NAMES, _names(request), strict=True):
        if value is not None and not isinstance(value, str):
            raise RequestError(f"expected a name, not {type(value).__name__}", key=key)
    if request.run is not None or request.step is not None:
        _check_id("run", request.run)
        _check_id("step", request.step)
    if request.rescue is not None and request.rescue not in RESCUE_MODES:
        what = f"{request.rescue!r} is no way to rescue a stream; there are {', '.join(RESCUE_MODES)}."
        raise RequestError(what, key="rescue", suggestion=nearest(request.rescue, RESCUE_MODES))
    if request.settings is not _USUAL and request.settings != _USUAL:
        _check_settings(request.settings)
    if request.metadata or request.estimated_tokens is not None or request.tools_available is not None:
        request = hinted(request)
    limit = request.timeout
    if limit is not None and not (type(limit) in (int, float) and 0 < limit <= LARGEST):
        what = f"expected a number of seconds above 0 and up to {LARGEST:g}"
        raise RequestError(what, key="timeout")
    request = _paired(request)
    if not (request.tools or request.tool_choice is not None or request.output is not None):
        return request
    tools = as_tools(request.tools)
    return replace(
        request,
        tools=tools,
        tool_choice=as_tool_choice(request.tool_choice, tools),
        output=as_output(request.output),
    )


def _paired(request: Request) -> Request:
    messages = paired(request.messages)
    return request if messages is request.messages else replace(request, messages=messages)


def _check_id(key: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise RequestError(f"expected text, not {type(value).__name__}", key=key)
    if not (0 < len(value) <= _LONGEST_ID and value.isprintable()):
        raise RequestError(f"expected 1 to {_LONGEST_ID} printable characters", key=key)


def _check_stop(stop: tuple[str, ...]) -> None:
    for each in stop:
        if not isinstance(each, str):
            raise RequestError(f"expected texts, not {each!r:.40}", key="settings.stop")
        if not each:
            raise RequestError("an empty text would end any answer; leave it out", key="settings.stop")


def _check_settings(settings: Settings) -> None:
    effort = settings.reasoning_effort
    if effort is not None and not isinstance(effort, str):
        raise RequestError(f"expected a word, not {effort!r:.40}", key="settings.reasoning_effort")
    if settings.stop:
        _check_stop(settings.stop)
    for (name, (least, most, whole)), value in zip(_BOUNDS.items(), _bounded(settings), strict=True):
        if value is None:
            continue
        if type(value) not in ((int,) if whole else (int, float)) or not least <= value <= most:
            kind = "a whole number" if whole else "a number"
            what = f"expected {kind} from {least:g} to {most:g}, not {value!r:.40}"
            raise RequestError(what, key=f"settings.{name}")
