"""What the built-in classifier says of requests, prompts and harness turns."""

import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.classifiers.heuristics import LONG, HeuristicClassifier
from interlock.classifiers.lexicon import LATIN, TASKS, lexicon, words_of
from interlock.classifiers.matching import vocabulary
from interlock.classifiers.scores import label_of
from interlock.protocols import Classifier, ClassifyCall
from interlock.types.decisions import Classification
from interlock.types.messages import Message, Text, ToolResult
from interlock.types.request import Request, ToolSpec

CLASSIFIER = HeuristicClassifier()


def classify(request: object, tokens: int = 20) -> Classification:
    made = request if isinstance(request, Request) else Request(request)
    return CLASSIFIER.classify(ClassifyCall(request=made, input_tokens=tokens))


def test_it_is_a_classifier():
    assert isinstance(CLASSIFIER, Classifier)
    assert (CLASSIFIER.api, CLASSIFIER.name) == (1, "heuristics")


@pytest.mark.parametrize(
    "text",
    [
        "Which class should my daughter take?",
        "What are the import duties for wine?",
        "What is the function of the liver?",
        "How do I solve the conflict with my neighbour?",
        "Which model railway is right for a beginner?",
        "Is a python a good pet?",
        "Where do I get good java coffee?",
        "There is rust on my car, what now?",
        "What is the story behind my late delivery?",
        "Is a ruby ring a good gift?",
        "My estate agent never calls back.",
        "Can I change my table reservation?",
        "There is a strange fee on my bank statement.",
        "What does a SQL Server admin earn?",
        "Is our code of conduct binding for guests?",
        "Do I need a derivative work licence for a remix?",
        "He is such a calculating person, how do I deal with him?",
        "What is the GDPR?",
        "Explain GDPR fines to me.",
        "What does 你好 mean?",
        "Welche Klasse soll meine Tochter besuchen?",
        "Welche Zölle fallen beim Import von Wein an?",
        "Ist ein Python ein gutes Haustier?",
        "Wie löse ich den Konflikt mit meinem Nachbarn?",
        "Quelle est la fonction du foie ?",
        "Dans quelle classe mon fils doit-il aller ?",
        "Comment résoudre le conflit avec mon voisin ?",
        "¿Qué clase debería tomar mi hija?",
        "¿Cuál es la función del hígado?",
        "¿Cómo resuelvo el conflicto con mi vecino?",
        "Qual è la funzione del fegato?",
        "Qual é a função do fígado?",
        "Wat is de functie van de lever?",
        "Draft a two-line reminder for an unpaid invoice.",
    ],
)
def test_everyday_talk_is_conversation(text: str):
    assert classify(text).task == "conversational"


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("Write a function that generates a poem.", "code_generation"),
        ("Write a poem about a function that never returns.", "creative_content"),
        ("用Python写一个快速排序函数。", "code_generation"),
        ("请审阅以下合同条款,并指出违约责任的问题。", "cjk_language"),
        ("我们公司有320名员工,今年预算是150万元。", "cjk_language"),
        ("求解方程 $x^2 - 5x + 6 = 0$ 并给出步骤。", "quantitative"),
        ("この文書のデータはEU域外に出せません。要約してください。", "eu_regulated"),
        ("Translate the contract into Japanese.", "cjk_language"),
        ("Recommend a Japanese restaurant in Leeds.", "conversational"),
        ("Classify each of these 10,000 tickets, one word each.", "low_latency"),
        ("Answer within 200 ms: which city is this?", "low_latency"),
        ("The patient records of our clinic must not leave the EU. Summarise them.", "eu_regulated"),
        ("Summarise this 300-page report.", "long_document"),
        ("Prove that there are infinitely many primes.", "quantitative"),
        ("Look up order 12 in SAP, then notify the carrier and update Jira.", "agentic_tool_use"),
        ("Write a Python script that opens a Jira ticket and posts to Slack.", "code_generation"),
    ],
)
def test_what_is_asked_for_decides(text: str, task: str):
    assert classify(text).task == task


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("Two sacks for 19.90 or five for 44, which is cheaper?", "quantitative"),
        ("Zwei Säcke für 19,90 oder fünf für 44, was ist günstiger?", "quantitative"),
        ("A wheel turns 40 times a minute. How long until it has turned 3,000 times?", "quantitative"),
        ("How would a pirate explain the tax return?", "creative_content"),
        ("Haz que un dragón explique la declaración de la renta.", "creative_content"),
        ("Turn our parking rules into a Greek tragedy.", "creative_content"),
        ("Return the lamp, get the refund and tell Ana.", "agentic_tool_use"),
        ("Annule le billet de mardi et préviens Paul.", "agentic_tool_use"),
        ("We moved from Jira to Linear, and nobody is happy.", "conversational"),
        ("Does Slack tell my boss when I leave a channel?", "conversational"),
    ],
)
def test_the_build_of_a_sentence_decides(text: str, task: str):
    assert classify(text).task == task


