"""An MCP server that computes the figures of a report, and writes it with sentences that hold none."""

import csv
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from interlock_reports import Code, Column, Definitions, Link, Paragraph, Report, Run, Section, Table
from interlock_reports import write_report as write

HERE = Path(__file__).parent
WORK = HERE / "work"
FIGURE = re.compile(r"\{(\w+)\}")
Rows = list[dict[str, str]]

server = MCPServer("report")


@server.tool()
def figures(file: str, section: str) -> dict[str, Any]:
    """The figures of a section by name, as they are shown, and its table."""
    if section not in SECTIONS:
        raise ToolError(f"there is no section {section!r}; there are {', '.join(SECTIONS)}")
    found, table = SECTIONS[section](read(file))
    return {"title": section.capitalize(), "figures": found, "table": table}


@server.tool()
def write_report(as_of: str, file: str, node: str, sections: list[dict[str, Any]]) -> str:
    """Write the report: in the texts of its sections, which the node gave, figures stand for their names."""
    made = Report(
        title="Orders",
        summary="Each figure in a sentence leads to the node of the run that has computed it.",
        facts=[("Data", Code(text=file))],
        sections=[
            *(written(each, f"{node}[{index}].figures") for index, each in enumerate(sections)),
            Section(
                title="Where the figures come from",
                sections=[source(each, f"{node}[{index}].figures") for index, each in enumerate(sections)],
            ),
        ],
        made_at=datetime.fromisoformat(as_of).replace(tzinfo=UTC),
        made_by="interlock agent",
    )
    WORK.mkdir(exist_ok=True)
    write(made, WORK / "report.html")
    write(made, WORK / "report.md")
    return made.markdown()


def written(section: dict[str, Any], node: str) -> Section:
    """A section's text and table."""
    told = section["figures"]
    table = Table(
        caption=told["table"]["caption"],
        columns=[
            Column(name=name, kind="number" if index else "text", decimals=decimals)
            for index, (name, decimals) in enumerate(told["table"]["columns"])
        ],
        rows=[[first, *map(Decimal, rest)] for first, *rest in told["table"]["rows"]],
    )
    return Section(title=told["title"], blocks=[Paragraph(text=filled(section["text"], told, node)), table])


def filled(text: str, told: dict[str, Any], node: str) -> list[Run]:
    """A text in which each name of a figure has become the figure, and leads to its node."""
    runs: list[Run] = []
    for index, piece in enumerate(FIGURE.split(text)):
        if index % 2 == 0:
            runs += [piece] if piece else []
            continue
        if piece not in told["figures"]:
            raise ToolError(f"{node} has no figure {piece!r}; it has {', '.join(told['figures'])}")
        runs.append(Link(text=told["figures"][piece], target=f"#{anchor(node)}"))
    return runs


def source(section: dict[str, Any], node: str) -> Section:
    """What a node has computed."""
    found = section["figures"]["figures"]
    return Section(
        title=node,
        id=anchor(node),
        blocks=[Definitions(items=[(Code(text=name), value) for name, value in found.items()])],
    )


def anchor(node: str) -> str:
    """As Markdown's own of the heading."""
    return re.sub(r"\W", "", node.lower())


def read(file: str) -> Rows:
    """The rows of a table of this folder."""
    place = (HERE / file).resolve()
    if place.parent != HERE.resolve() or not place.is_file():
        raise ToolError(f"there is no file {file} here")
    with place.open(encoding="utf-8", newline="") as lines:
        return [*csv.DictReader(lines)]


def totals(rows: Rows) -> tuple[dict[str, str], dict[str, Any]]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row["currency"]] = sums.get(row["currency"], Decimal()) + Decimal(row["amount"])
    counts = Counter(row["currency"] for row in rows)
    days = sorted(row["date"] for row in rows)
    found = {"orders": f"{len(rows)}", "first": days[0], "last": days[-1]}
    found |= {currency: f"{amount:,.2f} {currency}" for currency, amount in sums.items()}
    table = {
        "caption": "Totals by currency",
        "columns": [("Currency", None), ("Orders", None), ("Amount", 2)],
        "rows": [[name, str(counts[name]), str(amount)] for name, amount in sorted(sums.items())],
    }
    return found, table


def countries(rows: Rows) -> tuple[dict[str, str], dict[str, Any]]:
    counts = Counter(row["country"] for row in rows)
    shares = {name: Decimal(100 * count) / len(rows) for name, count in counts.items()}
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    most = ranked[0]
    found = {"most": most, "most_orders": str(counts[most]), "most_share": f"{shares[most]:.1f} %"}
    table = {
        "caption": "Orders by country",
        "columns": [("Country", None), ("Orders", None), ("Share, %", 1)],
        "rows": [[name, str(counts[name]), str(shares[name])] for name in ranked],
    }
    return found, table


def customers(rows: Rows) -> tuple[dict[str, str], dict[str, Any]]:
    counts = Counter(row["customer"] for row in rows)
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    most = counts[ranked[0]]
    best = " and ".join(name for name in ranked if counts[name] == most)
    found = {"customers": str(len(counts)), "best": best, "best_orders": str(most)}
    table = {
        "caption": "Orders by customer",
        "columns": [("Customer", None), ("Orders", None)],
        "rows": [[name, str(counts[name])] for name in ranked],
    }
    return found, table


SECTIONS: dict[str, Callable[[Rows], tuple[dict[str, str], dict[str, Any]]]] = {
    "totals": totals,
    "countries": countries,
    "customers": customers,
}


if __name__ == "__main__":
    server.run()
