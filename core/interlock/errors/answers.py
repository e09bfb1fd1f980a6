"""An answer came and cannot be handed over."""

from typing import TYPE_CHECKING, Self

from interlock.errors.attempts import ProviderError

if TYPE_CHECKING:
    from interlock.types.verdicts import Verdict


class ProtocolError(ProviderError):
    """An answer that is malformed, cut short or not of the dialect. The deployment is asked again.

    One that always answers so speaks another dialect than its `provider`, or its `base_url` leads elsewhere.
    """


class AnswerTooLarge(ProtocolError):
    """An answer that holds more than `content.largest_answer`; the rest of it was not read.

    Attributes:
        limit: bytes of a plain body, characters of a stream.
    """

    def __init__(self, message: str, *, limit: int = 0) -> None:
        super().__init__(message)
        self.limit = limit

    @classmethod
    def than(cls, limit: int) -> Self:
        """The error for an answer of more than so many bytes, with the way out."""
        what = f"the answer holds more than {limit} bytes"
        way = "content.largest_answer, or largest_answer of the deployment, says how much it may hold"
        return cls(f"{what}; {way}", limit=limit)


class OutputInvalid(ProtocolError):
    """Structured output that is no JSON or does not fit its schema.

    `content.invalid` says what is tried then; by default the model is asked to mend it, once.

    Attributes:
        text: the answer as it came.
    """

    def __init__(self, message: str, *, text: str) -> None:
        super().__init__(message)
        self.text = text


class ContentRejected(ProviderError):
    """A whole answer that the configuration's `content` does not accept, or that a guardrail blocks.

    It was paid for, and may be of use to the caller after all.

    Attributes:
        text: the answer as it came.
    """

    def __init__(self, message: str, *, text: str) -> None:
        super().__init__(message)
        self.text = text


class BlockedAnswer(ContentRejected):
    """A guardrail will not have the answer, or the tool calls in it. Another deployment is asked.

    Attributes:
        guardrail: its name.
        verdict: what it thinks, and why.
    """

    def __init__(
        self, message: str, *, text: str, guardrail: str = "", verdict: "Verdict | None" = None
    ) -> None:
        super().__init__(message, text=text)
        self.guardrail = guardrail
        self.verdict = verdict


class EmptyAnswer(ContentRejected):
    """No text, no tool call and no media, or no tool call though one was required; see `content.empty`."""


class TruncatedAnswer(ContentRejected):
    """The vendor stopped at a length; raise `max_tokens`, or see `content.truncated`."""


class RefusedAnswer(ContentRejected):
    """The model declined, in the words of `text`. It ends the call, or as `content.refused` says."""


class MisplacedAnswer(ContentRejected):
    """By its vendor's own word the answer was made outside the request's residency; see `content.misplaced`.

    The request is there already. Until a restart, or for six hours, the deployment gets no further request
    that has a residency.
    """
