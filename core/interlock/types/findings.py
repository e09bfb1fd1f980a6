"""What a detector says of a text."""

from dataclasses import dataclass, field

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One value in one text.

    `kind` is a flat word, such as "email" or "national_id"; `rule` is the rule that saw it, such as
    "pl.pesel". `start` and `end` count characters of the text that was scanned, and leave out labels, quotes
    and brackets. `value` is what two spellings of one value have in common: digits without separators, an
    address in lower case. It is personal data, and so no part of the representation.
    """

    kind: str
    rule: str
    start: int
    end: int
    value: str = field(repr=False)
