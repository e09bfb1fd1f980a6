"""The classifier's memory: what is remembered, what tells inputs apart, and that it stays small."""

import sys
import threading

import pytest

from interlock.classifiers import heuristics
from interlock.classifiers import language as languages
from interlock.classifiers.heuristics import LONG, HeuristicClassifier
from interlock.classifiers.language import Identifier
from interlock.classifiers.memory import CHARACTERS, ENTRIES, Memory
from interlock.protocols import ClassifyCall
from interlock.types.decisions import Classification
from interlock.types.messages import Message
from interlock.types.request import Request, ToolSpec

POEM = "Write a poem about the rain in November."
ANSWER = Classification(task="conversational", confidence=0.5)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were really looked at."""
    texts: list[str] = []
    original = heuristics.signals_of

    def watched(text: str) -> list:
        texts.append(text)
        return original(text)

    monkeypatch.setattr(heuristics, "signals_of", watched)
    return texts


def call(request: object, tokens: int = 20) -> ClassifyCall:
    return ClassifyCall(
        request=request if isinstance(request, Request) else Request(request), input_tokens=tokens
    )


def test_the_same_turn_is_judged_once(judged: list[str]):
    classifier = HeuristicClassifier()
    first = classifier.classify(call(POEM))
    assert classifier.classify(call("".join(POEM))) == first
    history = [Message("user", "Hello"), Message("assistant", "Hello!"), Message("user", POEM)]
    assert classifier.classify(call(history)) == first
    answered = [*history, Message("assistant", "…"), Message("user", "continue")]
    assert classifier.classify(call(answered)) == first
    assert judged == [POEM]


def test_everything_that_decides_tells_inputs_apart(judged: list[str]):
    classifier = HeuristicClassifier()
    mail = (ToolSpec(name="send_email"),)
    system = Message("system", "The data must not leave the EU.")
    requests = [
        call(POEM),
        call(POEM, LONG),
        call(POEM + "!"),
        call(Request(POEM, tools=mail)),
        call(Request(POEM, tools=(ToolSpec(name="write_poems"),))),
        call(Request(POEM, tools=mail, tool_choice="required")),
        call([system, Message("user", POEM)]),
        call([Message("system", "Be brief."), Message("user", POEM)]),
    ]
    remembered = [classifier.classify(request) for request in requests]
    assert len(judged) == len(requests)
    assert [classifier.classify(request) for request in requests] == remembered
    assert len(judged) == len(requests)
    assert [HeuristicClassifier().classify(request) for request in requests] == remembered
    assert {answer.task for answer in remembered} >= {"creative_content", "long_document", "eu_regulated"}


def test_a_doubtful_language_is_asked_for_again_until_it_is_settled(
    monkeypatch: pytest.MonkeyPatch, judged: list[str]
):
    identifier = Identifier()
    monkeypatch.setattr(languages, "_identifier", identifier)
    monkeypatch.setattr(identifier, "start", lambda: None)  # not loaded yet, however long it takes
    classifier = HeuristicClassifier()
    doubtful = call("Jak se dostanu nejrychleji na letiště v Praze, když vlak nejede?")
    guessed = call("Где находится ближайшая станция?")
    assert [classifier.classify(one).language for one in (doubtful, guessed)] == [None, "ru"]
    identifier._classify = lambda _text: ("bg", 0.9)
    assert [classifier.classify(one).language for one in (doubtful, guessed)] == ["bg", "bg"]
    assert len(judged) == 4
    classifier.classify(doubtful)
    assert len(judged) == 4


def test_without_the_extra_doubtful_texts_are_remembered(monkeypatch: pytest.MonkeyPatch, judged: list[str]):
    for name in ("py3langid", "py3langid.langid"):
        monkeypatch.setitem(sys.modules, name, None)
    identifier = Identifier()
    monkeypatch.setattr(languages, "_identifier", identifier)
    identifier.start()
    assert not identifier.wait(60)
    classifier = HeuristicClassifier()
    doubtful = call("Jak se dostanu nejrychleji na letiště v Praze, když vlak nejede?")
    assert classifier.classify(doubtful).language is None
    assert classifier.classify(doubtful).language is None
    assert len(judged) == 1


def test_entries_are_bounded_and_what_is_used_stays():
    memory = Memory()
    for number in range(5 * ENTRIES):
        memory.keep(number, 10, ANSWER)
        assert memory.get(0, 10) is ANSWER
        assert len(memory) <= ENTRIES
    assert memory.get(5 * ENTRIES - 1, 10) is ANSWER
    assert memory.get(1, 10) is None


def test_characters_are_bounded():
    memory = Memory()
    size = 6_000
    for number in range(1_000):
        memory.keep(number, size, ANSWER)
        assert len(memory) * size <= CHARACTERS
    assert memory.get(999, size) is ANSWER
    memory.keep("huge", CHARACTERS, ANSWER)
    assert memory.get("huge", CHARACTERS) is None


def test_nobody_waits_for_a_lock_that_was_lost():
    memory = Memory()
    memory.keep("known", 5, ANSWER)
    assert memory._lock.acquire(blocking=False)  # as in a child forked while another thread held it
    memory.keep("new", 3, ANSWER)
    assert memory.get("new", 3) is None
    assert memory.get("known", 5) is ANSWER


def test_threads_share_a_memory():
    memory = Memory()
    wrong: list[object] = []

    def work(seed: int) -> None:
        for number in range(seed, seed + 3_000):
            key = number % 700
            found = memory.get(key, 20)
            if found is None:
                memory.keep(key, 20, Classification(task=str(key), confidence=0.5))
            elif found.task != str(key):
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(seed * 100,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(memory) <= ENTRIES
