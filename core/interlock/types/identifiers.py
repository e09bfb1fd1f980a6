"""What a vendor calls things, told apart from what it says: an id may be kept, words may quote the prompt."""

import re
from typing import Final

LONGEST: Final = 128
_IDENTIFIER = re.compile(rf"[A-Za-z0-9_.:/@+=~#-]{{1,{LONGEST}}}")


def identifier(text: str | None) -> str | None:
    """`text` when it has the shape of a code, of an id or of a model's name; None when it may be prose."""
    return text if text is not None and _IDENTIFIER.fullmatch(text) else None
