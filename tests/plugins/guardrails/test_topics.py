"""Topics that may not come up, and topics one of which must."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunked import Says, at, every, router_over
from interlock import (
    ApprovalNeeded,
    BlockedAnswer,
    ConfigError,
    GuardrailError,
    InterlockError,
    Message,
    Router,
)
from interlock.testing.guarded import ModelDouble, inspected, let_go
from interlock.types.messages import Text
from interlock.types.response import Answer
from interlock_guardrails import Topics, TopicsOptions
from interlock_guardrails.topics.matching import Lexicon, patterns_of
from interlock_guardrails.topics.options import Topic

DENIED = {"politics": ["election", "prime minister", "parliament*", "选举", "выборы", "เลือกตั้ง", "चुनाव"]}
WORDS = [
    *(
        "election",
        "elections",
        "prime",
        " minister",
        "parliamentary",
        " ",
        "\n",
        ", ",
        "the",
        "选",
        "举",
        "we选举ok",
    ),
    *(
        "выборы",
        "เลือกตั้ง",
        "เลือก",
        "चुनाव",
        "ﬁne",
        "e\u0301",
        "prime  minister",
        "elec\u00adtion",
        "ＥＬＥＣＴＩＯＮ",
    ),
]


@pytest.mark.parametrize(
    "text",
    [
        "Who won the election?",
        "THE ELECTION!",
        "election-day",
        "Ask the Prime\nMinister.",
        "a parliamentarian",
        "今年的选举怎么样？",
        "Когда выборы?",
        "วันเลือกตั้งเมื่อไหร่",
        "चुनाव कब है?",
        "ＥＬＥＣＴＩＯＮ",
        "elec\u200btion",
        "选举ok",
    ],
)
def test_a_denied_topic_comes_up_in_any_script(text):
    with (
        router_over(Says(text="Yes."), guardrails={"topics": {"denied": DENIED}}) as router,
        pytest.raises(GuardrailError, match="the topic politics is denied"),
    ):
        router.complete_sync(text)


@pytest.mark.parametrize(
    "text", ["Which elections?", "a selection", "prime numbers", "Minister prime", "选一举"]
)
def test_a_word_is_a_whole_word(text):
    with router_over(Says(text="Yes."), guardrails={"topics": {"denied": DENIED}}) as router:
        assert router.complete_sync(text).text == "Yes."


def test_what_a_system_message_forbids_by_name_is_no_breach():
    messages = [Message("system", "Never talk of the election."), Message("user", "What is new?")]
    with router_over(Says(text="Rain."), guardrails={"topics": {"denied": DENIED}}) as router:
        response = router.complete_sync(messages)
        assert response.text == "Rain."
        earlier = [Message("user", "The election?"), Message("assistant", "No."), messages[1]]
        assert router.complete_sync(earlier).text == "Rain."
    with (
        router_over(Says(), guardrails={"topics": {"denied": DENIED, "counted": "all"}}) as router,
        pytest.raises(GuardrailError),
    ):
        router.complete_sync(earlier)


def test_one_of_the_allowed_topics_has_to_come_up():
    topics = {"allowed": {"billing": ["invoice*", "refund"], "shipping": ["parcel"]}, "action": "ask"}
    with router_over(Says(text="Yes."), guardrails={"topics": topics}) as router:
        assert router.complete_sync("Where is my parcel?").text == "Yes."
        follows = [
            Message("user", "My invoices?"),
            Message("assistant", "Which?"),
            Message("user", "The last."),
        ]
        assert router.complete_sync(follows).text == "Yes."
        with pytest.raises(ApprovalNeeded, match="no topic that is allowed comes up"):
            router.complete_sync("Write me a poem.")


def test_an_answer_on_a_denied_topic_is_asked_for_elsewhere():
    topics = {"denied": DENIED, "phases": ["answer"]}
    for cut in (every(3), every(200)):
        vendors = Says(text="The election is on Sunday.", cut=cut), Says(text="No idea.", cut=cut)
        with router_over(*vendors, guardrails={"topics": topics}) as router:
            response = router.complete_sync("What is on Sunday?")
            assert (response.deployment, response.text) == ("b", "No idea.")
            with router.stream_sync("What is on Sunday?") as stream:
                assert "".join(chunk.text for chunk in stream) == "No idea."
        assert [each.category for each in response.record.guardrails if each.action == "block"] == [
            "topic.politics"
        ]


@settings(max_examples=400, deadline=None)
@given(
    text=st.lists(st.sampled_from(WORDS), max_size=14).map("".join),
    cuts=st.lists(st.integers(0, 120), max_size=14),
)
def test_a_stream_is_stopped_where_the_whole_would_be_and_no_phrase_leaves(text, cuts):
    guardrail = Topics().configured(TopicsOptions(denied=DENIED, phases=("answer",)))
    parts = (Text(text),) if text else ()
    verdict = inspected(guardrail, Answer(parts=parts, finish_reason="stop"), ModelDouble("")).verdict
    for pieces in (at(*cuts)(text), list(text)):
        assert let_go(guardrail, pieces, None) == (None if verdict.action == "block" else text)
        left = let_go(guardrail, pieces, None, final=False)
        lexicon = Lexicon({"politics": Topic(words=tuple(DENIED["politics"]))})
        assert not lexicon.topics(f"{left or ''}\n")


def test_most_of_a_stream_leaves_before_its_end():
    guardrail = Topics().configured(TopicsOptions(denied=DENIED, phases=("answer",)))
    for text in ("It rained all day and the river rose. " * 4, "今天下雨，河水上涨了。" * 12):
        assert len(let_go(guardrail, list(text), None, final=False) or "") > len(text) - 24


def test_patterns_are_regular_expressions_in_linear_time():
    pytest.importorskip("re2")
    topics = {"denied": {"numbers": {"patterns": [r"\bcase-\d{4}\b", r"(a+)+$"]}}}
    with router_over(Says(text="Yes."), guardrails={"topics": topics}) as router:
        assert router.complete_sync("a" * 5_000 + "!").text == "Yes."
        with pytest.raises(GuardrailError, match="the topic numbers is denied"):
            router.complete_sync("What of CASE-1234?")


@pytest.mark.parametrize("patterns", [(r"(?-i)Ab", "cd|ef"), ("(?P<a>ab)", "(?P<a>cd)"), (r"\Qab", "cd")])
def test_each_of_a_topics_patterns_is_looked_for_and_a_topic_of_words_has_none(patterns):
    pytest.importorskip("re2")
    topics = {"both": Topic(patterns=patterns), "words": Topic(words=("word",))}
    lexicon = Lexicon(topics, patterns_of(topics, "denied"))
    assert [lexicon.topics(text) for text in ("x cd", "gh")] == [["both"], []]
    assert lexicon.topics("a word") == ["words"]


def test_where_patterns_look_at_answers_a_stream_waits_for_its_end():
    pytest.importorskip("re2")
    topics = {"denied": {"secret": {"patterns": ["begin.*end"]}}, "phases": ["answer"]}
    with router_over(Says(text="begin and end", cut=every(2)), guardrails={"topics": topics}) as router:
        with pytest.raises(InterlockError), router.stream_sync("Go") as stream:
            assert not any(chunk.text for chunk in stream)
        with pytest.raises(BlockedAnswer):
            router.complete_sync("Go")


def test_patterns_without_re2_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(
        ConfigError, match=r"guardrails.topics.denied: .*pip install 'interlock-guardrails\[re2\]'"
    ):
        Router.from_config({"guardrails": {"topics": {"denied": {"a": {"patterns": ["x"]}}}}})


@given(st.text(max_size=80), st.lists(st.text(max_size=12), max_size=4))
def test_any_words_and_any_text_will_do(text, words):
    lexicon = Lexicon({"a": Topic(words=tuple(words))})
    assert lexicon.topics(text) in ([], ["a"])
    assert 0 <= lexicon.settled(text) <= len(text)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "guardrails.topics: names no topic"),
        ({"denied": {"a": []}}, "guardrails.topics.denied.a: has neither words nor patterns"),
        (
            {"denied": {"a": ["x"]}, "allowed": {"a": ["y"]}},
            "guardrails.topics.allowed.a: is denied and allowed",
        ),
        ({"denied": {"a": {"word": ["x"]}}}, "guardrails.topics.denied.a.word: .*Did you mean 'words'"),
        ({"denied": {"a": {"patterns": ["("]}}}, "guardrails.topics.denied.a.patterns: .*is no pattern"),
        ({"denied": {"a": {"patterns": [r"(a)\1"]}}}, "guardrails.topics.denied.a.patterns: .*is no pattern"),
        ({"denied": {"a": ["x"]}, "phases": ["answers"]}, "guardrails.topics.phases"),
    ],
)
def test_topics_that_make_no_sense_are_refused(options, complaint):
    with pytest.raises(ConfigError, match=complaint):
        Router.from_config({"guardrails": {"topics": options}})
