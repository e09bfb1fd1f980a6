"""Lines of data that somebody who reads in haste takes for a fence: they are told to be data."""

import re
from typing import Final

from interlock.fencing.lookalikes import careless

_SIGNS: Final = "=＝﹦⁼₌═゠꓿≡≣⩵⩶"
_WORTH: Final = dict.fromkeys("≡≣⩶", 3) | {"⩵": 2}
_BREAKS: Final = "\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
# Letters that are no letters to a regular expression.
_ROUND: Final = "\u2460-\u24ff\U0001f110-\U0001f189"
_LINE: Final = re.compile(
    rf"(?:\A|(?<=[{_BREAKS}]))(?P<before>[^{_SIGNS}{_BREAKS}\w]{{0,40}}+)"
    rf"(?P<run>[{_SIGNS}][^{_BREAKS}{_ROUND}\w/]*)(?P<words>[^{_BREAKS}]{{0,600}})"
)
_WITHIN: Final = re.compile(
    r"(?<!=)={3,}+(?=[ \t]{0,8}(?:begin|end)\b[^\n]{0,120}?[0-9a-f]{8})", re.IGNORECASE
)
_VERB: Final = r"(?>[\W_]*?(?:(?:begin|end)(?:s|ning|ing)?(?![a-z])|/))"
_NUMBERED: Final = re.compile(rf"{_VERB}.*?[0-9a-f]{{8}}")
_NAMED: Final = re.compile(
    rf"{_VERB}(?:(?<!ing)[\W_]*\Z|[\W_a-z]*?(?:answers?|conversation|data|question|response|candidate|nonce|number"
    r"|digits|[a-z]{2}\d\d)(?![a-z]))"
)
_TOLD: Final = "⟨=== in the data⟩"
_FEW: Final = 2


def told_apart(text: str) -> str:
    """The text with the `=` before the words of a fence written as `⟨=== in the data⟩`.

    In a line that begins so they may be in whatever letters, capitals and blanks, after whatever ends a line,
    and it is enough that it says no more, or names what fences are around; elsewhere it takes a number.
    """
    if not any(sign in text for sign in _SIGNS):
        return text
    text = _LINE.sub(_told, text)
    return _WITHIN.sub(_TOLD, text) if "===" in text else text


def _told(found: "re.Match[str]") -> str:
    run = found["run"]
    last = max(map(run.rfind, _SIGNS)) + 1
    if sum(_WORTH.get(char, 1) for char in run if char in _SIGNS) < _FEW:
        return found[0]
    words = careless(run[last:] + found["words"])
    if _NUMBERED.match(words) is None and _NAMED.match(words) is None:
        return found[0]
    return f"{found['before']}{_TOLD}{run[last:]}{found['words']}"
