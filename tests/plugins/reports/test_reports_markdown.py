"""Markdown: what a parser of it reads is what the report was given."""

import re

from hypothesis import given
from hypothesis import strategies as st
from making import hostile, one_of_each, report
from markdown_it import MarkdownIt

from interlock_reports import (
    Code,
    Column,
    Definitions,
    Link,
    Listing,
    Paragraph,
    Steps,
    Strong,
    Table,
    Verdict,
)
from interlock_reports.text import inline, lines

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
some_runs = st.lists(
    hostile
    | st.builds(Code, text=hostile)
    | st.builds(Strong, text=hostile)
    | st.builds(Link, text=hostile.filter(bool), target=st.just("https://x.example/(a)?b=1&c=[2]|'\"*<>\\")),
    max_size=5,
)


def said(token):
    """What a reader sees of a line."""
    assert {each.type for each in token.children} <= {
        *("text", "text_special", "code_inline", "strong_open", "strong_close", "link_open", "link_close"),
    }, token
    return "".join(each.content for each in token.children).strip()


def inlines(text):
    return [said(token) for token in PARSER.parse(text) if token.type == "inline"]


def seen(run):
    """Spaces around code are lost, as code in a line has none."""
    text = inline(run if isinstance(run, str) else run.text)
    return text.strip(" ") if isinstance(run, Code) else text


@given(hostile, hostile, hostile)
def test_a_table_comes_back_with_its_cells(head, one, other):
    columns = [Column(name=head), Column(name="B", kind="number")]
    text = report(
        Table(caption="Caption", columns=columns, rows=[[one, 1], [Code(text=other), 2]])
    ).markdown()
    expected = [head, "B", one, "1", other, "2"]
    assert inlines(text)[-6:] == [inline(each).strip() for each in expected]
    assert [token.type for token in PARSER.parse(text)].count("tr_open") == 3


@given(hostile)
def test_a_text_is_one_paragraph_of_itself(text):
    written = report(Paragraph(text=text), title="T").markdown()
    heads = [token.type for token in PARSER.parse(report(title="T").markdown())]
    added = [token.type for token in PARSER.parse(written)][len(heads) :]
    wanted = inline(text).strip()
    assert added == (["paragraph_open", "inline", "paragraph_close"] if wanted else [])
    assert not wanted or inlines(written)[-1] == wanted


@given(some_runs)
def test_runs_beside_each_other_stay_what_they_are(runs):
    written = report(Paragraph(text=["x", *runs, "x"])).markdown()
    token = [each for each in PARSER.parse(written) if each.type == "inline"][-1]
    joined = re.sub(r" +", " ", "".join(seen(run) for run in ["x", *runs, "x"]))
    assert re.sub(r" +", " ", said(token)).replace(" ", "") == joined.replace(" ", "")
    links = [each for each in token.children if each.type == "link_open"]
    assert len(links) == sum(isinstance(each, Link) for each in runs)


def test_nothing_between_two_runs_joins_their_marks():
    codes = [Code(text="a"), "", Code(text=" "), Code(text="b"), Strong(text="c"), "", Strong(text="d")]
    assert report(Paragraph(text=codes)).markdown().endswith("\n`ab`**cd**\n")


@given(hostile)
def test_lists_and_headings_hold_their_text(text):
    wanted = inline(text).strip()
    written = report(Steps(items=[text]), Definitions(items=[("t", text)]), title=text).markdown()
    kinds = [token.type for token in PARSER.parse(written)]
    assert (kinds.count("heading_open"), kinds.count("ordered_list_open")) == (2, 1)
    found = inlines(written)
    assert found[0] == wanted
    assert found[-1] == f"t: {wanted}".strip()


@given(hostile)
def test_a_listing_keeps_its_lines(code):
    (fence,) = [each for each in PARSER.parse(report(Listing(code=code)).markdown()) if each.type == "fence"]
    assert fence.content.removesuffix("\n") == lines(code).removesuffix("\n")


@given(hostile)
def test_no_text_becomes_html_a_picture_or_a_link(text):
    written = one_of_each(text, "javascript:x").markdown()
    tokens = [child for token in PARSER.parse(written) for child in (token, *(token.children or ()))]
    assert not {"html_block", "html_inline", "image", "link_open", "hr"} & {token.type for token in tokens}
    written.encode()


def test_a_report_reads_well_as_it_is_written():
    written = report(
        Paragraph(text=["In eu_west it cost 3.50 (of 4.00), ", Strong(text="once"), "."]),
        Table(caption="Calls", columns=[Column(name="A")], rows=[[Verdict(kind="problem", word="left")]]),
        Table(caption="None yet", columns=[Column(name="A"), Column(name="B")], rows=[]),
        summary="Short.",
        facts=[("Period", "November")],
        made_by="interlock",
    ).markdown()
    assert written == (
        "# A report\n\nShort.\n\n"
        "- **Period**: November\n- **Made**: 2026-11-29 12:00:00 UTC\n- **Made by**: interlock\n\n"
        "## One\n\nIn eu_west it cost 3.50 (of 4.00), **once**.\n\n"
        "**Calls**\n\n| A |\n| --- |\n| ✕ left |\n\n"
        "**None yet**\n\n| A | B |\n| --- | --- |\n| None |  |\n"
    )
