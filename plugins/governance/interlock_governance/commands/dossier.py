"""`interlock dossier`: the technical documentation of a use of AI, as far as anything knows it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interlock.commands import note, read_cases, session, tables, write_json
from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_governance.commands.watching import at_work

if TYPE_CHECKING:
    from interlock_governance.dossier import Dossier
    from interlock_governance.use_cases import UseCase


def dossier(
    context: typer.Context,
    *,
    deployment: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Of this deployment. May be repeated.")
    ] = None,
    use_case: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this use case: its id or its name.")
    ] = None,
    inventory: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Where use cases stand, YAML or CSV. May be repeated."),
    ] = None,
    cases: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Hold these cases against the policies. May be repeated."),
    ] = None,
    facts: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Your own answers about vendors, as of `interlock vendors`."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Measure calls from this day on, as 2026-11-01.")
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Measure calls with this metadata alone. May be repeated."),
    ] = None,
    verified: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What `interlock audit verify --json` printed of the log."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it, as .html or .md.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write what is configured and measured by the points of Annex IV of the AI Act, gaps marked.

    What people must write is a gap with a prompt, and is never filled in. Figures come from the store that
    `records` names. Nothing is sent; it is a draft, and no advice.
    """
    from interlock_governance.dossier import dossier_data, dossier_of, figures_of, permitted, read_verified

    began = _day(since)
    router = session(context).router()
    found = _use_case(use_case, inventory or ())
    wanted = tuple(deployment or (permitted(router, found) if found else router.deployments))
    for name in wanted:
        if name not in router.deployments:
            there = ", ".join(router.deployments)
            what = f"there is no deployment {name!r}; there are {there}."
            raise RequestError(what, key="--deployment", suggestion=nearest(name, router.deployments))
    with at_work("Reading records"):
        figures = asyncio.run(figures_of(router, wanted, since=began, metadata=_pairs(metadata or ())))
    made = dossier_of(
        router,
        deployments=wanted if deployment else (),
        use_case=found,
        cases=read_cases(router, cases or ()),
        figures=figures,
        facts=facts or (),
        verified=read_verified(verified) if verified else None,
    )
    if output is not None:
        from interlock_governance.dossier.reporting import report_of
        from interlock_reports import write_report

        note(f"The dossier is in {write_report(report_of(made), output)}.")
    if as_json:
        write_json(dossier_data(made))
    elif output is None:
        _show(made)
    note(f"{len(made.gaps)} gaps are for people to fill; it is a draft, and says nothing of conformity.")


def _day(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        raise RequestError(f"{written!r} is no date, such as 2026-11-01.", key="--since") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _pairs(written: "list[str] | tuple[str, ...]") -> dict[str, str]:
    pairs = {}
    for each in written:
        key, equals, value = each.partition("=")
        if not (key and equals):
            raise RequestError(f"expected KEY=VALUE, not {each!r}.", key="--metadata")
        pairs[key] = value
    return pairs


def _use_case(wanted: str | None, files: "list[str] | tuple[str, ...]") -> "UseCase | None":
    from interlock_governance.use_cases import read_use_cases

    if wanted is None:
        if files:
            raise RequestError("goes with --use-case, which says which of its use cases.", key="--inventory")
        return None
    if not files:
        raise RequestError("needs --inventory, the file in which it stands.", key="--use-case")
    cases = read_use_cases(*files).use_cases
    matches = [each for each in cases if wanted == each.id] or [each for each in cases if wanted == each.name]
    if not matches:
        names = [name for each in cases for name in (each.id, each.name) if name]
        what = f"there is no use case {wanted!r} in {', '.join(files)}."
        raise RequestError(what, key="--use-case", suggestion=nearest(wanted, names))
    if len(matches) > 1:
        rows = ", ".join(f"{each.source.file}:{each.source.row}" for each in matches if each.source)
        raise RequestError(f"{wanted!r} is there {len(matches)} times ({rows}).", key="--use-case")
    return matches[0]


def _show(made: "Dossier") -> None:
    points = [each for point in made.points for each in point.walk() if each.number or each.grids]
    rows = [
        (each.number or "-", each.title, str(len(each.facts) + len(each.grids)), str(len(each.gaps)))
        for each in points
    ]
    gaps = [(each.point or "-", each.prompt) for each in made.gaps]
    tables((("Point", "About", "Known", "Gaps"), rows), (("Point", "What people have to write"), gaps))
