"""Text as whoever reads it carelessly takes it: without marks, in small Latin letters."""

import unicodedata
from typing import Final

ALIKE: Final = str.maketrans(
    "аеорсухівјѕԁɡһкмтнгαοερτυικνβмƖАЕОРСУХІВЈЅКМТНΑΕΟΡΤΥΙΚΝΒΜΗΖոԝьєҽɛᴇɴᴅʙɢɪı",
    "aeopcyxibjsdghkmthraoeptuiknbmlAEOPCYXIBJSKMTHAEOPTYIKNBMHZnwbeeeendbgii",
)
"""Letters of other scripts that look like Latin ones."""
_UNSEEN: Final = ("Mn", "Me", "Cf", "Cc", "Cs")
_BLANK: Final = str.maketrans(dict.fromkeys("\u2800\u3164\u115f\u1160\uffa0", " "))


def careless(text: str) -> str:
    """A few words, not lines, so read."""
    seen = "".join(
        char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char) not in _UNSEEN
    )
    return seen.translate(_BLANK).casefold().translate(ALIKE)
