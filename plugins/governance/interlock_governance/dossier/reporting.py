"""A dossier as a report: a heading for each point, tables of what is known, gaps set apart."""

from typing import Final

from interlock_governance.dossier.document import Dossier, Fact, Gap, Grid, Origin, Point
from interlock_governance.dossier.points import ADDRESS, REGULATION
from interlock_reports import (
    Block,
    Code,
    Column,
    Link,
    Note,
    Paragraph,
    Report,
    Section,
    Steps,
    Table,
)

_ORIGINS: Final[dict[Origin, str]] = {
    "configured": "configuration",
    "installed": "what is installed",
    "measured": "records",
    "tested": "cases",
    "inventory": "inventory",
    "vendor": "sheets of vendors",
}


def report_of(dossier: Dossier) -> Report:
    """With the gaps as a list of their own at the end, numbered."""
    gaps = dossier.gaps
    known = sum(len(each.facts) + len(each.grids) for point in dossier.points for each in point.walk())
    return Report(
        title=f"Technical documentation: {dossier.about}",
        summary=f"A draft after {REGULATION}: {known} things are configured, measured or recorded, and "
        f"{len(gaps)} are gaps that people fill. It is no assessment and no advice, and says nothing of "
        "conformity.",
        facts=(
            ("About", dossier.about),
            ("Configuration", Code(text=dossier.digest)),
            ("Headings after", Link(text=REGULATION, target=ADDRESS)),
            ("Gaps", str(len(gaps))),
        ),
        sections=[*map(_section, dossier.points), _gaps(gaps)],
        made_at=dossier.made_at,
        made_by="interlock dossier",
    )


def _section(point: Point) -> Section:
    blocks: list[Block] = []
    title = f"{point.number} {point.title}" if point.number else point.title
    if point.facts:
        blocks.append(_facts(point))
    blocks += [_grid(each) for each in point.grids]
    blocks += [Note(kind="gap", word="To be written", text=each.prompt) for each in point.gaps]
    if not blocks and not point.points:
        blocks.append(Paragraph(text="Nothing is known of this point."))
    return Section(title=title, blocks=blocks, sections=[_section(each) for each in point.points])


def _facts(point: Point) -> Table:
    columns = [Column(name="What"), Column(name="Is"), Column(name="From")]
    return Table(caption="What is known", columns=columns, rows=[_fact(each) for each in point.facts])


def _fact(fact: Fact) -> tuple[str, str, str]:
    return fact.name, fact.value, _ORIGINS[fact.origin]


def _grid(grid: Grid) -> Table:
    caption = f"{grid.caption} (from: {_ORIGINS[grid.origin]})"
    return Table(caption=caption, columns=[Column(name=each) for each in grid.columns], rows=grid.rows)


def _gaps(gaps: tuple[Gap, ...]) -> Section:
    if not gaps:
        return Section(title="Known gaps", blocks=[Paragraph(text="None.")])
    items = [f"{each.point}: {each.prompt}" if each.point else each.prompt for each in gaps]
    told = f"{len(gaps)} things that people have to write or to find out."
    return Section(title="Known gaps", blocks=[Paragraph(text=told), Steps(items=items)])
