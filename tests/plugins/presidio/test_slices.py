"""Long texts are looked through a slice at a time, and places are those of the whole text."""

import re
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock_presidio import Presidio
from interlock_presidio.engine import Seen
from interlock_presidio.slicing import LONGEST, slices

SENTENCE = "Then Ada Lovelace wrote to Mr. Babbage about the engine. "


class Capitals:
    """Finds two words with capitals beside each other, and says how much it is given at a time."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def find(self, text: str, language: str, threshold: float) -> Sequence[Seen]:
        self.given.append(text)
        return [Seen("PERSON", at.start(), at.end(), 0.85) for at in re.finditer(r"[A-Z]\w+ [A-Z]\w+", text)]


def detector() -> tuple[Any, Capitals]:
    engine = Capitals()
    given: Any = engine
    return Presidio(engine=given), engine


@given(st.text(alphabet="ab A.\n。", max_size=200), st.integers(2, 30))
def test_slices_put_together_are_the_text(text: str, longest: int) -> None:
    parts = list(slices(text, longest))
    assert "".join(part for _, part in parts) == text
    assert all(text.startswith(part, start) and 0 < len(part) <= longest for start, part in parts)


def test_a_cut_is_between_paragraphs_before_sentences_before_words() -> None:
    assert [part for _, part in slices("aa bb. cc\n\ndd ee ff. gg", 18)] == ["aa bb. cc\n\n", "dd ee ff. gg"]
    assert [part for _, part in slices("aa bb cc dd. ee ff", 14)] == ["aa bb cc dd. ", "ee ff"]
    assert [part for _, part in slices("aa bb cc dd ee ff", 14)] == ["aa bb cc dd ", "ee ff"]
    assert [part for _, part in slices("a" * 20, 14)] == ["a" * 14, "a" * 6]


def test_in_a_long_text_every_name_is_found_in_its_place() -> None:
    text = SENTENCE * 1_000
    presidio, engine = detector()
    found = presidio.find(text)
    assert len(engine.given) > 5
    assert max(map(len, engine.given)) <= LONGEST
    assert len(found) == 1_000
    assert {text[each.start : each.end] for each in found} == {"Then Ada"}


def test_of_findings_that_overlap_the_surest_and_then_the_longest_stays() -> None:
    text = "Ada Lovelace of London"

    class Overlapping:
        def find(self, text: str, language: str, threshold: float) -> Sequence[Seen]:
            return [
                Seen("LOCATION", 0, 3, 0.85),
                Seen("PERSON", 0, 12, 0.85),
                Seen("ORGANIZATION", 4, 22, 0.4),
                Seen("LOCATION", 16, 22, 0.4),
            ]

    given: Any = Overlapping()
    found = Presidio(engine=given).find(text)
    assert [(each.kind, text[each.start : each.end]) for each in found] == [
        ("person", "Ada Lovelace"),
        ("location", "London"),
    ]


def test_quotes_brackets_and_a_genitive_are_no_part_of_a_name() -> None:
    class Wide:
        def find(self, text: str, language: str, threshold: float) -> Sequence[Seen]:
            return [Seen("PERSON", 0, len(text), 0.85)]

    given: Any = Wide()
    presidio = Presidio(engine=given)
    for text, name in {
        "“Ada  Lovelace’s”": "Ada  Lovelace",
        "(John Smith's)": "John Smith",
        "राजेन्द्रा,": "राजेन्द्रा",
        "'s": "s",
    }.items():
        (found,) = presidio.find(text)
        assert text[found.start : found.end] == name
        assert found.value == " ".join(name.split()).casefold()
    assert presidio.find("123 …") == []


def test_a_text_without_letters_asks_nobody() -> None:
    presidio, engine = detector()
    assert presidio.find("") == []
    assert presidio.find("4111 1111 1111 1111 …") == []
    assert engine.given == []
