"""What a caller asks for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypedDict, TypeVar, Unpack

from interlock.errors import RequestError
from interlock.types import jurisdictions
from interlock.types.chat import as_messages
from interlock.types.frozen import quick_init
from interlock.types.members import Ensemble, as_ensemble
from interlock.types.messages import Message, Text
from interlock.types.names import nearest
from interlock.types.reserved import check_extra
from interlock.types.verbatim import Verbatim


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Hard rules. What breaks one is excluded; nothing is relaxed to make a request fit.

    Attributes:
        residency: jurisdictions in which the request may be processed (`eu`, `us`, `cn`, a country);
            any one of them will do, none means anywhere.
        storage: jurisdictions in which what is kept of the request may be kept; any one of them will do, none
            means anywhere. Where nobody has recorded it, it may be anywhere.
        on_premise: only deployments that run on the user's own ground.
        deny_vendors: makers and providers that must not see the request, e.g. `deepseek`.
        deny_laws: jurisdictions whose law must not reach the request: by the place in which it is processed,
            by the company that operates it, or by that one's parent. Where one is unknown, it may be any.
        sensitivity: the levels of the configuration's `policies` that the request has (`personal`); all of
            their rules must hold.

    Raises:
        RequestError: naming the rule that is written in another way than it can be.
    """

    residency: frozenset[str] = frozenset()
    storage: frozenset[str] = frozenset()
    on_premise: bool = False
    deny_vendors: frozenset[str] = frozenset()
    deny_laws: frozenset[str] = frozenset()
    sensitivity: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for key in _NAMES:
            names = texts_of(getattr(self, key), f"constraints.{key}")
            object.__setattr__(self, key, frozenset(name.strip().lower() for name in names))
        own: object = self.on_premise
        if not (own is None or isinstance(own, bool)):
            what = f"expected true or false, not {type(own).__name__}"
            raise RequestError(what, key="constraints.on_premise")
        object.__setattr__(self, "on_premise", bool(own))

    @property
    def is_free(self) -> bool:
        """Whether nothing is asked for."""
        return not any(_all_rules(self))

    def tightened(self, other: "Constraints") -> "Constraints":
        """What both ask for, with jurisdictions as codes. Two residencies, or two storages, that have nothing
        in common exclude every deployment.

        Raises:
            RequestError: what stands for a jurisdiction in one of them is none.
        """
        wanted = other.coded()
        if self.is_free:
            return wanted
        ours = self.coded()
        both = {name: _joined(getattr(ours, name), getattr(wanted, name)) for name in _RULES}
        for name in _PLACES:
            both[name] = jurisdictions.shared(getattr(ours, name), getattr(wanted, name))
        return Constraints(**both)

    def coded(self) -> "Constraints":
        """The same, its jurisdictions as codes (`germany` becomes `de`). Raises RequestError for a name that
        stands for none.
        """
        changed: dict[str, frozenset[str]] = {}
        for name in _JURISDICTIONS:
            written = getattr(self, name)
            if written and (codes := jurisdictions.residency(written, f"constraints.{name}")) != written:
                changed[name] = codes
        return replace(self, **changed) if changed else self  # type: ignore[arg-type]  # of such fields alone


def texts_of(value: object, key: str) -> tuple[str, ...]:
    """One text, or any number of them.

    Raises:
        RequestError: it is nothing of the kind.
    """
    if value is None or isinstance(value, str):
        return () if value is None else (value,)
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        found = tuple(value)
        if all(isinstance(each, str) for each in found):
            return found
    raise RequestError(f"expected a text, or a list of texts, not {type(value).__name__}", key=key)


def _joined(one: Any, other: Any) -> Any:
    """Of names and of truth values, the tighter is all of them together."""
    return one | other if isinstance(one, frozenset) else one or other


_RULES = tuple(each.name for each in fields(Constraints))
_all_rules = attrgetter(*_RULES)
_NAMES = tuple(each.name for each in fields(Constraints) if isinstance(each.default, frozenset))
# Of those that name jurisdictions, the ones of which two are put together by what lies in both.
_PLACES = ("residency", "storage")
_JURISDICTIONS = (*_PLACES, "deny_laws")

