"""However long and odd a text is, each stage is handed a bounded part of it."""

import pytest

from interlock.classifiers import heuristics, matching, signals
from interlock.classifiers import language as languages
from interlock.classifiers.grammar import CLAUSES
from interlock.classifiers.heuristics import HeuristicClassifier
from interlock.classifiers.lexicon import FIRST_WORDS, LAST_WORDS
from interlock.classifiers.turns import HEAD, TAIL
from interlock.protocols import ClassifyCall
from interlock.types.messages import Message
from interlock.types.request import Request

MILLION = 1_000_000
WORST = {
    "tags": "<script>" * 125_000,
    "accents": "e\u0301" * 500_000,
    "accented letters": "é " * 500_000,
    "line breaks": "\n" * MILLION,
    "line breaks before a tag": "\n" * MILLION + "<a>",
    "one letter": "a" * MILLION,
    "braces": "{" * MILLION,
    "nested tags": "<a><b>" * 80_000 + "</b></a>" * 80_000,
    "nested harness blocks": "<context>" * 50_000 + "x" + "</context>" * 50_000,
    "unclosed harness blocks": "<system-reminder>" * 60_000,
    "ideographic full stops": "。" * MILLION,
    "ideographs": "請" * MILLION,
    "Cyrillic and Latin in turn": "яa " * 330_000,
    "numbers": "12 " * 330_000,
    "quotation marks": "“a" * 500_000,
    "SQL": "SELECT " * 140_000,
    "blanks inside SQL": "select" + " " * 1_700 + "x(",
    "verbs and objects": "write fix class make function " * 33_000,
}


def size(value: object) -> int:
    return len(value) if isinstance(value, (str, list)) else 0


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Stage -> the most characters, words or hits that it was given."""
    most: dict[str, int] = {}

    def watch(owner: object, name: str) -> None:
        original = getattr(owner, name)

        def watched(*args: object, **options: object) -> object:
            most[name] = max([most.get(name, 0), *map(size, args)])
            return original(*args, **options)

        monkeypatch.setattr(owner, name, watched)

    for owner, name in (
        (heuristics, "_unquoted"),
        (heuristics, "outer_words"),
        (heuristics, "Reading"),
        (heuristics, "combined"),
        (heuristics.Memory, "keep"),
        (languages, "east_asian"),
        (languages, "from_function_words"),
        (languages, "spaced"),
        (languages._identifier, "_classify"),
        (matching.Vocabulary, "hits"),
        (signals, "_names"),
        (signals, "_code"),
        (signals, "_maths"),
    ):
        if getattr(owner, name) is not None:
            watch(owner, name)
    monkeypatch.setattr(languages._identifier, "start", lambda: None)
    return most


@pytest.mark.parametrize("text", WORST.values(), ids=WORST.keys())
def test_every_stage_gets_a_bounded_part(text: str, handed: dict[str, int]):
    messages = [Message("system", text), Message("user", text)]
    HeuristicClassifier().classify(ClassifyCall(request=Request(messages), input_tokens=10))
    turn = HEAD + TAIL + 2
    limits = {"_names": 1_801, "_code": 1_801, "_maths": 1_801, "hits": 1_500, "_classify": 400}
    limits["combined"] = max(FIRST_WORDS + LAST_WORDS, CLAUSES)
    assert handed
    for stage, given in handed.items():
        assert given <= limits.get(stage, turn), stage


def test_words_and_hits_are_bounded(monkeypatch: pytest.MonkeyPatch):
    seen: list[tuple[int, int]] = []
    original = matching.Vocabulary.hits

    def watched(self: matching.Vocabulary, words: list[str]) -> list:
        found = original(self, words)
        seen.append((len(words), len(found)))
        return found

    monkeypatch.setattr(matching.Vocabulary, "hits", watched)
    classifier = HeuristicClassifier()
    for text in WORST.values():
        classifier.classify(ClassifyCall(request=Request(text), input_tokens=10))
    assert max(words for words, _ in seen) <= FIRST_WORDS + LAST_WORDS
    assert max(found for _, found in seen) <= matching.MOST + 200


def test_a_request_after_much_repetition_is_still_heard():
    classifier = HeuristicClassifier()
    for filler in ("<script>" * 3_000, "git " * 2_000, "func_ " * 1_000):
        request = Request(filler + " Write a poem.")
        assert (
            classifier.classify(ClassifyCall(request=request, input_tokens=10)).task == "creative_content"
        ), filler[:10]
