"""An export as a page: the summary first, then every entry."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from interlock_audit.exporting.entries import Exported
from interlock_audit.exporting.mapping import FRAMEWORKS, mapping
from interlock_audit.exporting.summary import Lines, Summary
from interlock_audit.verifying.findings import Report as Verification
from interlock_audit.verifying.words import proved, unknown, verdict
from interlock_reports import (
    Block,
    Bullets,
    Cell,
    Code,
    Column,
    Definitions,
    Note,
    Paragraph,
    Report,
    Section,
    Table,
)

MOST = 5000
"""So many entries fit into a page that people read."""

_SHORT = 12
_LEFT = frozenset({"latency", "cost", "input_tokens", "output_tokens", "rules"})  # which JSON has
_LONG = 40  # characters of a text without blanks


def report_of(
    summary: Summary, entries: Iterable[Exported], verified: Verification, *, scope: str, opened: bool
) -> Report:
    """The report, of what was exported and of a verification of the whole log."""
    nowhere = sum(1 for _ in summary.nowhere.lines) + summary.nowhere.more
    ended = ", ".join(f"{count:,} {what}" for what, count in summary.outcomes.most_common()) or "none"
    return Report(
        title="What the audit log holds",
        summary=f"{summary.entries:,} entries. Calls: {ended}. Incidents: "
        f"{len(summary.incidents.lines) + summary.incidents.more:,}. {verdict(verified)}",
        facts=[
            ("Entries", scope),
            ("From", _when(summary.first)),
            ("To", _when(summary.last)),
            ("Facts about persons", "opened" if opened else "left sealed"),
        ],
        sections=[
            _decisions(summary, nowhere),
            _places(summary),
            _lists(summary),
            _verification(verified),
            Section(title="Entries", blocks=[_entries(entries, opened=opened)]),
            _evidence(),
        ],
        made_at=datetime.now(UTC),
        made_by="interlock audit export",
    )


def _decisions(summary: Summary, nowhere: int) -> Section:
    blocks: list[Block] = [
        Table(
            caption="How calls ended",
            columns=[Column(name="How"), Column(name="Calls", kind="number")],
            rows=[[what, count] for what, count in summary.outcomes.most_common()],
        ),
        Table(
            caption="Decisions",
            columns=[Column(name="Task"), Column(name="Policies"), Column(name="Decisions", kind="number")],
            rows=[
                [task, Code(text=digest[:_SHORT]) if digest else None, count]
                for (task, digest), count in summary.decided.most_common()
            ],
        ),
        Table(
            caption="What was kept out, and by which rule",
            columns=[
                Column(name="Deployment"),
                Column(name="Rule"),
                Column(name="Rules of the policies"),
                Column(name="Decisions", kind="number"),
            ],
            rows=[
                [deployment, rule, rules or None, count]
                for (deployment, rule, rules), count in summary.denied.most_common()
            ],
        ),
    ]
    if summary.rules:
        blocks.append(
            Table(
                caption="Rules of the policies, and what they rest on",
                columns=[
                    Column(name="Policies"),
                    Column(name="Rule"),
                    Column(name="Source"),
                    Column(name="Of"),
                ],
                rows=[
                    [Code(text=digest[:_SHORT]), rule, source or None, as_of or None]
                    for (digest, rule), (source, as_of) in summary.rules.items()
                ],
            )
        )
    if nowhere:
        blocks.insert(
            0,
            Note(
                kind="ok",
                word="Refused",
                text=f"For {nowhere:,} {'call' if nowhere == 1 else 'calls'} no lawful deployment existed, "
                "and nothing was sent: the rules did what they are for.",
            ),
        )
    return Section(title="What was decided", blocks=blocks)


def _places(summary: Summary) -> Section:
    sent = Table(
        caption="Where requests went",
        columns=[
            Column(name="To"),
            Column(name="Model"),
            Column(name="Operator"),
            Column(name="Declared place"),
            Column(name="Evidenced place"),
            Column(name="Treatment"),
            Column(name="Times", kind="number"),
        ],
        rows=[
            [
                to,
                model or None,
                operator or None,
                declared or None,
                evidenced or None,
                treatment.replace("_", " ") or None,
                count,
            ]
            for (to, model, operator, declared, evidenced, treatment), count in summary.places.most_common()
        ],
    )
    found = Table(
        caption="Kinds of personal data that were found",
        columns=[Column(name="Kind"), Column(name="Decisions", kind="number")],
        rows=list(summary.found.most_common()),
    )
    why = Paragraph(
        text="The declared place is what is recorded of a deployment, the evidenced one what its vendor's "
        "answer said; most vendors say nothing. A place is counted where an attempt was made, with an answer "
        "or without."
    )
    return Section(title="Where data went", blocks=[why, sent, found])


def _lists(summary: Summary) -> Section:
    lists = (
        ("Incidents: answers from where they must not come", summary.incidents),
        ("Approvals of runs of tools", summary.approvals),
        ("Calls without a lawful deployment", summary.nowhere),
        ("Routers that opened the log, and their policies", summary.loads),
        ("The log itself: keys, erasures, openings, removals, checkpoints that did not arrive", summary.log),
    )
    blocks: list[Block] = [_table(caption, lines) for caption, lines in lists if lines.lines]
    if none := [caption for caption, lines in lists if not lines.lines]:
        blocks.append(Paragraph(text="The log tells of none of these:"))
        blocks.append(Bullets(items=none))
    blocks.append(
        Definitions(
            items=[
                ("Entries with something sealed", f"{summary.sealed:,}"),
                ("Entries of which that was erased", f"{summary.erased:,}"),
            ]
        )
    )
    return Section(title="What else happened", blocks=blocks)


def _table(caption: str, lines: Lines) -> Table:
    names = list(dict.fromkeys(name for line in lines.lines for name in line)) or ["at"]
    rows: list[Sequence[Any]] = [
        [_when(line[name]) if name == "at" else _shown(line.get(name)) for name in names]
        for line in lines.lines
    ]
    if lines.more:
        rows.append([f"and {lines.more:,} more", *[None] * (len(names) - 1)])
    return Table(caption=caption, columns=[Column(name=_head(name)) for name in names], rows=rows)


def _head(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _when(at: str) -> str:
    return f"{at[:19].replace('T', ' ')} UTC" if at else "-"


def _shown(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return Code(text=f"{text[:_SHORT]}…") if len(text) > 2 * _SHORT and " " not in text else text


def _verification(verified: Verification) -> Section:
    blocks: list[Block] = [
        Note(kind="ok" if verified.whole else "problem", text=verdict(verified)),
    ]
    if verified.findings:
        blocks.append(Bullets(items=[each.what for each in verified.findings[:50]]))
    if known := list(proved(verified)):
        blocks += [Paragraph(text="This proves:"), Bullets(items=known)]
    blocks += [
        Paragraph(text="It does not prove:"),
        Bullets(items=[line.removeprefix("- ") for line in unknown(verified)]),
    ]
    return Section(title="What verification proves", blocks=blocks)


def _evidence() -> Section:
    table = mapping()
    rows = [
        [name, *(", ".join(points.get(each, ())) or None for each in FRAMEWORKS)]
        for name, points in (
            *table.fields.items(),
            *((f"facts of {kind}", each) for kind, each in table.kinds.items()),
        )
    ]
    return Section(
        title="What is evidence for what",
        blocks=[
            Paragraph(
                text="Ids of points for which a field is evidence. That one is listed says nothing of "
                "conformity."
            ),
            Table(
                caption="Fields, and points of laws and standards",
                columns=[Column(name="Field"), *(Column(name=name) for name in FRAMEWORKS.values())],
                rows=rows,
            ),
            Definitions(
                items=[
                    (each.title, f"ids as read on {each.as_of.isoformat()} at {each.read}")
                    for each in table.sources.values()
                ]
            ),
        ],
    )


def _entries(entries: Iterable[Exported], *, opened: bool) -> Table:
    columns = [Column(name="At", kind="date"), *map(_column, ("What", "Call", "Facts"))]
    if opened:
        columns += map(_column, ("Subject", "Personal"))
    rows: list[list[Any]] = []
    for entry in entries:
        row: list[Any] = [
            Cell(value=_moment(entry.at), note=f"{entry.chain[-6:]}/{entry.seq}"),
            entry.kind.replace("_", " "),
            Code(text=entry.call[:8]) if entry.call else None,
            _facts(entry),
        ]
        rows.append([*row, entry.subject, _told(entry.personal) or None] if opened else row)
    return Table(caption="In the order in which they were appended", columns=columns, rows=rows)


def _column(name: str) -> Column:
    return Column(name=name)


def _moment(at: str) -> datetime | None:
    return datetime.fromisoformat(at).replace(microsecond=0) if at else None


def _facts(entry: Exported) -> str:
    told = _told({name: value for name, value in entry.facts.items() if name not in _LEFT and value != {}})
    sealed = {"sealed": "personal facts are sealed", "erased": "personal facts were erased"}
    parts = [told, sealed.get(entry.personal, "") if isinstance(entry.personal, str) else ""]
    return "; ".join(filter(None, parts))


def _told(value: Any, between: str = "; ") -> str:
    """In words as far as that goes, the inner ones in parentheses."""
    match value:
        case str():
            return value if len(value) <= _LONG or " " in value else f"{value[:_SHORT]}…"
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            said = ((name.replace("_", " "), _told(each, ", ")) for name, each in value.items())
            return between.join(f"{name}: {each}" if each else name for name, each in said)
        case list():
            return ", ".join(
                f"({_told(each, ', ')})" if isinstance(each, dict) else _told(each) for each in value
            )
    return str(value)