FREE: Final = Constraints()
"""What binds a request of which nothing else is said."""

DEMANDS = ("low_latency",)
"""What a request may demand beside its task: that row of the task table then comes first."""
_NO_DEMANDS: frozenset[str] = frozenset()


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to generate. None leaves the vendor's default.

    Raises:
        RequestError: `extra` names what is not a request's to say there, such as a model or messages.

    Attributes:
        max_tokens: the most tokens to generate, reasoning included where the vendor counts so.
        stop: strings that end the answer; they are not part of it.
        reasoning_effort: none, minimal, low, medium, high, xhigh or max, where the vendor knows such a thing.
        reasoning_tokens: the most tokens to think with.
        logprobs: 0 for the chosen token's probability alone, n for n alternatives as well.
        extra: fields of the vendor's own, added to its body; it replaces nothing that stands there.
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: int | None = None
    reasoning_effort: str | None = None
    reasoning_tokens: int | None = None
    parallel_tool_calls: bool | None = None
    user: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.stop != ():
            object.__setattr__(self, "stop", texts_of(self.stop, "settings.stop"))
        if self.extra:
            check_extra(self.extra)


HINTS = (
    "temperature",
    "top_p",
    "top_k",
    "presence_penalty",
    "frequency_penalty",
    "seed",
    "reasoning_effort",
    "reasoning_tokens",
    "parallel_tool_calls",
    "user",
)
"""Settings that may be left out where a model does not take them: the answer is then still one."""

RESCUE_MODES = ("hold", "replay", "continue", "restart", "raise")
"""What follows when a stream breaks.

hold: deliver nothing before the answer is whole. replay: go on where the new stream repeats what was
delivered. continue: give the next model what was delivered as the beginning of its answer, where its card
says that it can go on from there; otherwise replay. restart: tell the consumer to discard. raise: end in
StreamInterrupted.
"""


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool that the model may ask for; `parameters` is a JSON schema of type object."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})
    strict: bool | None = None


