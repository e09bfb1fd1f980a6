"""What a model says of itself is hidden, in whatever language, and what is no name stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.reviews.hiding import MARK, Hiding
from interlock_evaluation.reviews.names import NAMES

KNOWN = ["zhipu/glm-5.2", "openai/gpt-5.5", "acme/house-7", "Zhipu AI", "google/gemini-2.5-ultra", "here"]
HIDING = Hiding(KNOWN)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("As Claude, I cannot say.", "As [name], I cannot say."),
        ("I am GPT-5.5 by OpenAI.", "I am [name] by [name]."),
        (
            "I'm Gemini, a large language model built by Google.",
            "I'm [name], a large language model built by [name].",
        ),
        ("As Gemini, I would", "As [name], I would"),
        ("Google trained me.", "[name] trained me."),
        ("I am Acme's House 7, or house-7.", "I am [name]'s [name], or [name]."),
        ("GLM 5.2, glm5.2, (GLM-5.2), GLM‑5.2!", "[name], [name], ([name]), [name]!"),
        ("Claude 3.5 Sonnet and Claude's makers", "[name] and [name]'s makers"),
        ("see docs.anthropic.com", "see docs.[name].com"),
        ("作为智谱清言，我很乐意帮忙", "作为[name]，我很乐意帮忙"),
        ("我是由阿里云研发的大模型，我叫通义千问。", "我是由[name]研发的大模型，我叫[name]。"),
        ("私はGoogleによって開発された言語モデルです", "私は[name]によって開発された言語モデルです"),
        ("저는 네이버에서 만든 클로드입니다", "저는 [name]에서 만든 [name]입니다"),
        ("Ich bin Llama 4, entwickelt von Meta.", "Ich bin [name], entwickelt von [name]."),
        ("Je suis Le Chat de Mistral AI", "Je suis [name] de [name]"),
        ("Soy un modelo de lenguaje de Google", "Soy un modelo de lenguaje de [name]"),
        ("Io sono Gemini, creato da Google", "Io sono [name], creato da [name]"),
        ("Eu sou o DeepSeek-V3", "Eu sou o [name]"),
        ("Я — Клод, созданный Антропиком.", "Я — [name], созданный [name]."),
        ("أنا كلود", "أنا [name]"),
        ("मैं क्लॉड हूँ", "मैं [name] हूँ"),
        ("我是Kimi，由月之暗面科技研发", "我是[name]，由[name]科技研发"),
        ("Merhaba, ben Gemini, Google tarafından", "Merhaba, ben [name], [name] tarafından"),
        ("Hej, jag är Gemini, skapad av Google.", "Hej, jag är [name], skapad av [name]."),
        ("Good luck!\n\n— Gemini", "Good luck!\n\n— [name]"),
        ("Sincerely, Gemini", "Sincerely, [name]"),
    ],
)
def test_whoever_says_who_they_are_is_not_heard(said: str, shown: str) -> None:
    assert HIDING.hidden(said) == shown


@pytest.mark.parametrize(
    "said", ["C**laude** 3", "Cl\u200bau\u00adde", "ＧＰＴ－４", "CLAUDE", "Clàude", "`gpt-4o-mini`"]
)
def test_a_name_is_known_however_it_is_written(said: str) -> None:
    assert HIDING.hidden(said).strip("`* 3") == MARK


@pytest.mark.parametrize(
    "said",
    [
        "The zodiac sign Gemini starts in May. Google it.",
        "Gemini\nTaurus",
        "A llama eats grass, and a mistral blows.",
        "I wrote a haiku and a sonnet about Egypt.",
        "I am here to help.",
        "Amazon is a river; Meta is a prefix, and step by step we spark ideas.",
        "print('gptx', \"regpt\")",
        "Bob's uncle, 2. Next. 3. Last",
        "",
    ],
)
def test_what_is_no_name_stays(said: str) -> None:
    assert HIDING.hidden(said) == said


def test_what_stands_around_a_name_stays() -> None:
    assert HIDING.hidden("print('glm-5.2')\n2. OpenAI. 2. Next") == "print('[name]')\n2. [name]. 2. Next"


@given(
    before=st.text(max_size=30),
    name=st.sampled_from(["zhipu/glm-5.2", "gpt-5.5", "GPT-5.5", "House-7", "智谱", "ChatGPT"]),
    after=st.text(max_size=30),
)
def test_a_name_between_other_things_is_hidden(before: str, name: str, after: str) -> None:
    shown = HIDING.hidden(f"{before} {name} {after}")
    assert name.lower() not in shown.lower()
    assert MARK in shown


@given(text=st.text(max_size=200))
def test_whatever_is_written_can_be_shown(text: str) -> None:
    shown = HIDING.hidden(text)
    assert HIDING.hidden(shown) == shown


@given(name=st.sampled_from(NAMES))
def test_every_name_on_the_list_is_hidden(name: str) -> None:
    assert Hiding().hidden(f"{name}\n") == f"{MARK}\n"


@pytest.mark.parametrize(
    "text",
    [
        "gpt" + "1" * 5000 + "xxx",
        "gpt " + "1.1" * 5000 + "xxx",
        "gpt" + " mini" * 5000 + "x",
        "gpt" + "-. " * 5000,
        "gemini " * 2000,
        "i am " * 5000 + "gemini",
        "*" * 20000 + "claude" + "_" * 20000,
    ],
    ids=lambda text: text[:12],
)
def test_a_text_that_was_made_to_take_for_ever_does_not(text: str) -> None:
    assert HIDING.hidden(text)