def test_a_tone_to_keep_is_no_order():
    assert classify("Tell the customer it will take until Monday, keep it friendly.").task == "conversational"


def test_a_long_request_is_a_long_document_whatever_it_says():
    answer = classify("Write a poem about rain.", tokens=LONG)
    assert answer.task == "long_document"
    assert answer.evidence == ("50,000 tokens or more",)
    assert classify("Write a poem about rain.", tokens=LONG - 1).task == "creative_content"


def test_nothing_to_go_by_is_conversation_without_confidence():
    for text in ("Hm.", "…", "Qwrtz plmf."):
        answer = classify(text)
        assert answer.task == "conversational"
        assert answer.confidence < 0.5
    assert classify([Message("assistant", "Hello")]).task == "conversational"


def test_clear_requests_are_surer_than_doubtful_ones():
    sure = classify("Fix this:\n```python\nprint(1/0)\n```\nIt raises ZeroDivisionError.")
    assert sure.confidence > 0.9
    assert sure.evidence[0] in ("code fence", "program code")
    assert classify("Tell me more.").confidence < sure.confidence


REMINDER = "<system-reminder>\nWrite a poem about Python code.\n</system-reminder>"


@pytest.mark.parametrize(
    "turns",
    [
        [f"{REMINDER}\nCompute the standard deviation of 3, 5 and 9."],
        [f"Compute the standard deviation of 3, 5 and 9.\n{REMINDER}\n{REMINDER}"],
        ["Compute the standard deviation of 3, 5 and 9.", "continue"],
        ["Compute the standard deviation of 3, 5 and 9.", "Go on!", "weiter", "继续"],
        ["Compute the standard deviation of 3, 5 and 9.", "[Request interrupted by user for tool use]"],
        ["Compute the standard deviation of 3, 5 and 9.", REMINDER],
        ["Compute the standard deviation of 3, 5 and 9.", "Observation: def f(): return 1"],
        ["<user_query>Compute the standard deviation of 3, 5 and 9.</user_query>"],
        ["<environment_details>main.py, class Foo</environment_details>Compute the variance of 3, 5 and 9."],
        ["<system-reminder>" + "poem " * 50_000 + "</system-reminder>Compute the variance of 3, 5 and 9."],
        ["Compute the variance of 3, 5 and 9.<system-reminder>" + "poem " * 50_000 + "</system-reminder>"],
    ],
)
def test_a_harness_does_not_decide(turns: list[str]):
    messages = [
        message for turn in turns for message in (Message("user", turn), Message("assistant", "Done."))
    ]
    assert classify(messages[:-1]).task == "quantitative"


def test_tool_results_in_the_users_role_are_passed_over():
    result = ToolResult(id="1", content="SELECT * FROM orders; Traceback (most recent call last)")
    messages = [
        Message("user", "Write a short poem about rain."),
        Message("assistant", "One moment."),
        Message("user", (result, Text(REMINDER))),
    ]
    assert classify(messages).task == "creative_content"


def test_the_last_human_turn_counts():
    messages = [
        Message("user", "Write a Python function that sorts a list."),
        Message("assistant", "def f(x): return sorted(x)"),
        Message("user", "Thanks! Now write a limerick about it."),
    ]
    assert classify(messages).task == "creative_content"


def test_unclosed_blocks_are_read_as_text():
    assert classify("<system-reminder> Write a poem about rain.").task == "creative_content"


TOOLS = (ToolSpec(name="get_weather", description="Weather of a city"), ToolSpec(name="send_email"))


def test_tools_support_but_do_not_decide():
    question = "What is the weather in Paris?"
    assert classify(question).task == "conversational"
    assert classify(Request(question, tools=TOOLS)).task == "agentic_tool_use"
    assert classify(Request("Write a poem about the sea.", tools=TOOLS)).task == "creative_content"
    assert classify(Request("Hello there", tools=TOOLS, tool_choice="required")).task == "agentic_tool_use"


