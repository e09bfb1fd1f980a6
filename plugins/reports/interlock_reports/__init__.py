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
from interlock_reports.pictures import (
    Axis,
    Dot,
    Dots,
    Estimate,
    Heat,
    Point,
    Scatter,
    Shade,
    Shape,
)
from interlock_reports.picturing import svg
from interlock_reports.prose import Code, Kind, Link, Prose, Run, Strong, Verdict
from interlock_reports.report import Report, ReportUnwritable, write_report

__all__ = [
    "Axis",
    "Bar",
    "Bars",
    "Block",
    "Bullets",
    "Cell",
    "Code",
    "Column",
    "Definitions",
    "Dot",
    "Dots",
    "Estimate",
    "Heat",
    "Kind",
    "Link",
    "Listing",
    "Note",
    "Paragraph",
    "Point",
    "Prose",
    "Report",
    "ReportUnwritable",
    "Run",
    "Scatter",
    "Section",
    "Shade",
    "Shape",
    "Steps",
    "Strong",
    "Table",
    "Value",
    "Verdict",
    "svg",
    "write_report",
]
