"""What guardrails have found in a request before it was decided where it may go."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    """Names alone, never what was found.

    Attributes:
        kinds: the kinds of personal data that were found, such as `email`.
        failed: a guardrail that was asked failed, so anything may be there.
        sealable: the guardrails that found something seal all of it.
        unread: the request holds what nobody has looked into: pictures, sound, documents that are no text.
        changed: whether guardrails make another text of it; None where that is not known beforehand.
    """

    kinds: frozenset[str] = frozenset()
    failed: bool = False
    sealable: bool = True
    unread: bool = False
    changed: bool | None = None
