"""Vendors: the same questions to each, what is said, by whom and since when, and what nobody has said."""

from interlock_governance.vendors.asking import vendor_sheets
from interlock_governance.vendors.cyclonedx import to_cyclonedx
from interlock_governance.vendors.questions import QUESTIONS, SECTIONS, Question
from interlock_governance.vendors.reading import VendorFacts, read_file
from interlock_governance.vendors.sheets import Answer, Sheet, Statement, sheet_data

__all__ = [
    "QUESTIONS",
    "SECTIONS",
    "Answer",
    "Question",
    "Sheet",
    "Statement",
    "VendorFacts",
    "read_file",
    "sheet_data",
    "to_cyclonedx",
    "vendor_sheets",
]
