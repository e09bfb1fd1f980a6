"""`interlock inventory`: what use cases there are, and what nobody knows of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.commands import note, tables, write_json
from interlock_governance.commands.asking import (
    Columns,
    Conditions,
    Files,
    complaint_data,
    inventory_of,
    tell_complaints,
)
from interlock_governance.commands.reporting import ReportFile, check_report, save_report

if TYPE_CHECKING:
    from interlock_governance.use_cases import Inventory, UseCase

Part = tuple[Sequence[str], Sequence[Sequence[str]]]
_SHOWN: Final = 20
_VALUES: Final = 8
_LEAST: Final = 0.01


def inventory(
    files: Files,
    *,
    columns: Columns = None,
    conditions: Conditions = None,
    everything: Annotated[
        bool, typer.Option("--all", help="List every use case and every duplicate.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the use cases as .yaml or .csv, to be filled in."),
    ] = None,
    report: ReportFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show the use cases of files: how many, which, what nobody knows of them, what is there twice.

    What a file is follows from its header. What cannot be read is complained of, with its row, and kept;
    what nobody has written down is unknown, and never no.
    """
    check_report(report)
    found = inventory_of(files, columns, conditions)
    if to is not None:
        from interlock_governance.commands.watching import at_work
        from interlock_governance.use_cases import write_use_cases

        with at_work("Writing"):
            write_use_cases(found.use_cases, to)
        note(f"{len(found.use_cases):,} use cases are in {to}.")
    if report is not None:
        from interlock_governance.use_cases.report import inventory_report

        save_report(report, lambda now: inventory_report(found, made_at=now))
    if as_json:
        write_json(_data(found))
        return
    tables(*(part for part in _parts(found, everything=everything) if part[1]))
    if len(found.use_cases) > _SHOWN and not everything:
        note(f"The first {_SHOWN} of {len(found.use_cases):,} use cases; --all lists every one.")
    if not found.use_cases:
        note("No use case is left of them." if conditions else "There is no use case in them.")
    tell_complaints(found.complaints)


def _parts(found: "Inventory", *, everything: bool) -> list[Part]:
    from interlock_governance.use_cases.findings import counts, duplicates, gaps

    cases = found.use_cases
    most = None if everything else _SHOWN
    files = [(each.name, each.form, f"{each.rows:,}") for each in found.files]
    return [
        (("File", "Form", "Use cases"), files),
        (("Use case", "Unit", "Stage", "Unknown fields"), [_row(each) for each in cases[:most]]),
        (("Field", "Values"), _counted(counts(cases))),
        (("Gap", "Unknown in", "Share"), _gaps(gaps(cases), len(cases))),
        (("Twice", "By", "Rows"), _twice(duplicates(cases), most)),
    ]


def _row(case: "UseCase") -> tuple[str, ...]:
    return case.title, case.unit or "unknown", case.stage or "unknown", str(len(case.gaps))


def _counted(found: Mapping[str, Mapping[str, int]]) -> list[tuple[str, ...]]:
    """Without those of which nothing is known; they are among the gaps."""
    return [(name, _listed(values)) for name, values in found.items() if values.keys() - {"unknown"}]


def _listed(values: Mapping[str, int]) -> str:
    shown = [f"{value} {count:,}" for value, count in values.items()]
    if len(shown) > _VALUES:
        rest = len(shown) - _VALUES
        return ", ".join([*shown[:_VALUES], f"and {rest} more"])
    return ", ".join(shown)


def _gaps(missing: Mapping[str, int], of: int) -> list[tuple[str, ...]]:
    return [(name, f"{count:,} of {of:,}", _share(count / of)) for name, count in missing.items() if count]


def _share(part: float) -> str:
    return "under 1%" if part < _LEAST else f"{part:.0%}"


def _twice(found: Sequence[Any], most: int | None) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for each in found[:most]:
        places = [f"{case.source.file}:{case.source.row}" for case in each.use_cases if case.source]
        rows.append((each.same, each.by, ", ".join(places)))
    if most is not None and len(found) > most:
        rows.append((f"and {len(found) - most:,} more", "", ""))
    return rows


def _data(found: "Inventory") -> dict[str, Any]:
    from interlock_governance.use_cases.findings import counts, duplicates, gaps

    cases = found.use_cases
    return {
        "files": [{"file": each.name, "form": each.form, "use_cases": each.rows} for each in found.files],
        "total": len(cases),
        "use_cases": [each.plain() for each in cases],
        "counts": counts(cases),
        "gaps": gaps(cases),
        "duplicates": [
            {"by": each.by, "same": each.same, "rows": [case.plain()["source"] for case in each.use_cases]}
            for each in duplicates(cases)
        ],
        "complaints": [complaint_data(each) for each in found.complaints],
    }
