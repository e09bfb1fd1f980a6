"""Reports: one document of plain values, written as Markdown and as one HTML page that needs nothing else.

Texts are plain text throughout. What would be markup in either form is shown as it is written. Characters
that cannot be seen, or turn the direction of others, are shown as their code points.
"""

from interlock_reports.blocks import (
    Bar,
    Bars,
    Block,
    Bullets,
    Cell,
    Column,
    Definitions,
    Listing,
    Note,
    Paragraph,
    Steps,
    Table,
    Value,
)
from interlock_reports.document import Section
from interlock_reports.prose import Code, Kind, Link, Prose, Run, Strong, Verdict
from interlock_reports.report import Report, ReportUnwritable, write_report

__all__ = [
    "Bar",
    "Bars",
    "Block",
    "Bullets",
    "Cell",
    "Code",
    "Column",
    "Definitions",
    "Kind",
    "Link",
    "Listing",
    "Note",
    "Paragraph",
    "Prose",
    "Report",
    "ReportUnwritable",
    "Run",
    "Section",
    "Steps",
    "Strong",
    "Table",
    "Value",
    "Verdict",
    "write_report",
]
