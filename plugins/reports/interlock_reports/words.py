"""What a page says by itself, and how numbers are written, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["SYMBOLS", "Words", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`separators` holds that of thousands, then that of decimals."""

    language: str
    separators: str
    contents: str
    skip: str
    made_at: str
    made_by: str
    nothing: str
    yes: str
    no: str
    unknown: str
    to: str
    figures: str
    kinds: Mapping[str, str]


_ENGLISH: Final = Words(
    language="en",
    separators=",.",
    contents="Contents",
    skip="Skip to the report",
    made_at="Made",
    made_by="Made by",
    nothing="None",
    yes="yes",
    no="no",
    unknown="unknown",
    to="to",
    figures="The figures",
    kinds={"problem": "Problem", "attention": "Attention", "gap": "Gap", "info": "Note", "ok": "OK"},
)
_GERMAN: Final = Words(
    language="de",
    separators=".,",
    contents="Inhalt",
    skip="Zum Bericht",
    made_at="Erstellt",
    made_by="Erstellt von",
    nothing="Keine",
    yes="ja",
    no="nein",
    unknown="unbekannt",
    to="bis",
    figures="Die Werte",
    kinds={
        "problem": "Problem",
        "attention": "Achtung",
        "gap": "Lücke",
        "info": "Hinweis",
        "ok": "In Ordnung",
    },
)
SYMBOLS: Final[Mapping[str, str]] = {"problem": "✕", "attention": "▲", "gap": "○", "info": "●", "ok": "✓"}


def words(language: str) -> Words:
    """Those of the language, without its country; English of one that is not here."""
    return _GERMAN if language.lower().split("-")[0] == "de" else _ENGLISH
