"""Texts on their way to Jira and back."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_jira.adf import text_in
from interlock_jira.hosting import Hosting
from interlock_jira.markdown import document
from interlock_jira.options import JiraOptions
from interlock_jira.texts import LONGEST, anchor, checked, measured, wiki, words
from jira_cloud.documents import flaw, mentioned

PIECES = (
    *(
        "**",
        "*",
        "`",
        "```",
        "```py\n",
        "~~~",
        "# ",
        "- ",
        "* ",
        "1. ",
        "2. ",
        "0. ",
        "> ",
        "> - ",
        "    ",
        "\n",
        "\n\n",
    ),
    *(
        "https://a.example/x?y=1",
        "[docs](https://d.example/z)",
        "[x](javascript:alert(1))",
        "mailto:a@b.example",
    ),
    *(
        "[@Ada](accountid:5b10)",
        "[~ada]",
        "@ada",
        "{anchor:interlock-",
        anchor("run-7"),
        "|",
        "\\",
        "]",
        "(",
        "\t",
    ),
)
NASTY = st.lists(st.text(max_size=6) | st.sampled_from(PIECES), min_size=1, max_size=14).map("".join)
SEEN = NASTY.filter(str.strip)


def letters(text):
    return [each for each in text if each.isalnum()]


@given(SEEN, st.booleans())
def test_every_text_becomes_a_document_that_jira_takes(text, mentions):
    assert flaw(document(text, mentions=mentions)) is None


@given(SEEN, st.booleans())
def test_nothing_that_was_written_is_lost_on_the_way_there_and_back(text, mentions):
    assert letters(text_in(document(text, mentions=mentions))) == letters(text)


@given(SEEN)
def test_no_text_mentions_anybody(text):
    assert mentioned(document(text, mentions=False)) == []
    assert "[~" not in wiki(text, mentions=False)


@given(SEEN)
def test_no_text_has_the_mark_of_a_run_and_one_that_is_set_comes_first_and_comes_off(text):
    plain = wiki(text, mentions=True)
    assert anchor("run-7") not in plain
    marked = wiki(text, mentions=True, mark="run-9")
    assert marked.startswith(anchor("run-9") + "\n")
    assert words({"body": [marked]}) == {"body": [plain]}


@pytest.mark.parametrize(
    "text",
    [
        "One\n\nTwo\nthree",
        "# Head\n\n- a **b** *c*\n- `d`\n\n3. x\n4. y",
        "```py\nx = `1`\n\n- y\n```",
        "See [docs](https://d.example) and https://a.example/x.",
        "> quoted\n> more",
        "[@Ada](accountid:5b10) looks",
    ],
)
def test_what_a_model_writes_is_read_as_it_was_written(text):
    assert text_in(document(text, mentions=True)) == text


def node(kind, *content, **attributes):
    return {"type": kind, "attrs": attributes, "content": list(content)}


def text(said, *marks):
    return {"type": "text", "text": said, "marks": [{"type": each} for each in marks]}


def test_what_has_no_markdown_is_told_by_its_text_address_or_name():
    document = node(
        "doc",
        node("panel", node("paragraph", text("Mind the ink")), panelType="warning"),
        node(
            "table",
            node(
                "tableRow",
                node("tableHeader", node("paragraph", text("Dye"))),
                node("tableCell", node("paragraph")),
            ),
        ),
        node("paragraph", node("inlineCard", url="https://card.example"), node("emoji", shortName=":ink:")),
        node("paragraph", node("date", timestamp="1796032800000"), node("status", text="BUSY")),
        node("mediaSingle", node("media", id="m-1", alt="ink.png")),
        node("expand", node("paragraph", text("inside")), title="More"),
        node("taskList", node("taskItem", text("dye"), state="DONE")),
        node("extension", extensionKey="roadmap"),
        node("paragraph", node("mention", id="5b10"), text("gone", "strike", "underline")),
        node(
            "paragraph",
            {
                "type": "text",
                "text": "here",
                "marks": [{"type": "link", "attrs": {"href": "https://l.example"}}],
            },
        ),
    )
    told = words({"body": document})["body"]
    for part in (
        "> Mind the ink",
        "| Dye |  |",
        "https://card.example:ink:",
        "2026-11-30[status: BUSY]",
        "[media: ink.png]",
        "> More\n>\n> inside",
        "- [x] dye",
        "[extension: roadmap]",
        "[@somebody](accountid:5b10)~~gone~~",
        "[here](https://l.example)",
    ):
        assert part in told, (part, told)


WORDS = st.text("abcxyz", min_size=1, max_size=5)
LEAF = st.one_of(
    st.builds(lambda each: {"type": "text", "text": each}, WORDS),
    st.builds(lambda each: {"type": "mention", "attrs": {"id": each}}, WORDS),
    st.builds(lambda each: {"type": "inlineCard", "attrs": {"url": f"https://{each}.example"}}, WORDS),
    st.builds(
        lambda each: {"type": "text", "text": "x", "marks": [{"type": "link", "attrs": {"href": each}}]},
        WORDS,
    ),
)
KINDS = st.sampled_from(
    ["paragraph", "bulletList", "listItem", "table", "tableRow", "panel", "heading", "orderedList", "novelty"]
)
TREE = st.recursive(
    LEAF,
    lambda inner: st.builds(
        lambda kind, each: {"type": kind, "content": each}, KINDS, st.lists(inner, max_size=4)
    ),
)


def said_in(tree):
    attributes = tree.get("attrs", {})
    links = [mark["attrs"]["href"] for mark in tree.get("marks", [])]
    own = [each for each in (tree.get("text"), attributes.get("id"), attributes.get("url"), *links) if each]
    return own + [word for each in tree.get("content", []) for word in said_in(each)]


@given(st.lists(TREE, max_size=4))
def test_no_text_mention_or_link_of_a_document_vanishes(trees):
    told = text_in({"type": "doc", "version": 1, "content": trees})
    assert [word for each in trees for word in said_in(each) if word not in told] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "content", "attrs", "text", "marks", "order", "level"]), inner
        )
    ),
    max_leaves=30,
)


@given(JSON)
def test_whatever_calls_itself_a_document_is_told_in_words(value):
    told = words({"body": {"type": "doc", "version": 1, "content": [value]}})
    assert isinstance(told["body"], str)


def test_a_document_that_nests_without_end_is_told_in_part():
    deep = text("core")
    for _ in range(200):
        deep = node("blockquote", deep)
    assert "[more is nested here]" in text_in(node("doc", deep))


@pytest.mark.parametrize(
    "piece", ["**a ", "*a ", "[a](", "`a", "[@a](accountid:", "https://a", "- a\n", "> a\n", "[[[["]
)
def test_long_texts_take_no_time_by_their_square(piece):
    def seconds(times):
        started = time.thread_time()
        document(piece * times, mentions=True)
        return time.thread_time() - started

    # The quickest of some: a collection of garbage may fall into any one of them.
    short, long = (min(seconds(times) for _ in range(4)) for times in (500, 4000))
    assert long < 30 * short + 0.1


@pytest.mark.parametrize("bad", ["\ud800", "a\x00b", "\x1b[31m", "\uffff"])
def test_what_is_no_character_is_refused_by_its_key(bad):
    with pytest.raises(RequestError) as refused:
        checked({"fields": {"customfield_1": ["fine", bad]}}, key="")
    assert refused.value.key == "fields.customfield_1.1"
    with pytest.raises(RequestError):
        Hosting(JiraOptions()).rich(bad, key="body")


def test_a_text_is_never_cut():
    with pytest.raises(RequestError, match="32,768"):
        measured("x" * (LONGEST + 1), key="body")
    own = Hosting(JiraOptions(hosting="data_center"))
    assert own.rich("x" * LONGEST, key="body") == "x" * LONGEST
    with pytest.raises(RequestError, match="32,8"):
        own.rich("x" * LONGEST, key="body", mark="run-7")
    with pytest.raises(RequestError, match="empty"):
        measured(" \n", key="body")


def test_a_document_fits_into_json():
    assert json.loads(json.dumps(document("a" * LONGEST, mentions=False)))
