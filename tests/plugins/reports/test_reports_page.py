"""The HTML page: its structure, and that nothing in it comes from a text or from elsewhere."""

import base64
import hashlib
import re

import pytest
from hypothesis import given
from making import hostile, one_of_each, report
from reading import read

from interlock_reports import Cell, Code, Column, Link, Listing, Paragraph, Section, Strong, Table, Verdict
from interlock_reports.text import inline, lines

ALLOWED = "default-src style-src script-src base-uri form-action"


def shape(page):
    """Its elements with their classes and roles, without texts."""
    return [(each.tag, each.attributes.get("class"), each.attributes.get("role")) for each in page.all()]


def table(*rows, columns, **changed):
    return read(report(Table(caption="C", columns=columns, rows=rows), **changed).html())


@given(hostile.filter(bool))
def test_no_text_becomes_an_element(text):
    plain, page = read(one_of_each().html()), read(one_of_each(text).html())
    bare = [each for each in shape(page) if each[0] != "pre"]
    assert bare == [each for each in shape(plain) if each[0] != "pre"]


@given(hostile)
def test_every_text_is_read_as_it_is_written(text):
    page = read(one_of_each(text).html())
    assert page.all("h1")[0].text == inline(text)
    assert {each.text for each in page.all("caption")} == {inline(text), "The figures"}
    assert page.all("main")[0].all("code")[0].text == inline(text)
    assert page.all("pre")[0].text.removeprefix("\n") in (lines(text), lines(text).removeprefix("\n"))


@given(hostile)
def test_nothing_unseen_is_left_in_a_page(text):
    html = one_of_each(text, text).html()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)
    html.encode()


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//x.example",
        "/x",
        "",
        "#",
        "http:x",
        "https://x.example/ y",
        "https://x.example/\u202e",
    ],
)
def test_a_link_that_leads_elsewhere_is_text_with_its_target(target):
    page = read(report(Paragraph(text=Link(text="click", target=target))).html())
    assert not page.all("main")[0].all("a")
    assert page.all("main")[0].all("p")[0].text == inline(f"click ({target})")
    assert "](" not in report(Paragraph(text=Link(text="click", target=target))).markdown()


@pytest.mark.parametrize(
    "target", ["http://x.example", "HTTPS://x.example/?a=1&b=2", "mailto:a@x.example", "#one"]
)
def test_a_link_of_the_web_leads_there(target):
    page = read(report(Paragraph(text=Link(text="click", target=target))).html())
    assert [each.attributes["href"] for each in page.all("main")[0].all("a")] == [target]


