"""Whose model a vendor's name for one means, and who serves it under that name."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Models of one maker, known by how their names begin.

    Attributes:
        id: the maker, as cards' ids begin.
        provider: who serves them under these names; empty when their maker does not.
        names: patterns, in lower case.
    """

    id: str
    maker: str
    jurisdiction: str
    provider: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    """`spellings` are providers' names in other libraries."""

    families: tuple[Family, ...]
    spellings: Mapping[str, str]

    def of(self, name: str) -> Family | None:
        """The family of a model's name, which may stand behind paths such as a host's `maker/`."""
        last = name.rpartition("/")[2].lower()
        for family in self.families:
            if any(fnmatchcase(last, pattern) for pattern in family.names):
                return family
        return None

    def provider(self, name: str) -> str:
        """The provider that another library calls so; any other name is its own."""
        return self.spellings.get(name, name)


@cache
def load_families() -> Families:
    data = tomllib.loads((files(__package__) / "families.toml").read_text("utf-8"))
    return Families(
        families=tuple(
            Family(
                id=row["id"],
                maker=row["maker"],
                jurisdiction=row["jurisdiction"],
                provider=row.get("provider", ""),
                names=tuple(row["names"]),
            )
            for row in data["families"]
        ),
        spellings=MappingProxyType(data["providers"]),
    )
