"""Where jobs are: the database that a URL names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from interlock import StoreError
from interlock_sql import Address, own_address

PREFIX: Final = "dbos+"
EXAMPLE: Final = "dbos+sqlite:///interlock-eval.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The database of jobs: its address, and as `url` and `folder` what interlock-sql takes it by."""

    address: Address
    url: str
    folder: Path


def place_of(url: str, folder: Path) -> Place:
    """Raises StoreError, which does not repeat the URL."""
    scheme, separator, rest = url.partition("://")
    if not separator or not scheme.lower().startswith(PREFIX):
        raise StoreError(f"jobs are kept where DBOS is, as in {EXAMPLE} or dbos+postgresql://host/database")
    plain = f"{scheme.lower().removeprefix(PREFIX)}://{rest}"
    return Place(address=own_address(plain, folder, what="jobs", default=EXAMPLE), url=plain, folder=folder)