def test_nothing_is_fetched_and_only_its_own_script_may_run():
    page = read(one_of_each().html())
    assert not page.all("link", "img", "iframe", "object", "embed", "base", "form", "audio", "video", "use")
    for each in page.all():
        assert not {"src", "srcset", "style", "background"} & set(each.attributes)
        assert not [name for name in each.attributes if name.startswith("on")]
    (style,), (script,) = page.all("style"), page.all("script")
    assert not re.search(r"url\(|@import|@font-face", style.text)
    (policy,) = [m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert set(rules) == set(ALLOWED.split())
    assert {rules[name] for name in ("default-src", "base-uri", "form-action")} == {"'none'"}
    for name, part in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(part.text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"


def test_headings_stand_in_order_and_sections_have_ids_of_their_titles():
    deep = Section(title="Deep", sections=[Section(title="Deeper", sections=[Section(title="Deepest")])])
    page = read(report(sections=[deep, Section(title="Next")]).html())
    headings = page.all("h1", "h2", "h3", "h4", "h5", "h6")
    assert [(each.tag, each.text) for each in headings] == [
        *(("h1", "A report"), ("h2", "Deep"), ("h3", "Deeper"), ("h4", "Deepest"), ("h2", "Next")),
    ]
    ids = [each.attributes["id"] for each in page.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    assert [each.attributes["id"] for each in page.all("section")] == ["deep", "deeper", "deepest", "next"]


def test_the_contents_and_the_skip_link_lead_to_what_is_there():
    twice = [
        Section(title="Vendors"),
        Section(title="Vendors"),
        Section(title="…"),
        Section(title="X", id="vendors"),
    ]
    page = read(report(sections=twice).html())
    leads = [each.attributes["href"] for each in page.all("a")]
    assert len(leads) == len(set(leads)) == 5
    assert {lead[1:] for lead in leads} <= {each.attributes.get("id") for each in page.all()}
    assert [each.text for each in page.all("nav")[0].all("a")] == ["Vendors", "Vendors", "…", "X"]


def test_a_page_says_its_language_and_speaks_it():
    page = read(report(language="de-CH", made_by="interlock").html())
    assert page.all("html")[0].attributes["lang"] == "de-CH"
    assert [each.text for each in page.all("dt")] == ["Erstellt", "Erstellt von"]
    assert [each.text for each in read(report().html()).all("dt")] == ["Made"]


def test_a_table_has_a_caption_heads_and_a_place_to_scroll_in_from_the_keyboard():
    page = table(["a", 1], columns=[Column(name="A"), Column(name="B", kind="number", unit="ms")])
    (scroll,) = [each for each in page.all("div") if each.attributes.get("class") == "scroll"]
    (caption,) = scroll.all("caption")
    assert scroll.attributes["tabindex"] == "0"
    assert scroll.attributes["aria-labelledby"] == caption.attributes["id"]
    assert [each.text for each in page.all("th")] == ["A", "B (ms)", "a"]
    assert [each.attributes["scope"] for each in page.all("th")] == ["col", "col", "row"]


def test_cells_are_written_and_sorted_as_what_they_are():
    columns = [
        *(Column(name="a"), Column(name="n", kind="number"), Column(name="m", kind="money")),
        *(Column(name="f", kind="number", decimals=1), Column(name="v", kind="verdict")),
    ]
    rows = [
        ["x", 1234567, 1234.5, -0.25, Verdict(kind="problem")],
        [Cell(value="y", sort=3), None, "unknown", float("nan"), Verdict(kind="ok", word="kept")],
    ]
    cells = table(*rows, columns=columns).all("tbody")[0].all("th", "td")
    assert [each.text for each in cells] == [
        *("x", "1,234,567", "1,234.50", "−0.2", "✕\u00a0Problem"),
        *("y", "—", "unknown", "—", "✓\u00a0kept"),
    ]
    assert [each.attributes.get("data-key", each.text) for each in cells] == [
        *("x", "1234567", "1234.5", "-0.25", "0 Problem"),
        *("3", "", "", "", "4 kept"),
    ]
    assert [(each.attributes.get("class") or "").endswith("end") for each in cells[:5]] == [0, 1, 1, 1, 0]
    german = table(*rows, columns=columns, language="de").all("td")
    assert [each.text for each in german[:4]] == ["1.234.567", "1.234,50", "−0,2", "✕\u00a0Problem"]


def test_a_table_without_rows_says_so():
    assert table(columns=[Column(name="A"), Column(name="B")]).all("tbody")[0].text.strip() == "None"


def test_a_verdict_is_a_symbol_and_a_word_besides_its_colour():
    page = read(report(Paragraph(text=[Verdict(kind="gap"), Verdict(kind="ok", word="kept")])).html())
    assert page.all("main")[0].all("p")[0].text == "○\u00a0Gap✓\u00a0kept"
    assert [each.attributes["class"] for each in page.all("span") if "class" in each.attributes] == [
        *("verdict gap", "verdict ok"),
    ]


def test_code_keeps_its_lines_and_prose_does_not():
    page = read(report(Listing(code="\n a:\n\tb"), Paragraph(text=["x\ny", Code(text="a\nb")])).html())
    assert page.all("pre")[0].all("code")[0].text == "\n a:\n\tb"
    assert page.all("main")[0].all("p")[0].text == "x ya b"


def test_the_same_report_is_the_same_page():
    assert one_of_each().html() == one_of_each().html()
    assert report(Paragraph(text=Strong(text="x"))).html() != report(Paragraph(text="x")).html()


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_can_be_read_by_day_and_by_night():
    (style,) = read(report().html()).all("style")
    parts = re.findall(r":root \{.*?\}", style.text, re.DOTALL)
    schemes = [dict(re.findall(r"--(\w+): (#\w{6})", part)) for part in parts]
    assert len(schemes) == 2
    for scheme in schemes:
        for ground in (scheme["paper"], scheme["faint"]):
            for name in ("ink", "quiet", "link", "problem", "attention", "gap", "info", "ok"):
                assert contrast(scheme[name], ground) >= 4.5, (name, ground)
            assert contrast(scheme["bar"], ground) >= 3, ground  # no text, WCAG 1.4.11


def test_what_stands_in_a_shaded_cell_can_be_read_by_day_and_by_night():
    (style,) = read(one_of_each().html()).all("style")
    shades = re.findall(r"--heat: (#\w{6})", style.text)
    schemes = [
        dict(re.findall(r"--(\w+): (#\w{6})", each))
        for each in re.findall(r":root \{.*?\}", style.text, re.DOTALL)
    ]
    for scheme, darkest in zip(schemes, shades, strict=False):
        assert contrast(scheme["ink"], darkest) >= 4.5
    assert len(shades) == 2