def unbuilt(value: Any) -> Any:
    """The value itself: the `build` of an Output that wants no more than what its schema says."""
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Structured output. `build` turns JSON into what the caller asked for, or raises ValueError.

    Attributes:
        build: left out, the JSON is checked against the schema and handed over as it is.
        free: any JSON object will do, and `schema` says no more than that. A vendor with a JSON mode is
            asked for that; it wants the word JSON said somewhere, as `says_json` has it.
    """

    name: str
    schema: Mapping[str, Any]
    build: Callable[[Any], Any] = unbuilt
    free: bool = False


Prompt = str | Message | Mapping[str, Any] | Sequence[Message | Mapping[str, Any] | str]


class Options(TypedDict, total=False):
    """What every verb takes beside the prompt; the fields of `Request`, as loosely as callers may write
    them.
    """

    task: str | None
    model: str | None
    prefer: str | None
    timeout: float | None
    constraints: Constraints | Mapping[str, Any]
    demands: Iterable[str]
    settings: Settings | Mapping[str, Any]
    tools: Iterable[ToolSpec | Mapping[str, Any] | type | Callable[..., Any]]
    tool_choice: str | bool | Mapping[str, Any] | None
    output: Any
    ensemble: str | Ensemble | Mapping[str, Any] | None
    rescue: str | None
    metadata: Mapping[str, str | float]
    run: str | None
    step: str | None
    estimated_tokens: int | None
    tools_available: bool | None
    verbatim: Verbatim | None


@quick_init
@dataclass(frozen=True, slots=True)
class Request:
    """A call to the router, as data.

    Raises:
        RequestError: an argument cannot be read; what only a configuration can tell, the call finds.

    Attributes:
        messages: text, one message, or a list; mappings in OpenAI's chat form are taken too.
        task: overrides classification.
        model: a card or deployment id; narrows the shortlist to it, never adds to it.
        prefer: a deployment id that goes first when the shortlist holds it, and changes nothing otherwise:
            the one that has begun a tool loop, for example.
        timeout: seconds for this call; tightens the router's total and never loosens it.
        demands: `low_latency` ranks what answers fast first; it excludes nothing.
        tool_choice: auto, none, required, or a tool's name.
        output: a pydantic model, a dataclass or a JSON schema, or `dict` for any JSON object; the router
            turns it into an `Output`.
        ensemble: the name of one, or one of the request's own, whose members are asked together.
        rescue: what a broken stream does, see the configuration's `rescue`.
        metadata: kept in the record as text, for finding it again. Numbers and truth values are taken too;
            `estimated_tokens` and `tools_available` among them count like the arguments of those names.
        run, step: what the call belongs to, the caller's own ids: of an agent's run, say, and of one of its
            steps. Kept in the record as they are; they change nothing.
        estimated_tokens: how long the request is at least, if the caller knows more than its text shows.
        tools_available: whether it will come to tool use, though no `tools` are given; it helps to classify.
        verbatim: the body that it was read from, which a deployment of that dialect is sent as it is where it
            says what would be written. It changes nothing else.
    """

    messages: tuple[Message, ...]
    _: KW_ONLY
    task: str | None = None
    model: str | None = None
    prefer: str | None = None
    timeout: float | None = None
    constraints: Constraints = FREE
    demands: frozenset[str] = _NO_DEMANDS
    settings: Settings = Settings()
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str | None = None
    output: Any = None
    ensemble: str | Ensemble | None = None
    rescue: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    run: str | None = None
    step: str | None = None
    estimated_tokens: int | None = None
    tools_available: bool | None = None
    verbatim: Verbatim | None = field(default=None, repr=False, compare=False)

    if TYPE_CHECKING:
        # The generated one is narrower than what is taken: callers write prompts in many forms.
        def __init__(self, messages: Prompt, **options: Unpack[Options]) -> None: ...

    def __post_init__(self) -> None:
        if (messages := as_messages(self.messages)) is not self.messages:
            object.__setattr__(self, "messages", messages)
        constraints: object = self.constraints
        if not isinstance(constraints, Constraints):
            object.__setattr__(self, "constraints", _as(Constraints, constraints, "constraints"))
        if self.demands is not _NO_DEMANDS:
            object.__setattr__(self, "demands", as_demands(self.demands))
        if self.ensemble is not None:
            object.__setattr__(self, "ensemble", as_ensemble(self.ensemble))
        settings: object = self.settings
        if not isinstance(settings, Settings):
            object.__setattr__(self, "settings", _as(Settings, settings, "settings"))


def as_demands(value: object) -> frozenset[str]:
    """The names of what is demanded: one, or any number of them.

    Raises:
        RequestError: a name of what nobody can demand.
    """
    if value is None:
        return _NO_DEMANDS
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, Iterable) or isinstance(names, Mapping):
        raise RequestError(f"expected names, not {type(value).__name__}", key="demands")
    found = []
    for each in names:
        name = each.strip().lower() if isinstance(each, str) else type(each).__name__
        if name not in DEMANDS:
            raise RequestError(
                f"{name!r:.40} cannot be demanded; there is {', '.join(DEMANDS)}.",
                key="demands",
                suggestion=nearest(name, DEMANDS),
            )
        found.append(name)
    return frozenset(found)


def says_json(messages: Iterable[Message]) -> bool:
    """Whether some text among them has the word JSON."""
    return any(
        isinstance(part, Text) and "json" in part.text.casefold() for each in messages for part in each.parts
    )


T = TypeVar("T", Constraints, Settings)


def _as(kind: type[T], value: object, key: str) -> T:
    """One built from a mapping whose unknown keys are refused, or from nothing."""
    if value is None:
        return kind()
    if not isinstance(value, Mapping):
        raise RequestError(f"expected {kind.__name__} or a mapping, not {type(value).__name__}", key=key)
    known = [name.name for name in fields(kind)]
    for name in value:
        if name in DEMANDS and kind is Constraints:
            message = f"it excludes nothing, so it is no constraint; write demands=[{name!r}]"
            raise RequestError(message, key=f"{key}.{name}")
        if name not in known:
            raise RequestError(
                f"there is no such key; there are {', '.join(known)}.",
                key=f"{key}.{name}",
                suggestion=nearest(str(name), known),
            )
    return kind(**value)
