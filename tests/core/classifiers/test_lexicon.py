"""The vocabulary's format: what its patterns meet, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.classifiers.lexicon import (
    CLASS,
    FIRST_WORDS,
    LAST_WORDS,
    LATIN,
    OBJECT,
    STRONG,
    TASKS,
    VOTE,
    WEAK,
    Lexicon,
    _read,
    counted,
    fold,
    function_words,
    lexicon,
    outer_words,
    words_of,
)
from interlock.classifiers.matching import MOST, Vocabulary, vocabulary


def built(text: str) -> Lexicon:
    made = Lexicon()
    _read("# head\n" + text, "xx", made)
    return made


def found(index: Lexicon, text: str) -> list[str]:
    return [hit[2].text for hit in Vocabulary([index]).hits(words_of(text))]


@pytest.mark.parametrize(
    ("term", "text", "meets"),
    [
        ("poem", "A poem, please", True),
        ("poem", "Poems, please", False),
        ("poem*", "Poems, please", True),
        ("*gedicht", "Ein Liebesgedicht", True),
        ("*gedicht", "Ein Gedicht", False),
        ("sort a list", "please sort a list now", True),
        ("sort a list", "please sort a", False),
        ("sort _ list", "sort my list", True),
        ("sort .. list", "sort this very long list", True),
        ("sort .. list", "sort this very long and silly list", False),
        ("real-time answer*", "real time answers", True),
        ("what's up", "What's up?", True),
        ("résumé", "resume", True),
        ("straße", "STRASSE", True),
        ("plan a trip*", "plan a", False),
    ],
)
def test_patterns(term: str, text: str, meets: bool):
    assert bool(found(built(f"[creative_content 2]\n{term}\n"), text)) is meets


def test_sections_give_terms_their_meaning():
    index = built(
        "[creative_content 4]\nhaiku\n\n[creative_content ~1]\nmoon\n\n[@make]\nwrite\n\n"
        "[code_generation object make,fix ~1.5 0.5]\nclass\n"
    )
    haiku, moon, write, class_ = (
        hit[2] for hit in Vocabulary([index]).hits(["haiku", "moon", "write", "class"])
    )
    assert (haiku.kind, haiku.task, haiku.weight) == (STRONG, "creative_content", 4.0)
    assert moon.kind == WEAK
    assert (write.kind, write.name) == (CLASS, "make")
    assert (class_.kind, class_.bound_kind, class_.alone) == (OBJECT, WEAK, 0.5)
    assert class_.verbs == {"make", "fix", "wish"}


@pytest.mark.parametrize(
    "text", ["[poetry 2]\npoem\n", "[creative_content]\npoem\n", "[creative_content 2]\nab*\n", "[@a]\n!\n"]
)
def test_bad_files_are_refused(text: str):
    with pytest.raises(ValueError, match=r"section|stem|word"):
        built(text)


@pytest.mark.parametrize("language", [*LATIN, "zh", "ja", "ko"])
def test_every_file_reads(language: str):
    index = lexicon(language)
    assert index.words or index.unspaced
    assert lexicon(language) is index


def test_tasks_are_nine():
    assert len(set(TASKS)) == 9


def test_words():
    assert words_of("L'été, c'est 3,5 °C!") == ["l", "ete", "c", "est", "3", "5", "c"]
    assert fold("你好") == "你好"


PIECES = st.sampled_from(
    ["word ", "été ", "B2B ", "x", "7", "中文", "\n\n", "'", "Straße-", " .,;", "½", "İ", "ﷺ", "e\u0301"]
)


@given(st.lists(PIECES, max_size=40), st.integers(1, 60), st.booleans())
def test_of_long_texts_the_outer_words_are_read(pieces: list[str], times: int, latin: bool):
    text = "".join(pieces) * times
    words = words_of(text)
    if latin:
        words = words_of(text.lower().encode("ascii", "replace").decode())
    ends = words if len(words) <= FIRST_WORDS + LAST_WORDS else words[:FIRST_WORDS] + words[-LAST_WORDS:]
    assert outer_words(text, latin=latin) == ends


def test_words_met_before_give_the_same_terms():
    english = Vocabulary([lexicon("en")])
    words = words_of(
        "Write a short poem, please, and a poem's title for the unit tests of our sorting function."
    )
    first = english.hits(words)
    assert first
    assert english.hits(words) == first
    for number in range(10_000):
        english.hits([f"word{number}"])
    assert len(english._entries) < 5_000
    assert english.hits(words) == first


def test_languages_read_together_keep_their_order():
    words = words_of("Schreibe bitte ein Gedicht and a poem über la lune")
    apart = [hit for name in LATIN for hit in Vocabulary([lexicon(name)]).hits(words)]
    apart.sort(key=lambda hit: hit[0])
    assert vocabulary(None).hits(words) == apart


def test_a_word_repeated_without_end_is_passed_over_and_the_rest_is_not():
    words = words_of("script " * 340 + "please write a poem about rain")
    hits = vocabulary(None).hits(words)
    assert len(hits) < MOST + 200
    assert "poem*" in [hit[2].text for hit in hits]


def test_function_words_votes_are_added_up_for_each_language():
    known = function_words()
    apart = [counted(votes) for votes in known.values()]
    assert counted(sum(known.values())) == tuple(map(sum, zip(*apart, strict=True)))
    assert set(apart[0]) <= {0, VOTE}.union(VOTE // number**2 for number in range(2, len(LATIN) + 1))


def test_thousands_of_votes_for_one_language_are_none_for_another():
    english = function_words()["the"]
    assert counted(5_000 * english) == (5_000 * VOTE, *[0] * (len(LATIN) - 1))
