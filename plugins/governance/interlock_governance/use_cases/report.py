"""An inventory as a report."""

from collections.abc import Sequence
from datetime import datetime

from interlock_governance.use_cases.findings import UNKNOWN, counts, duplicates, gaps
from interlock_governance.use_cases.inventory import Complaint, Inventory
from interlock_governance.use_cases.use_case import UseCase
from interlock_reports import Cell, Column, Paragraph, Report, Section, Table, Value, Verdict


def inventory_report(found: Inventory, *, made_at: datetime) -> Report:
    """Every use case, how often each value occurs, what nobody knows, what is there twice, what is wrong."""
    cases = found.use_cases
    files = ", ".join(f"{each.name} ({each.form})" for each in found.files)
    known = sum(len(each.gaps) == 0 for each in cases)
    return Report(
        title="Inventory of AI use cases",
        summary=f"{len(cases):,} use cases, of which {known:,} have no gap. Unknown is not no.",
        facts=[("Files", files), ("Use cases", f"{len(cases):,}")],
        sections=[
            Section(title="What nobody knows", blocks=[_gaps(cases)]),
            Section(title="What is known", blocks=[_counts(cases)]),
            Section(title="There twice", blocks=[_twice(cases)]),
            Section(title="Use cases", blocks=[_cases(cases)]),
            Section(title="What the files have wrong", blocks=[_complaints(found.complaints)]),
        ],
        made_at=made_at,
        made_by="interlock inventory",
    )


def _gaps(cases: Sequence[UseCase]) -> Table:
    columns = [
        Column(name="Field"),
        Column(name="Unknown in", kind="number"),
        Column(name="Share", kind="number", unit="%", decimals=0),
    ]
    rows = [
        (name, count, 100 * count / len(cases) if cases else 0.0)
        for name, count in gaps(cases).items()
        if count
    ]
    return Table(caption="Gaps by field", columns=columns, rows=rows)


def _counts(cases: Sequence[UseCase]) -> Table:
    columns = [Column(name="Field"), Column(name="Value"), Column(name="Use cases", kind="number")]
    rows = [
        (name, Verdict(kind="gap", word=value) if value == UNKNOWN else value, count)
        for name, values in counts(cases).items()
        if values.keys() - {UNKNOWN}
        for value, count in values.items()
    ]
    return Table(caption="Values by field", columns=columns, rows=rows)


def _twice(cases: Sequence[UseCase]) -> Table | Paragraph:
    found = duplicates(cases)
    if not found:
        return Paragraph(text="No two use cases share an id or a name.")
    columns = [Column(name="Shared"), Column(name="By"), Column(name="Rows")]
    rows = [(each.same, each.by, ", ".join(map(_place, each.use_cases))) for each in found]
    return Table(caption="Possible duplicates", columns=columns, rows=rows)


def _cases(cases: Sequence[UseCase]) -> Table:
    columns = [
        Column(name="Use case"),
        Column(name="Id"),
        Column(name="Unit"),
        Column(name="Stage"),
        Column(name="Sensitivity"),
        Column(name="Current model"),
        Column(name="Gaps", kind="number"),
    ]
    return Table(caption="Every use case", columns=columns, rows=map(_case, cases))


def _case(case: UseCase) -> Sequence[Cell | Value]:
    return [
        Cell(value=case.title, note=_place(case)),
        case.id,
        case.unit,
        case.stage or _UNKNOWN,
        _UNKNOWN if case.sensitivity is None else ", ".join(case.sensitivity) or "none",
        case.current_model or _UNKNOWN,
        len(case.gaps),
    ]


_UNKNOWN = Verdict(kind="gap", word="unknown")


def _complaints(complaints: Sequence[Complaint]) -> Table | Paragraph:
    if not complaints:
        return Paragraph(text="Nothing.")
    columns = [
        Column(name="File"),
        Column(name="Row", kind="number"),
        Column(name="Column"),
        Column(name="Value"),
        Column(name="What was done"),
    ]
    rows = [(each.file, each.row, each.column, each.value, each.done) for each in complaints]
    return Table(caption="Complaints", columns=columns, rows=rows)


def _place(case: UseCase) -> str:
    return "" if case.source is None else f"{case.source.file}, row {case.source.row}"
