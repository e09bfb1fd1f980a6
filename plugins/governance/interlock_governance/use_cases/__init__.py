"""Use cases of AI: read from public inventories and from files of one's own, and written."""

from interlock_governance.use_cases.inventory import Complaint, Inventory, SourceFile, UnknownForm
from interlock_governance.use_cases.reading import read_bytes, read_use_cases
from interlock_governance.use_cases.use_case import FIELDS, SourceRow, UseCase
from interlock_governance.use_cases.writing import write_use_cases

__all__ = [
    "FIELDS",
    "Complaint",
    "Inventory",
    "SourceFile",
    "SourceRow",
    "UnknownForm",
    "UseCase",
    "read_bytes",
    "read_use_cases",
    "write_use_cases",
]
