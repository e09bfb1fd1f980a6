"""Which versions the tables of records and of the log have had."""

from typing import Final

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every migration, the last one being that which makes the tables as `tables` has them."""

VERSION_TABLE: Final = "interlock_version"
