"""`interlock vendors`: what is known of each vendor, by whom and since when, and what nobody knows."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import note, session, tables, write_json
from interlock.errors import InterlockError, RequestError

if TYPE_CHECKING:
    from interlock_governance.vendors import Answer, Sheet

Part = tuple[Sequence[str], Sequence[Sequence[str]]]
_SHOWN: Final = 2
_LONGEST: Final = 60


def vendors(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME…", help="Vendors to show whole; without one, a line for each."),
    ] = None,
    *,
    facts: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", help="Your own answers: a TOML file or a folder of them. May be repeated."
        ),
    ] = None,
    compare: Annotated[
        tuple[str, str] | None, typer.Option(metavar="A B", help="Show two vendors beside each other.")
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a report, .html or .md.")] = None,
    cyclonedx: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a CycloneDX 1.7 bill, as JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask every vendor the same, and show what is said, by whom and since when.

    What nobody has said is a gap, and counted; it is never a no. Answers come from the plugins of providers,
    from sheets that come with Interlock, and from your own files, which go before both. Nothing is sent.
    """
    from interlock_governance.vendors import QUESTIONS, sheet_data, to_cyclonedx, vendor_sheets

    if compare and names:
        raise RequestError("takes two vendors, and no others beside them.", key="--compare")
    router = session(context).router()
    sheets = vendor_sheets(router, compare or names or (), facts=facts or ())
    if compare and len(sheets) != len(compare):
        raise RequestError("takes two different vendors.", key="--compare")
    if report is not None:
        from interlock_governance.vendors.reporting import report_of
        from interlock_reports import write_report

        note(f"The report is in {write_report(report_of(sheets), report)}.")
    if cyclonedx is not None:
        _write(cyclonedx, to_cyclonedx(sheets, deployments=router.deployments.values()))
        note(f"The bill is in {cyclonedx}.")
    if as_json:
        write_json({"facts": len(QUESTIONS), "vendors": [sheet_data(each) for each in sheets]})
        return
    if compare:
        tables(_counts(sheets), _beside(sheets))
    elif names:
        tables(*(_whole(each) for each in sheets))
    else:
        tables(_counts(sheets))
    for each in sheets if names or compare else ():
        if each.old:
            note(f"{each.name}: look up again, old or valid no longer: {', '.join(each.old)}.")
    gaps = sum(len(each.gaps) for each in sheets)
    note(f"{gaps} of {len(QUESTIONS) * len(sheets)} answers are gaps: nobody has said anything.")


def _write(path: Path, bill: object) -> None:
    try:
        path.write_text(json.dumps(bill, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise InterlockError(f"{path} cannot be written: {error.strerror or error}.") from None


def _counts(sheets: "Sequence[Sheet]") -> Part:
    from interlock_governance.vendors import SECTIONS

    rows = [
        (
            each.vendor,
            str(each.count("stated")),
            str(each.count("old")),
            str(each.count("gap")),
            *(each.known(section) for section in SECTIONS),
        )
        for each in sheets
    ]
    return ("Vendor", "Stated", "Old", "Gaps", *SECTIONS), rows


def _whole(sheet: "Sheet") -> Part:
    columns = (f"{sheet.name} ({', '.join(sheet.providers)})", "Fact", "Answer", "As of", "Says", "Evidence")
    return columns, [_row(each) for each in sheet.answers]


def _row(answer: "Answer") -> tuple[str, ...]:
    said = answer.valued or answer.statements
    first = said[0] if said else None
    return (
        answer.question.section,
        answer.question.id,
        _told(answer),
        first.as_of.isoformat() if first else "-",
        first.by if first else "-",
        first.evidence if first else "-",
    )


def _told(answer: "Answer") -> str:
    if answer.state == "gap":
        looked = "; ".join(each.note for each in answer.statements)
        return f"GAP ({looked})" if looked else "GAP"
    told = [*dict.fromkeys(_said(each.told, each.scope) for each in answer.valued)]
    shown = "; ".join(told[:_SHOWN])
    if len(told) > _SHOWN:
        shown += f"; and {len(told) - _SHOWN} more (--json)"
    return f"{shown} (OLD)" if answer.state == "old" else shown


def _said(told: str, scope: str) -> str:
    if not scope:
        return told
    return f"{told} [{scope}]" if len(scope) <= _LONGEST else f"{told} [{scope[:_LONGEST]}…]"


def _beside(sheets: "Sequence[Sheet]") -> Part:
    rows = [
        (each.question.section, each.question.id, *(_told(sheet.answers[at]) for sheet in sheets))
        for at, each in enumerate(sheets[0].answers)
    ]
    return ("Section", "Fact", *(each.name for each in sheets)), rows
