"""An input that is too long for its model, in whatever words: vendors have no common code for it."""

import re

_LONGEST = 64 * 1024
# Every gap is bounded, so that the time to read a text grows with its length alone; gaps end with a sentence.
_WORDINGS = (
    r"(?:maximum|max|available|model'?s?) context (?:length|size|window)",
    r"context (?:length|size|window|limit)[^.\n]{0,20}exceed",
    r"exceed\w{0,3} (?:[\w'`]{1,20} ){0,4}(?:context (?:length|size|window|limit)|input length)",
    r"context (?:length|window) of (?:only )?[\d,]{1,12} tokens",
    r"longer than the (?:model'?s? )?(?:maximum )?(?:context|model) length",
    r"exceeded model token limit",
    r"maximum prompt length is",
    r"prompt (?:is )?too long",
    r"prompt tokens?\b[^.\n]{0,30}exceeds? (?:the )?model maximum",
    r"prompt contains [\d,]{1,12} tokens[^.\n]{0,40}too large",
    r"too large for model with",
    r"input is too long",
    r"input length\b[^.\n]{0,30}exceeds? (?:the )?(?:maximum|model)",
    r"range of input length should be",
    r"input token count\b[^.\n]{0,40}(?:exceeds the maximum|model only supports)",
    r"(?:input|prompt)\b[^.\n]{0,60}exceeds? (?:the )?max(?:imum)? (?:\w{1,10} ){0,4}tokens",
    r"inputs?`? tokens \+ `?max_new_tokens`? must be",
    r"inputs`? must have less than",
    r"too many input tokens|input tokens exceed|exceeds? (?:the )?(?:maximum )?number of input tokens",
    r"when context the overflows",
)
_SAID = re.compile("|".join(_WORDINGS), re.IGNORECASE)
# Limits on how much may be sent in a time, or on what is paid for, are told in words that resemble these.
_OF_TIME = re.compile(
    r"(?:tokens?|requests?)[ -]per[ -](?:sec|min|hour|day)|rate.?limit|\b[TR]P[MD]\b|quota", re.IGNORECASE
)


def says_overflow(*words: str | None) -> bool:
    """Whether a vendor's words, any of them, say that the input is too long for the model."""
    return any(_says(text[:_LONGEST]) for text in words if text)


def _says(text: str) -> bool:
    return _SAID.search(text) is not None and _OF_TIME.search(text) is None
