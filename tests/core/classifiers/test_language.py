"""Which language a text is in, and that finding out never holds anybody up."""

import asyncio
import sys

import pytest

from interlock.classifiers import language as languages
from interlock.classifiers.heuristics import HeuristicClassifier
from interlock.classifiers.language import Identifier, east_asian, from_function_words, identify
from interlock.classifiers.lexicon import words_of
from interlock.protocols import ClassifyCall
from interlock.types.request import Request

DOUBTFUL = "Jak se dostanu nejrychleji na letiště v Praze, když vlak nejede?"


def name_of(text: str, **options: bool) -> str | None:
    return identify(text, words_of(text), **options)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Where is the nearest station, and does it have a lift?", "en"),
        ("Wo ist der nächste Bahnhof, und hat er einen Aufzug?", "de"),
        ("Où se trouve la gare la plus proche et a-t-elle un ascenseur ?", "fr"),
        ("¿Dónde está la estación más cercana y tiene ascensor?", "es"),
        ("Dove si trova la stazione più vicina e ha un ascensore?", "it"),
        ("Onde fica a estação mais próxima e ela tem elevador?", "pt"),
        ("Waar is het dichtstbijzijnde station en heeft het een lift?", "nl"),
        ("最近的车站在哪里?有没有电梯?", "zh"),
        ("一番近い駅はどこですか。", "ja"),
        ("가장 가까운 역이 어디예요?", "ko"),
        ("Πού είναι ο πλησιέστερος σταθμός;", "el"),
        ("איפה תחנת הרכבת הקרובה ביותר?", "he"),
        ("สถานีที่ใกล้ที่สุดอยู่ที่ไหน", "th"),
        ("Где находится ближайшая станция?", "ru"),
    ],
)
def test_the_language_of_a_sentence(text: str, name: str):
    assert name_of(text) == name


def test_short_texts_and_code_are_undetermined():
    assert name_of("Hallo Welt") is None
    assert name_of("for item in the_list: print(item) and return it to me", code=True) is None
    answer = HeuristicClassifier().classify(
        ClassifyCall(request=Request("```python\nfor item in items:\n    print(item)\n```"), input_tokens=10)
    )
    assert answer.language is None


def test_kana_makes_japanese_of_han():
    assert east_asian("契約書の内容を確認する")[1] == "ja"
    assert east_asian("请确认合同的内容")[1] == "zh"
    assert east_asian("What does 你好 mean?")[0] < 0.5
    assert east_asian("plain") == (0.0, None)


def test_function_words_that_do_not_decide_say_nothing():
    assert from_function_words(words_of("Zagreb Ljubljana Maribor"), "Zagreb Ljubljana Maribor") is None


def test_the_classifier_names_the_language():
    def spoken(text: str) -> str | None:
        return HeuristicClassifier().classify(ClassifyCall(request=Request(text), input_tokens=9)).language

    assert spoken("Écris un poème sur la pluie de novembre.") == "fr"
    assert spoken("请写一首关于秋天的诗") == "zh"


async def test_a_doubt_never_loads_anything_in_the_loop(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(languages, "_identifier", Identifier())
    monkeypatch.delitem(sys.modules, "py3langid", raising=False)
    call = ClassifyCall(request=Request(DOUBTFUL), input_tokens=20)
    classifier = HeuristicClassifier()
    first = classifier.classify(call)
    assert first.language is None
    assert not languages._identifier.ready or "py3langid" in sys.modules
    assert await asyncio.to_thread(languages._identifier.wait, 60)
    second = classifier.classify(call)
    assert second.language == "cs"
    assert (first.task, first.confidence, first.evidence) == (second.task, second.confidence, second.evidence)


def test_the_doubt_is_settled_once_loaded(monkeypatch: pytest.MonkeyPatch):
    identifier = Identifier()
    monkeypatch.setattr(languages, "_identifier", identifier)
    assert name_of(DOUBTFUL) is None
    assert identifier.wait(60)
    assert name_of(DOUBTFUL) == "cs"
    assert name_of("Де знаходиться найближча станція метро в цьому місті?") == "uk"


def test_clear_texts_never_ask_for_it(monkeypatch: pytest.MonkeyPatch):
    identifier = Identifier()
    monkeypatch.setattr(languages, "_identifier", identifier)
    name_of("Where is the nearest station, and does it have a lift?")
    name_of("最近的车站在哪里?有没有电梯?")
    assert identifier._thread is None


def test_without_the_extra_a_doubt_stays(monkeypatch: pytest.MonkeyPatch):
    for name in ("py3langid", "py3langid.langid"):
        monkeypatch.setitem(sys.modules, name, None)
    identifier = Identifier()
    assert identifier(DOUBTFUL) is None
    assert not identifier.wait(60)
    assert identifier(DOUBTFUL) is None
    assert not identifier.wait(0)


def test_a_broken_extra_is_reported_and_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    from py3langid.langid import LanguageIdentifier

    def broken(*_: object, **__: object) -> None:
        raise OSError("no model")

    monkeypatch.setattr(LanguageIdentifier, "from_model_file", broken)
    identifier = Identifier()
    identifier.start()
    assert not identifier.wait(60)
    assert identifier(DOUBTFUL) is None
    assert "stay undetermined" in caplog.text


def test_a_thread_lost_in_a_fork_is_started_anew():
    identifier = Identifier()
    identifier.start()
    lost = identifier._thread
    assert lost is not None
    lost.join(60)
    identifier._classify = None  # as in a child whose parent had not finished loading
    identifier.start()
    assert identifier._thread is not lost
    assert identifier.wait(60)
