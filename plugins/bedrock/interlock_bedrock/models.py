"""What the models behind the one API take, read from their names.

Sources: Amazon's pages on Converse's supported features, tool use, prompt caching and structured output, and
the makers' pages on their models' parameters, as of November 2026. A name that says nothing is taken for a
model that can do everything: Bedrock itself then refuses what it cannot.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from interlock.types import traits as said
from interlock.types.models import Deployment
from interlock.types.models import traits_of as configured
from interlock_bedrock.places import model_of

_FAMILY_FIRST = re.compile(r"claude-([a-z]+)-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?")
_NUMBER_FIRST = re.compile(r"claude-v?(\d{1,2})(?!\d)(?:[-.:](\d{1,2})(?!\d))?(?:-([a-z]+))?")
_MAKER_NAMES = {"mistralai": "mistral", "moonshotai": "moonshot", "zhipu": "zai", "alibaba": "qwen"}

Thinking = Literal["none", "budget", "either", "adaptive", "nova", "reasoning_effort", "reasoning_config"]
Sampling = Literal["all", "one", "none"]
Forcing = Literal["tool", "any", "auto"]
_ALL_EFFORTS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Particulars of a model.

    Attributes:
        maker: empty when the name does not tell.
        thinking: how reasoning is asked for: Claude's budget, its own measure or either of these, Nova's
            reasoningConfig, or a maker's own field.
        efforts: the levels of Claude's `effort`; none when the model has no such thing.
        sampling: whether temperature, top_p and top_k are taken, or one of the first two, or none.
        top_k: its name among the model's own fields, dots between levels; empty when there is none.
        forces: whether `toolChoice` can name a tool, ask for any, or neither.
        native_output: whether a schema may bind the answer, and `strict` a tool's arguments.
        caches: whether cache points are taken.
        reasons_back: whether past reasoning is taken; `signed`: only with the maker's signature.
        error_status: whether a tool's result has a status.
        json_results: whether a tool's result must be JSON.
        alone: what may not share a turn with tools' results: nothing, documents, or anything.
        binds: thoughts are bound to all that stood before them: system, tools and messages.
        checks: whether it refuses a thought when that has changed, and takes what to do then.
    """

    maker: str = ""
    thinking: Thinking = "none"
    always_thinks: bool = False
    efforts: tuple[str, ...] = ()
    sampling: Sampling = "all"
    top_k: str = ""
    forces: Forcing = "auto"
    native_output: bool = False
    caches: bool = False
    reasons_back: Literal["never", "signed", "always"] = "never"
    error_status: bool = False
    json_results: bool = False
    alone: Literal["nothing", "documents", "anything"] = "nothing"
    binds: bool = False
    checks: bool = False


UNKNOWN = Traits(
    top_k="top_k", forces="tool", caches=True, reasons_back="always", error_status=True, alone="documents"
)
_AUTO_ONLY = Traits()
_OPEN_WEIGHTS = Traits(native_output=True)
_BY_MAKER = {
    "ai21": _AUTO_ONLY,
    "cohere": Traits(top_k="k"),
    "deepseek": _AUTO_ONLY,
    "google": _OPEN_WEIGHTS,
    "meta": _AUTO_ONLY,
    "minimax": _OPEN_WEIGHTS,
    "mistral": Traits(forces="any", top_k="top_k", json_results=True),
    "moonshot": _OPEN_WEIGHTS,
    "nvidia": _OPEN_WEIGHTS,
    "openai": Traits(native_output=True, thinking="reasoning_effort"),
    "qwen": Traits(native_output=True, thinking="reasoning_config"),
    "writer": Traits(alone="anything"),
    "zai": _OPEN_WEIGHTS,
}
# Of these makers, only later models take a schema.
_BOUND = re.compile(r"deepseek\.v3|mistral\.(mistral-large-3|ministral|magistral|voxtral|devstral)")


def traits_of(deployment: Deployment) -> Traits:
    """From the vendor's name for the model; from the card's id where that is an opaque ARN.

    What is configured goes over both.
    """
    known = _traits(model_of(deployment.name).plain, deployment.card.id.lower())
    given = configured(deployment)
    return known if given == said.UNKNOWN else _over(known, given)


def _over(known: Traits, given: said.Traits) -> Traits:
    """What is told of single settings is left to `settings_for`."""
    changed: dict[str, Any] = {}
    claude = known.maker == "anthropic"
    if given.reasons == "never":
        changed.update(thinking="none", always_thinks=False, efforts=())
    elif given.reasons is not None and claude:
        changed["always_thinks"] = given.reasons == "always"
        if known.thinking == "none":
            changed["thinking"] = "adaptive"
    if given.efforts is not None and given.reasons != "never" and claude:
        changed["efforts"] = tuple(level for level in _ALL_EFFORTS if level in given.efforts)
    if given.refuses is not None:
        changed["sampling"] = "all"
        if "forced_tools" in given.refuses:
            changed["forces"] = "auto"
    if given.output is not None:
        changed["native_output"] = given.output == "json_schema"
    return replace(known, **changed)


@lru_cache(maxsize=256)
def _traits(name: str, card: str) -> Traits:
    maker, _, model = name.partition(".")
    if maker == "anthropic" or "claude" in name:
        return _claude(name)
    if maker == "amazon":
        return _amazon(model)
    maker = _MAKER_NAMES.get(maker, maker)
    if maker in _BY_MAKER:
        traits = _BY_MAKER[maker]
        return replace(traits, maker=maker, native_output=traits.native_output or bool(_BOUND.match(name)))
    maker, _, model = card.partition("/")
    return _claude(model) if maker == "anthropic" else UNKNOWN


def _amazon(model: str) -> Traits:
    nova = model.startswith("nova")
    return Traits(
        maker="amazon",
        thinking="nova" if model.startswith("nova-2") else "none",
        top_k="inferenceConfig.topK" if nova else "",
        forces="tool" if nova else "auto",
        caches=nova,
        error_status=nova,
    )


def _claude(name: str) -> Traits:
    family, version = _version(name)
    after_five = version > (5, 0)
    return Traits(
        maker="anthropic",
        thinking=_claude_thinking(version),
        always_thinks=after_five or family in ("fable", "mythos"),
        efforts=_efforts(family, version),
        sampling="none" if version >= (4, 7) else "one" if version >= (4, 1) else "all",
        top_k="top_k",
        forces="auto" if after_five or version < (3, 0) else "tool",
        native_output=version >= (4, 5),
        caches=version >= (3, 5),
        reasons_back="signed",
        error_status=version >= (3, 0),
        alone="documents",
        binds=after_five,
        checks=after_five and (family, version) != ("mythos", (5, 1)),
    )


def _version(name: str) -> tuple[str, tuple[int, int]]:
    """(family, version); a name without a number is a generation that does not exist yet."""
    if found := _FAMILY_FIRST.search(name):
        return found[1], (int(found[2]), int(found[3] or 0))
    if found := _NUMBER_FIRST.search(name):
        return found[3] or "", (int(found[1]), int(found[2] or 0))
    return "", (2, 0) if "instant" in name else (5, 0)


def _claude_thinking(version: tuple[int, int]) -> Thinking:
    if version >= (4, 7):
        return "adaptive"
    if version >= (4, 6):
        return "either"
    return "budget" if version >= (3, 7) else "none"


def _efforts(family: str, version: tuple[int, int]) -> tuple[str, ...]:
    if version >= (4, 7):
        return _ALL_EFFORTS
    if version >= (4, 6):
        return ("low", "medium", "high", "max")
    return ("low", "medium", "high") if version == (4, 5) and family == "opus" else ()
