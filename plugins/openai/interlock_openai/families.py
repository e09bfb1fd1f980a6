"""What is known of models by the vendors' names for them."""

import re
from dataclasses import replace
from functools import lru_cache

from interlock.types.models import Deployment, traits_of
from interlock.types.traits import UNKNOWN, Speaks, Traits
from interlock_openai.vendors import Vendor

_SAMPLING = frozenset({"sampling"})
_LEVELS = ("low", "medium", "high")
_NEVER = Traits(reasons="never")
# Open weights are served by many, each with rules of its own: a family holds at the vendors beside it. Closed
# ones are the same everywhere.
_EVERYWHERE = frozenset[str]()
_COMPATIBLE = frozenset({"openai-compatible"})
_DEEPSEEK, _ALIBABA = frozenset({"deepseek"}), frozenset({"alibaba"})
_GROQ, _MISTRAL, _ZHIPU = frozenset({"groq"}), frozenset({"mistral"}), frozenset({"zhipu"})


def _gpt(*efforts: str, unasked: bool = False, tools: bool = True) -> Traits:
    """GPT-5.1 and later: no sampling while it reasons; from 5.4 on no tools either, at chat completions."""
    return Traits(
        reasons="unasked" if unasked else "asked",
        efforts=("none", *efforts),
        refuses_while_reasoning=_SAMPLING if tools else _SAMPLING | {"tools"},
    )


_GPT_5 = Traits(reasons="always", efforts=("minimal", *_LEVELS), refuses=_SAMPLING)
_O_SERIES = Traits(reasons="always", efforts=_LEVELS, refuses=_SAMPLING | {"parallel_tool_calls"})
# Each of these has one value, another for every way of thinking, and is best left to the vendor.
_KIMI = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty"})

# The first pattern that a name fits as a whole decides.
_FAMILIES: tuple[tuple[str, frozenset[str], Traits], ...] = (
    (r"gpt-5(\.\d+)?-chat.*|chatgpt-.*|gpt-(3\.5|4).*", _EVERYWHERE, _NEVER),
    (r"gpt-5(-.*)?", _EVERYWHERE, _GPT_5),
    (r"gpt-5\.1-codex(-mini)?", _EVERYWHERE, _O_SERIES),
    (r"gpt-5\.\d+-(codex|pro).*", _EVERYWHERE, Traits(
        reasons="always", efforts=(*_LEVELS, "xhigh"), refuses=_SAMPLING
    )),
    (r"gpt-5\.1(-.*)?", _EVERYWHERE, _gpt(*_LEVELS)),
    (r"gpt-5\.[23](-.*)?", _EVERYWHERE, _gpt(*_LEVELS, "xhigh")),
    (r"gpt-5\.4(-.*)?", _EVERYWHERE, _gpt(*_LEVELS, "xhigh", tools=False)),
    (r"gpt-(5\.\d+|[6-9]|\d\d)([.-].*)?", _EVERYWHERE, _gpt(*_LEVELS, "xhigh", unasked=True, tools=False)),
    (r"o\d(-.*)?", _EVERYWHERE, _O_SERIES),
    (r"gpt-oss.*", _GROQ, Traits(reasons="always", efforts=_LEVELS, output="json_schema")),
    (r"gpt-oss.*", _EVERYWHERE, Traits(reasons="always", efforts=_LEVELS)),
    (r"(kimi-k2-instruct|llama-4-(maverick|scout)).*", _GROQ, Traits(output="json_schema")),
    (r"deepseek-(reasoner|r1).*", _DEEPSEEK, Traits(reasons="always")),
    (r"deepseek-v[4-9].*", _DEEPSEEK, Traits(reasons="unasked", efforts=("none", "high", "max"))),
    (r"kimi-(k2-(0711|0905|turbo|instruct).*|k2)", _COMPATIBLE, _NEVER),
    (r"kimi-k2-thinking.*", _COMPATIBLE, Traits(reasoning_owed=True)),
    (r"kimi-.*", _COMPATIBLE, Traits(reasoning_owed=True, refuses=_KIMI)),
    (r"glm-5\.3.*", _ZHIPU, Traits(reasons="unasked", efforts=("none", "low", "high", "max"))),
    (r"glm-(4\.[5-9]|[5-9]).*", _ZHIPU, Traits(reasons="unasked")),
    (r"magistral-.*|mistral-small-(2603|latest|4).*", _MISTRAL, Traits(efforts=("none", "high"))),
    (r"mistral-medium-(2604|3\.5|latest).*", _MISTRAL, Traits(efforts=("none", "high"))),
    (r"qwen3\.[7-9]-(plus|flash|max).*", _ALIBABA, Traits(output="json_schema")),
    (r"(qwq|qvq).*|qwen.*-thinking.*", _ALIBABA, Traits(reasons="always")),
    (r"qwen3-\d+(\.\d+)?b.*", _ALIBABA, Traits(reasons="unasked")),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), vendors, traits) for pattern, vendors, traits in _FAMILIES)


def traits_at(deployment: Deployment, vendor: Vendor, *, endpoint: Speaks = "chat") -> Traits:
    """The traits of a deployment's model at this vendor: configured ones, its family's, the vendor's."""
    family = _named(deployment.name, deployment.card.id, vendor)
    if endpoint == "responses" and family.refuses_while_reasoning:
        family = _with_tools(family, family.refuses_while_reasoning)
    return traits_of(deployment, family, vendor.traits)


@lru_cache(maxsize=64)
def _with_tools(family: Traits, refused: frozenset[str]) -> Traits:
    """What chat completions refuse beside reasoning goes together at Responses."""
    return replace(family, refuses_while_reasoning=refused - {"tools"})


def _named(name: str, card: str, vendor: Vendor) -> Traits:
    """By the vendor's name for the model, else by the card's: some names are the user's own."""
    if not vendor.families:
        return UNKNOWN
    family = _family(name, vendor.name)
    return family if family is not UNKNOWN else _family(card, vendor.name)


@lru_cache(maxsize=1024)
def _family(name: str, vendor: str) -> Traits:
    """`name` may be a path, such as a hub's maker/model, or accounts/…/models/…."""
    last = name.lower().rsplit("/", 1)[-1]
    for pattern, vendors, traits in _COMPILED:
        if (not vendors or vendor in vendors) and pattern.fullmatch(last):
            return traits
    return UNKNOWN
