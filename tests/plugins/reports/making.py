"""Reports with one of each block, and texts that would like to be more than text."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from interlock_reports import (
    Axis,
    Bar,
    Bars,
    Bullets,
    Cell,
    Code,
    Column,
    Definitions,
    Dot,
    Dots,
    Estimate,
    Heat,
    Link,
    Listing,
    Note,
    Paragraph,
    Point,
    Report,
    Scatter,
    Section,
    Shade,
    Steps,
    Strong,
    Table,
    Verdict,
)

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
FRAGMENTS = (
    *(
        "<script>alert(1)</script>",
        "</style><img src=x onerror=alert(1)>",
        "<!--",
        "]]>",
        "&lt;",
        "&#60;",
        "&",
    ),
    *(
        '"',
        "'",
        "`",
        "``",
        "|",
        "\\",
        "\\|",
        "*",
        "**",
        "_",
        "__",
        "~~",
        "[",
        "](",
        "![x](http://x/)",
        "<http://x>",
    ),
    *(
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "  ",
        "# ",
        "#",
        "- ",
        "+ ",
        "1. ",
        "2) ",
        "> ",
        "---",
        "===",
        "```",
        "    ",
        "$",
    ),
    *(
        "\x00",
        "\x1b[31m",
        "\x7f",
        "\x85",
        "\u202e",
        "\u2066",
        "\u2028",
        "\ufeff",
        "\U000e0041",
        "\ud800",
        "\u00a0",
    ),
    *(
        "{{ 1 }}",
        "{% raw %}",
        "javascript:alert(1)",
        "http://x.example",
        "www.x.example",
        "a@x.example",
        "a",
        "é",
        "1",
    ),
)
hostile = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=6).map("".join)


def report(*blocks, **changed) -> Report:
    section = Section(title="One", blocks=blocks)
    return Report(**({"title": "A report", "sections": [section], "made_at": NOON} | changed))


def one_of_each(text: str = "text", target: str = "https://x.example/") -> Report:
    """Every place that takes a text holds this one."""
    prose = [
        text,
        Code(text=text),
        Strong(text=text),
        Link(text=text, target=target),
        Verdict(kind="ok", word=text),
    ]
    columns = [
        Column(name=text),
        Column(name="n", kind="number", unit=text),
        Column(name="m", kind="money"),
        Column(name="d", kind="date"),
        Column(name="v", kind="verdict", align="end"),
    ]
    rows = [
        [
            Cell(value=text, link=target, note=prose),
            1204,
            Decimal("3.5"),
            date(2026, 1, 2),
            Verdict(kind="gap"),
        ],
        [
            text,
            None,
            None,
            datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=1))),
            Cell(value=text, sort=text),
        ],
    ]
    at = Estimate(value=3, low=1, high=4.5)
    blocks = [
        Paragraph(text=prose),
        Note(kind="problem", text=prose, word=text),
        Table(caption=text, columns=columns, rows=rows),
        Bars(caption=text, label=text, measure=text, bars=[Bar(label=text, value=3, low=-1, high=4.5)]),
        Dots(
            caption=text,
            label=text,
            measure=text,
            unit=text,
            counted=text,
            noted=text,
            verdicts=text,
            line=0,
            dots=[
                Dot(label=prose, at=at, count=3, note=text, verdict=Verdict(kind="gap", word=text)),
                Dot(label=text),
            ],
        ),
        Scatter(
            caption=text,
            label=text,
            x=Axis(name=text, unit=text, log=True),
            y=Axis(name=text),
            points=[Point(label=text, x=at, y=at), Point(label=text, short=text, x=at, y=at, shape="cross")],
            best=text,
            says=text,
        ),
        Heat(
            caption=text,
            label=text,
            columns=[text, text],
            rows=[(prose, [Shade(at=at, count=3, verdict=Verdict(kind="ok", word=text), faint=True), None])],
            unit=text,
            counted=text,
            fainted=text,
        ),
        Listing(code=text, language=text),
        Definitions(items=[(text, prose), (prose, text)]),
        Steps(items=[text, prose]),
        Bullets(items=[text, prose]),
    ]
    inner = Section(title=text, blocks=blocks, id="inner")
    sections = [Section(title=text, blocks=blocks, sections=[inner]), Section(title=text)]
    return report(title=text, summary=prose, facts=[(text, prose)], sections=sections, made_by=text)