def test_a_system_prompt_is_heard_for_demands_alone():
    system = Message("system", "You write poems. The data must not leave the EU.")
    answer = classify([system, Message("user", "Summarise the complaint of Mr Smith.")])
    assert answer.task == "eu_regulated"
    assert answer.evidence[0].endswith("in the system prompt")
    poet = Message("system", "You write poems, stories and slogans.")
    assert classify([poet, Message("user", "How are you?")]).task == "conversational"


def test_only_head_and_tail_of_a_long_turn_are_read():
    filler = "The meeting went on about the state of the old bridge and its paint. " * 400
    poem = "Write a poem about rain. "
    assert classify(filler + poem + filler).task != "creative_content"
    assert classify(poem + filler).task == "creative_content"
    assert classify(filler + poem).task == "creative_content"


def test_quoted_text_is_worked_on_and_asks_for_nothing():
    assert (
        classify('Is this rude? "Write a Python function that sorts a list for me"').task == "conversational"
    )


TEXT = st.text(st.characters(), max_size=300) | st.text(
    "aé中あ한 `{}();=<>/\\$|\n0123456789%\ud800\x00", max_size=200
)


@given(TEXT)
@settings(max_examples=300, deadline=None)
def test_any_text_gets_one_of_the_nine_tasks_and_always_the_same(text: str):
    first, second = classify(text), classify(text)
    assert first.task in TASKS
    assert 0.0 <= first.confidence <= 1.0
    assert len(first.evidence) <= 6
    assert (first.task, first.confidence, first.evidence) == (second.task, second.confidence, second.evidence)


@given(
    st.lists(
        st.sampled_from(["<system-reminder>", "</system-reminder>", "a", " ", "<task>", "[", "</env>"]),
        max_size=60,
    )
)
@settings(max_examples=100, deadline=None)
def test_broken_blocks_never_raise(pieces: list[str]):
    assert classify("".join(pieces)).task in TASKS


def _allowed() -> set[str]:
    """Every word that a vocabulary entry or a fixed label may show."""
    allowed: set[str] = set()
    for language in LATIN:
        index = lexicon(language)
        stems = [lines for group in index.stems.values() for lines in group.values()]
        uses = [use for lines in (*index.words.values(), *stems) for use in index.uses(lines)]
        endings = [use for group in index.endings.values() for use in group]
        allowed.update(word for _, term in (*uses, *endings) for word in words_of(term.text))
    return allowed


def test_evidence_never_repeats_what_is_no_vocabulary():
    secrets = "Zylinska Qvortrup hunter2 4111111111111111 xk-live-99zz"
    allowed = _allowed() | set(LATIN)
    for text in (
        f"Write a poem for {secrets}.",
        f"Fix the function {secrets}() in Python: {secrets}Error",
        f"Summarise the patient record of {secrets}, the data must not leave the EU.",
        f"Look up {secrets} in Salesforce, then email {secrets} and update Jira.",
        f"Berechne die Standardabweichung für {secrets}.",
    ):
        answer = classify(text)
        assert answer.evidence
        for label in answer.evidence:
            assert not set(words_of(secrets)) & set(words_of(label))
            if label.startswith("'"):
                assert set(words_of(label)) <= allowed, label


def test_evidence_shows_its_source_in_words():
    english = next(hit[2] for hit in vocabulary("en").hits(["poem"]) if hit[2].text == "poem*")
    assert label_of(("creative_content", 1.0, english)) == "'poem*' (en)"
    assert label_of(("creative_content", 1.0, (english, english))) == "'poem*' (en)"
    assert classify("Haiku about rain").evidence[0] == "'haiku*' (en)"


def test_threads_get_the_same_answers():
    prompts = [
        "Write a poem.",
        "Schreibe eine Funktion in Python.",
        "Calcule 3 % de 200 €.",
        "用Python写一个函数",
    ] * 8
    expected = [classify(prompt).task for prompt in prompts]
    found: dict[int, list[str]] = {}

    def work(number: int) -> None:
        found[number] = [classify(prompt).task for prompt in prompts]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers == expected for answers in found.values())


def test_importing_it_brings_no_numpy():
    import subprocess

    code = (
        "import sys; from interlock.classifiers.heuristics import HeuristicClassifier;"
        "HeuristicClassifier(); sys.exit('numpy' in sys.modules or 'py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
