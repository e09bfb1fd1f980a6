"""Sheets as a report: a matrix of how much is known, then each vendor's answers, gaps among them."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from interlock_governance.vendors.questions import QUESTIONS, SECTIONS
from interlock_governance.vendors.sheets import FRESH_DAYS, Answer, Sheet, Statement
from interlock_reports import (
    Bullets,
    Cell,
    Code,
    Column,
    Note,
    Paragraph,
    Prose,
    Report,
    Section,
    Table,
    Value,
    Verdict,
)

_MATRIX_AT_MOST: Final = 6


def report_of(sheets: Sequence[Sheet], *, made_at: datetime | None = None) -> Report:
    """The same rows in the same order for each vendor. Two to six are set beside each other, too."""
    told = tuple(sheets)
    gaps = sum(len(each.gaps) for each in told)
    asked = len(QUESTIONS) * len(told)
    sections = [_counts(told)]
    if 1 < len(told) <= _MATRIX_AT_MOST:
        sections.append(_beside(told))
    one = len(told) == 1
    whom = f"{told[0].name} was" if one else f"{len(told)} vendors were"
    return Report(
        title=f"What is known of {told[0].name}" if one else "Vendors: what is known of each",
        summary=(
            f"{whom} asked the same {len(QUESTIONS)} questions as every vendor. {gaps} of {asked} answers "
            "are gaps: nobody has said anything, which is no “no”. What is stated is what its source says; "
            "nobody has judged it."
        ),
        facts=(
            ("Vendors", ", ".join(each.name for each in told)),
            ("Questions", str(len(QUESTIONS))),
            ("Old", f"read more than {FRESH_DAYS} days ago, or held until a day that is over"),
        ),
        sections=[*sections, *map(_vendor, told)],
        made_at=made_at or datetime.now(UTC),
        made_by="interlock vendors",
    )


def _counts(sheets: Sequence[Sheet]) -> Section:
    states = [Column(name=each, kind="number") for each in ("Stated", "Old", "Gaps")]
    totals: list[Sequence[Cell | Value]] = [
        (
            Cell(value=each.name, link=f"#{_id(each)}"),
            each.count("stated"),
            each.count("old"),
            each.count("gap"),
        )
        for each in sheets
    ]
    by_section: list[Sequence[Cell | Value]] = [
        (each.name, *(each.known(section) for section in SECTIONS)) for each in sheets
    ]
    vendor = Column(name="Vendor")
    return Section(
        title="How much is known",
        blocks=[
            Table(caption="Answers of each vendor", columns=[vendor, *states], rows=totals),
            Table(
                caption="Answers that are stated, by section",
                columns=[vendor, *(Column(name=each) for each in SECTIONS)],
                rows=by_section,
            ),
        ],
    )


def _beside(sheets: Sequence[Sheet]) -> Section:
    columns = [Column(name="Question"), *(Column(name=each.name) for each in sheets)]
    inner = []
    for section in SECTIONS:
        rows: list[Sequence[Cell | Value]] = [
            (question.asks, *(_short(sheet.answers[at]) for sheet in sheets))
            for at, question in enumerate(QUESTIONS)
            if question.section == section
        ]
        table = Table(caption=f"{section}: the vendors' answers", columns=columns, rows=rows)
        inner.append(Section(title=f"{section}, compared", blocks=[table]))
    return Section(title="Beside each other", sections=inner)


def _short(answer: Answer) -> Cell:
    if answer.state == "gap":
        return Cell(value=Verdict(kind="gap", word="gap"))
    told = [*dict.fromkeys(each.told for each in answer.valued)]
    note = f"and {len(told) - 1} more" if len(told) > 1 else ""
    value: Prose = told[0]
    if answer.state == "old":
        value = [told[0], " ", Verdict(kind="attention", word="old")]
    return Cell(value=value, note=note)


def _vendor(sheet: Sheet) -> Section:
    columns = [
        Column(name="Question"),
        Column(name="State", kind="verdict"),
        Column(name="Answer"),
        Column(name="As of", kind="date"),
        Column(name="Says"),
        Column(name="Evidence"),
    ]
    inner = [
        Section(
            title=f"{section} of {sheet.name}",
            blocks=[
                Table(
                    caption=f"{sheet.name}: {section}, {sheet.known(section)} stated",
                    columns=columns,
                    rows=[
                        row
                        for answer in sheet.answers
                        if answer.question.section == section
                        for row in _rows(answer, sheet.today)
                    ],
                )
            ],
        )
        for section in SECTIONS
    ]
    blocks: list[Paragraph | Note | Bullets] = [
        Paragraph(text=["In a configuration: ", Code(text=", ".join(sheet.providers)), "."])
    ]
    if sheet.gaps:
        asks = [each.question.asks for each in sheet.answers if each.state == "gap"]
        blocks += [
            Note(
                kind="gap", text=f"Nobody has said anything of {len(sheet.gaps)} questions. Ask {sheet.name}:"
            ),
            Bullets(items=asks),
        ]
    return Section(title=sheet.name, id=_id(sheet), blocks=blocks, sections=inner)


def _rows(answer: Answer, today: date) -> list[Sequence[Cell | Prose | None]]:
    if not answer.statements:
        return [(answer.question.asks, Verdict(kind="gap", word="gap"), None, None, None, None)]
    return [
        (
            answer.question.asks,
            _verdict(said, today),
            Cell(value=said.told or None, note="; ".join(part for part in (said.scope, said.note) if part)),
            Cell(value=said.as_of),
            said.by,
            _evidence(said),
        )
        for said in answer.statements
    ]


def _verdict(said: Statement, today: date) -> Verdict:
    if said.value is None:
        return Verdict(kind="gap", word="gap")
    return (
        Verdict(kind="attention", word="old") if said.is_old(today) else Verdict(kind="info", word="stated")
    )


def _evidence(said: Statement) -> Cell:
    address = said.evidence
    if not address.startswith(("https://", "http://")):
        return Cell(value=address)
    host, _, rest = address.partition("://")[2].partition("/")
    return Cell(value=host, link=address) if rest else Cell(value=address, link=address)


def _id(sheet: Sheet) -> str:
    return "vendor-" + re.sub(r"[^A-Za-z0-9-]", "_", sheet.vendor)
