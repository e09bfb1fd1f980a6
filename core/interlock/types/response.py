"""What comes back: from a provider (`Delta`, `Answer`) and to the caller (`Chunk`, `Response`)."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from interlock.types.frozen import quick_init
from interlock.types.messages import (
    Audio,
    Citation,
    Document,
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)

if TYPE_CHECKING:
    from interlock.types.escalations import CascadeFacts
    from interlock.types.panels import PanelProgress, PanelVerdict
    from interlock.types.records import Record

N = TypeVar("N", int, float)
FinishReason = Literal["stop", "length", "tool_calls", "refusal"]
WHOLE = ("stop", "tool_calls")
"""How an answer ends that neither was cut nor refuses."""


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens. None where nobody knows.

    `input_tokens` includes what came from or went to the vendor's cache; `output_tokens` includes reasoning.
    `estimated` says that some number is our estimate and not the vendor's count. `cost` is US dollars, from
    vendors that say what they charge.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    estimated: bool = False
    cost: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=_sum(self.input_tokens, other.input_tokens),
            output_tokens=_sum(self.output_tokens, other.output_tokens),
            cache_read=_sum(self.cache_read, other.cache_read),
            cache_write=_sum(self.cache_write, other.cache_write),
            reasoning=_sum(self.reasoning, other.reasoning),
            estimated=self.estimated or other.estimated,
            cost=_sum(self.cost, other.cost),
        )


def _sum(left: N | None, right: N | None) -> N | None:
    return right if left is None else left if right is None else left + right


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallDelta:
    """A piece of a tool call. Pieces with the same `index` belong together; `arguments` is a JSON
    fragment.
    """

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""
    signature: str | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class Delta:
    """One step of a provider's stream. Every field is an addition, but `finish_reason`, `usage`,
    `served_model`, `evidenced` and `id`, of which the last one given counts.

    `media` are whole parts that the model made. `extra` is data with no home of its own; its keys are merged
    into the answer's. `confidence` is the whole answer's, from 0 to 1 as in `Answer`; it comes with a
    `finish_reason` or with `extra`.

    An empty delta says that the model is at work, and counts as a token where time is limited. A stream is
    whole once a `finish_reason` has come; one that ends without it was cut.
    """

    text: str = ""
    _: KW_ONLY
    reasoning: str = ""
    signature: str | None = None
    redacted: bool = False
    refusal: str = ""
    tool_calls: tuple[ToolCallDelta, ...] = ()
    citations: tuple[Citation, ...] = ()
    media: tuple[Image | Audio | Document, ...] = ()
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    served_model: str | None = None
    evidenced: str | None = None
    id: str | None = None
    extra: Mapping[str, Any] | None = None
    confidence: float | None = None


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A provider's whole answer. `parts` are in the vendor's order; `extra` is data with no home of its
    own.

    `evidenced` is where the vendor says that it processed the request, in its own words; None where it says
    nothing. `confidence` is how likely its tokens were to its model, from 0 to 1: their geometric mean. None
    where nobody asked for that, or the vendor does not say.
    """

    parts: tuple[Part, ...]
    finish_reason: FinishReason
    usage: Usage = Usage()
    served_model: str | None = None
    evidenced: str | None = None
    id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    confidence: float | None = None

    def __post_init__(self) -> None:
        parts: object = self.parts
        if type(parts) is not tuple:
            object.__setattr__(self, "parts", tuple(self.parts))

    @property
    def text(self) -> str:
        """The text parts, joined; without reasoning and refusals."""
        return "".join([part.text for part in self.parts if isinstance(part, Text)])

    @property
    def reasoning(self) -> str:
        """The thoughts, joined; empty where the vendor shows none."""
        return "".join([part.text for part in self.parts if isinstance(part, Reasoning)])

    @property
    def refusal(self) -> str:
        """The words in which the model declined, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, Refusal))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls that the model asks for, in its order."""
        return tuple([part for part in self.parts if isinstance(part, ToolCall)])


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A step of a stream for the caller.

    `tool_calls` holds calls that are complete; their pieces come before in `tool_call_deltas`, but for a
    `rescue` of hold. `thoughts` holds thoughts that are complete, signed where their vendor signs: their text
    came before in `reasoning`, or comes in this chunk's, and they stand before its `text`. Where guardrails
    let a stream pass piece by piece there are none. `refusal` says that the text is that of a model that
    declines, and was said in place of an answer. `restart` tells callers who opted in to discard what came
    before. The last chunk carries the whole `response`. `progress` tells, in a chunk without text, that a
    member of an ensemble has ended or that arbitration begins.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_deltas: tuple[ToolCallDelta, ...] = ()
    refusal: bool = False
    thoughts: tuple[Reasoning, ...] = ()
    restart: bool = False
    response: "Response | None" = None
    progress: "PanelProgress | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelResult:
    """What a panel's members said, for the caller alone: no record, log or trace has any of it.

    Attributes:
        answers: labels to the answers of those who gave one, those included that were cut or refuse, restored
            as the response's own is.
        reason: why the arbiter ruled as it did; empty where it does not say.
        summaries: labels to what each says in the arbiter's words, above all of those who dissent.
    """

    answers: Mapping[str, Answer]
    reason: str = ""
    summaries: Mapping[str, str] = field(default_factory=dict)


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A complete answer.

    Attributes:
        text: the answer; a refusal's words when `finish_reason` is refusal and nothing else was said.
        finish_reason: None on the partial answer of a stream that was interrupted, and there alone.
        parsed: the structured output, when `output=` asked for one.
        usage: the tokens of the attempt that answered; the record has those of every attempt.
        cost: US dollars of every attempt together; None when no price is known.
        model: id of the card that answered.
        served_model: what the vendor says it served.
        message: the turn to append to the conversation.
        panel: what each member of an ensemble said; None when no panel was asked.
    """

    text: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    parsed: Any = None
    finish_reason: FinishReason | None
    usage: Usage = Usage()
    cost: float | None = None
    model: str
    served_model: str | None = None
    deployment: str
    message: Message
    record: "Record"
    extra: dict[str, Any] = field(default_factory=dict)
    panel: PanelResult | None = None

    @property
    def verdict(self) -> "PanelVerdict | None":
        """How this answer was made of those of an ensemble's members; None when no panel was asked."""
        return self.record.verdict

    @property
    def cascade(self) -> "CascadeFacts | None":
        """What became of the steps of the task's cascade; None where it has none. Look at its `accepted`
        where `rejected` is `hand_over`.
        """
        return self.record.cascade
