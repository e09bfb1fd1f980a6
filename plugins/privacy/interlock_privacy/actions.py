"""What may be done with a value that was found."""

import re
from typing import Final, Literal

__all__ = ["ENDING", "OPEN", "REPLACING", "Action", "label", "masked", "redacted"]

Action = Literal["refuse", "mask", "redact", "tokenise", "flag", "ignore"]

REPLACING: Final = frozenset({"mask", "redact", "tokenise"})
"""The value leaves in no form that says it."""
ENDING: Final = frozenset({"refuse", *REPLACING})
"""Where nothing may be put in its place, the call ends."""
OPEN: Final = frozenset({"refuse", "flag", "ignore"})
"""A request that holds such a value is not sealed by being rewritten."""

_CARD_DIGITS = 13  # of shorter ones, first six and last four would leave too little unsaid
_SHOWN = 4
_PART = 4  # of other values, at most one letter or digit in four
_NO_LABEL = re.compile(r"[^A-Z0-9]+")


def label(kind: str) -> str:
    """A kind as tokens and redactions spell it: `national_id` is NATIONAL_ID."""
    name = _NO_LABEL.sub("_", kind.upper()).strip("_")
    return name if len(name.partition("_")[0]) > 1 else f"VALUE_{name}".rstrip("_")


def redacted(kind: str) -> str:
    return f"[{label(kind)}]"


def masked(kind: str, spelled: str) -> str:
    """The value with stars for its letters and digits but the last ones, at most four and a quarter; of a
    card but the first six and the last four.
    """
    places = [at for at, sign in enumerate(spelled) if sign.isalnum()]
    if kind == "card" and len(places) >= _CARD_DIGITS:
        hidden = places[6:-4]
    else:
        hidden = places[: len(places) - min(_SHOWN, len(places) // _PART)]
    signs = list(spelled)
    for at in hidden:
        signs[at] = "*"
    return "".join(signs)
