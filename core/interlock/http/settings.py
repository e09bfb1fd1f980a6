"""A refusal that is about one setting, in whatever words: then the request can go without it.

Only hints are looked for. What changes the meaning of a request (its messages, tools, schema, stops, limits)
is never left out, and a refusal of it stays an InvalidRequest.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from interlock.errors import InvalidRequest, ProviderError, SettingRefused
from interlock.http.payload import json_in
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment, traits_of
from interlock.types.remembered import Remembered
from interlock.types.request import HINTS, Settings
from interlock.types.traits import UNKNOWN, Traits

# As vendors spell them, in small letters and digits alone.
_SPELLINGS: Mapping[str, str] = {
    "temperature": "temperature",
    "topp": "top_p",
    "topk": "top_k",
    "seed": "seed",
    "randomseed": "seed",
    "presencepenalty": "presence_penalty",
    "frequencypenalty": "frequency_penalty",
    "reasoningeffort": "reasoning_effort",
    "effort": "reasoning_effort",
    "reasoning": "reasoning_effort",
    "thinking": "reasoning_effort",
    "thinkinglevel": "reasoning_effort",
    "enablethinking": "reasoning_effort",
    "thinkingconfig": "reasoning_effort",
    "thinkingbudget": "reasoning_tokens",
    "budgettokens": "reasoning_tokens",
    "paralleltoolcalls": "parallel_tool_calls",
    "disableparalleltooluse": "parallel_tool_calls",
    "user": "user",
    "userid": "user",
}
_CODES = frozenset({"unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"})
_REFUSAL = re.compile(
    r"unsupported (?:parameter|value|argument|field|setting)|unrecognized (?:request )?(?:argument|key|field)"
    r"|unknown (?:parameter|name|field|argument)|unexpected (?:keyword|field|argument)"
    r"|not (?:currently )?(?:supported|permitted|accepted|available|allowed)|(?:does|do)(?: not|n't) support"
    r"|(?:cannot|can't|must not|may not|may only) be (?:used|set|specified|provided|changed)"
    r"|only \S{1,12} is allowed|only the default|is deprecated",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"'`]([A-Za-z][A-Za-z0-9_.]{2,40})[\"'`]")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.]{2,40}")
# Words of the language too: they name a parameter only in quotes.
_COMMON = frozenset({"user", "seed", "effort", "reasoning", "thinking"})
_hints = attrgetter(*HINTS)
_LONGEST = 2_000
_LARGEST_BODY = 64 * 1024


def settings_for(settings: Settings, deployment: Deployment) -> Settings:
    """The settings without the hints that its traits, as they are configured, refuse; efforts and temperature
    are moved to the nearest that they know.
    """
    traits = _configured(deployment)
    if traits is None:
        return settings
    changed: dict[str, Any] = {}
    effort, tokens = settings.reasoning_effort, settings.reasoning_tokens
    if traits.reasons == "never":
        effort, tokens = (effort if effort == "none" else None), (None if tokens else tokens)
    elif effort is not None:
        effort = traits.effort(effort)
    changed.update(reasoning_effort=effort, reasoning_tokens=tokens)
    reasoning = bool(traits.reasoning(effort, tokens))
    if settings.temperature is not None and traits.temperature is not None:
        low, high = traits.temperature
        changed["temperature"] = min(max(settings.temperature, low), high)
    changed.update({name: None for name in HINTS if not traits.takes(name, reasoning=reasoning)})
    return replace(settings, **changed)


def _known(deployment: Deployment) -> Traits | None:
    """What is configured of its model; None where nothing is."""
    traits = traits_of(deployment)
    return None if traits == UNKNOWN else traits


_configured = Remembered(_known)


def tell_settings(call: ProviderCall, sent: Mapping[str, Any]) -> None:
    """Say what became of each hint that the caller gave: `sent` is what went out for it, by our own names.

    A value that is not the caller's may be words that stand for it, such as `a budget of 1,024 tokens`.
    """
    settings = call.request.settings
    for name, asked in zip(HINTS, _hints(settings), strict=True):
        if asked is None or (name == "parallel_tool_calls" and not call.request.tools):
            continue
        if sent.get(name) is None:
            call.adjust(name, "left out; there is no place for it, or the model does not take it here")
        elif sent[name] != asked:
            call.adjust(name, f"sent as {sent[name]}")


def setting_refused(error: ProviderError, settings: Settings, body: bytes = b"") -> ProviderError:
    """The error, as SettingRefused when it refuses a hint among these settings; `body` is the reply's."""
    if type(error) is not InvalidRequest:
        return error
    sent = [name for name in HINTS if getattr(settings, name) is not None]
    if not sent:
        return error
    named, refused = _told(body)
    words = (error.vendor_message or "")[:_LONGEST]
    refused = refused or (error.code or "") in _CODES or _REFUSAL.search(words) is not None
    if not refused:
        return error
    setting = named or _first(words, sent)
    if setting not in sent:
        return error
    return error.told_as(SettingRefused, setting=setting)


def _first(words: str, sent: list[str]) -> str:
    """The setting that a sentence is about: the first one that it names and that was sent."""
    bare = [word for word in _WORD.findall(words) if word.lower() not in _COMMON]
    for word in (*_QUOTED.findall(words), *bare):
        if (setting := _setting(word)) in sent:
            return setting
    return ""


def _setting(name: str) -> str:
    """Our name of a vendor's parameter; the last of a dotted path decides, then its head."""
    for part in reversed(name.split(".")):
        plain = "".join(letter for letter in part.lower() if letter.isalnum())
        if plain in _SPELLINGS:
            return _SPELLINGS[plain]
    return ""


def _told(body: bytes) -> tuple[str, bool]:
    """(our name of the parameter that the body names, if any; whether its code says that it is refused)."""
    if not body or len(body) > _LARGEST_BODY:
        return "", False
    payload = json_in(body)
    if isinstance(payload, list):
        payload = payload[0] if payload else None
    if not isinstance(payload, dict):
        return "", False
    inner = payload.get("error")
    error: Mapping[str, Any] = inner if isinstance(inner, dict) else payload
    refused = error.get("code") in _CODES or error.get("type") in _CODES if _plain(error) else False
    if isinstance(param := error.get("param"), str) and param:
        # A parameter that is none of ours may be the one that matters: then nothing may be left out for it.
        return _setting(param) or param, refused
    details = payload.get("detail")
    for detail in details if isinstance(details, list) else ():
        where = detail.get("loc") if isinstance(detail, dict) else None
        if isinstance(where, list) and where and isinstance(where[-1], str) and _setting(where[-1]):
            return _setting(where[-1]), detail.get("type") in ("extra_forbidden", "value_error.extra")
    return "", refused


def _plain(error: Mapping[str, Any]) -> bool:
    return all(isinstance(error.get(key), (str, type(None), int)) for key in ("code", "type"))
